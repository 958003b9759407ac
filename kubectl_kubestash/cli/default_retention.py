"""The RetentionPolicy of a configuration that names none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Forbidden, UsageError
from ..gather.namespace import namespace_of
from . import diagnostics

if TYPE_CHECKING:
    from .settings import Settings


def require(settings: Settings, home: str) -> None:
    """Say which default policy holds in this namespace. Raises UsageError when there is none.

    Who may not read the policies of other namespaces is not held up: the operator looks again.
    """
    from ..api.storage.retention_policy import RetentionPolicy  # noqa: PLC0415 - pydantic
    from ..gather.reader import every  # noqa: PLC0415 - pydantic
    from ..resolve.defaults import default_policy  # noqa: PLC0415 - pydantic

    client = settings.client
    try:
        namespace = namespace_of(client, home)
        policies = every(client, RetentionPolicy)
    except Forbidden:
        return
    policy = default_policy(policies, namespace=namespace)
    if policy is None:
        raise UsageError(
            f"no RetentionPolicy is the default in namespace {home}: name one with --retention",
            f"kubectl kubestash create retention keep -n {home} --last 5 --default",
        )
    diagnostics.note(f"kept as RetentionPolicy {policy.key} says", quiet=settings.quiet)
