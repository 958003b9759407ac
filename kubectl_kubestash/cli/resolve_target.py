"""What a task is resolved for, when the target is a workload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NotFound
from ..gather.workload import find_workload, without_pods
from ..resolve.workload import Workload, is_workload, parts
from .file_reader import Files

if TYPE_CHECKING:
    from ..api.core.backup_configuration import BackupConfiguration
    from ..kube.client import Client


def workload_of(reader: Files | Client, configuration: BackupConfiguration) -> Workload | None:
    """The target with its pods, or None for one of another kind. Raises NotFound.

    Files hold no pods, so a DaemonSet in a file has no nodes.
    """
    target, home = configuration.spec.target, configuration.key.namespace
    if target is None or not is_workload(target):
        return None
    if isinstance(reader, Files):
        found = without_pods(reader, target, home)
    else:
        found = find_workload(reader, target, home)
    if found is None:
        raise NotFound(f"{target.kind} {target.key(home)} not found", reason="NotFound")
    return found


def components(workload: Workload | None) -> list[str]:
    """The components that a Snapshot of this target has."""
    if workload is None:
        return []
    return [part.component(workload.kind, "dump") for part in parts(workload)]
