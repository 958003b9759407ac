"""Reads which database a task is for: its AppBinding and the Secrets that this names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.app_binding import AppBinding
from ..api.resources import APP_BINDING, ObjectKey
from ..errors import UsageError
from ..resolve.app_binding import GROUP, KIND
from ..resolve.postgres_connection import connection
from .facts import read_restore_session, read_secret, read_snapshot

if TYPE_CHECKING:
    from ..api.app_binding import SecretReference
    from ..api.meta import TypedObjectReference
    from ..kube.client import Client
    from ..resolve.postgres_connection import Connection


def restore_target(
    client: Client, session: ObjectKey, snapshot: str
) -> TypedObjectReference | None:
    """What this RestoreSession restores to: its target, or else what the Snapshot is of."""
    found = read_restore_session(client, session)
    if found.spec.target is not None:
        return found.spec.target
    source = found.spec.data_source
    home = (source.namespace if source else "") or session.namespace
    return read_snapshot(client, ObjectKey(home, snapshot)).spec.app_ref


def read_postgres(
    client: Client, target: TypedObjectReference | None, *, home: str, user: str
) -> Connection:
    """How to reach the database. Raises NotFound, UsageError, Unsupported."""
    if target is None or (target.api_group, target.kind) != (GROUP, KIND):
        kind = "nothing" if target is None else f"{target.kind} {target.name}"
        raise UsageError(f"The target is {kind}, it must be an {KIND} of {GROUP}.")
    key = target.key(home)
    binding = AppBinding.model_validate(client.get(APP_BINDING, key))
    secret = _secret(client, binding, binding.spec.secret)
    tls = _secret(client, binding, binding.spec.tls_secret)
    return connection(binding, secret, tls, user=user)


def _secret(
    client: Client, binding: AppBinding, reference: SecretReference | None
) -> dict[str, str]:
    if reference is None or not reference.name:
        return {}
    key = ObjectKey(binding.metadata.namespace, reference.name)
    return read_secret(client, key, f"of AppBinding {binding.key}")
