"""May a Job be let read what lies in another namespace?

Asked of every Job, whatever was judged before: a Repository may be made by hand, and names its
BackupStorage and its Secret itself, so that whoever may make one could otherwise have any Secret
of the cluster shown to a ServiceAccount of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_STORAGE, SECRET
from ..api.storage.backup_storage import BackupStorage
from ..gather.namespace import namespace_of
from ..resolve.backend import secret_name
from ..resolve.usage_policy import admits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.resources import ObjectKey
    from ..resolve.access import Named
    from .context import Context


def objection(context: Context, home: str, reads: Iterable[Named]) -> str:
    """Why a Job in the namespace `home` may not read these; empty when it may.

    A BackupStorage decides by its usagePolicy about itself and its Secret. Other Secrets need the
    leave of whoever started the operator. Raises Unsupported and UsageError for a BackupStorage
    that cannot be read.
    """
    elsewhere = [each for each in reads if each.key.namespace not in {"", home}]
    known: set[ObjectKey] = set()
    for key in (each.key for each in elsewhere if each.resource == BACKUP_STORAGE):
        storage = context.store.view(BackupStorage, key)
        if storage is None:
            return f"BackupStorage {key} is gone."
        policy = storage.spec.usage_policy
        namespace = namespace_of(context.store, home)
        if not admits(policy, owner_namespace=key.namespace, namespace=namespace):
            return f"BackupStorage {key} does not admit namespace {home} (its spec.usagePolicy)."
        known.add(key._replace(name=secret_name(storage)))
    if context.settings.allow_cross_namespace:
        return ""
    for key in (each.key for each in elsewhere if each.resource == SECRET):
        if key not in known:
            return (
                f"Secret {key} is in another namespace than the Job that would read it. The "
                "operator allows that when it is started with --allow-cross-namespace."
            )
    return ""
