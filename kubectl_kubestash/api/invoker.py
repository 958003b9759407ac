"""Whose session is run or checked."""

from __future__ import annotations

from .meta import KubeModel


class Invoker(KubeModel):
    """Whose session it is."""

    is_atomic = True

    api_group: str | None = None
    """API group of the invoker, `core.kubestash.com`."""

    kind: str
    """`BackupConfiguration` or `BackupBatch`."""

    name: str
    """Name of the invoker, in the namespace of the object that names it."""
