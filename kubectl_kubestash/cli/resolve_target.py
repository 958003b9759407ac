"""What a task is resolved for, when the target is a workload or a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.app_binding import AppBinding
from ..errors import NotFound
from ..gather.reader import find
from ..gather.workload import find_workload, without_pods
from ..resolve.app_binding import is_app_binding
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


def binding_of(reader: Files | Client, configuration: BackupConfiguration) -> AppBinding | None:
    """The target as an AppBinding; None for another kind, and where it is not there."""
    target = configuration.spec.target
    if target is None or not is_app_binding(target):
        return None
    return find(reader, AppBinding, target.key(configuration.key.namespace))


def components(workload: Workload | None) -> list[str]:
    """The components that a Snapshot of this target has."""
    if workload is None:
        return []
    return [part.component(workload.kind, "dump") for part in parts(workload)]
