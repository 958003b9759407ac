"""Into which Jobs is a run divided?

A task that runs once has one Job for all of the target; another has one for each part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from . import workload_job
from .components import component, restored_components
from .run_tasks import BackupJobInputs, RestoreJobInputs, backup_tasks, restore_tasks
from .task_findings import find_task
from .workload import DEPLOYMENT, Part, Workload, part_for, parts
from .workload_job import Share, container_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..api.addon_info import AddonTaskInfo
    from ..api.addons.addon import Addon
    from .addon_task import ResolvedTask


def backup_shares(inputs: BackupJobInputs) -> list[Share]:
    """The shares of a backup, at least one. Raises SubstitutionError, Unsupported, UsageError."""
    workload, asked = inputs.workload, inputs.session_spec.addon.tasks
    each = _for_each_part(inputs.addon, asked, "backup")
    if workload is None or not each:
        return [_once(backup_tasks(inputs))]
    found = []
    if len(each) < len(asked) and workload.kind != DEPLOYMENT:
        once = [task for task in backup_tasks(inputs, ordinal="0") if task.singleton]
        found.append(_once(once))
    for part in parts(workload):
        tasks = backup_tasks(inputs, ordinal=part.suffix)
        pairs = [
            (task, info)
            for task, info in zip(tasks, asked, strict=True)
            if workload.kind == DEPLOYMENT or not task.singleton
        ]
        paths = {container_name(task): workload_job.paths_of(task) for task, _ in pairs}
        components = {
            container_name(task): component(task.name)
            if task.singleton
            else part.component(workload.kind, component(task.name))
            for task, _ in pairs
        }
        found.append(workload_job.share(workload, part, pairs, components=components, paths=paths))
    return found


def restore_shares(inputs: RestoreJobInputs) -> list[Share]:
    """The shares of a restore. Raises SubstitutionError, Unsupported, UsageError."""
    workload, asked = inputs.workload, inputs.session.spec.addon.tasks
    chosen = restored_components(inputs.session, inputs.snapshot)
    each = _for_each_part(inputs.addon, asked, "restore")
    if workload is None or not each:
        tasks = restore_tasks(inputs)
        components = {container_name(task): _restored_by(task.name, chosen) for task in tasks}
        return [Share(tasks=tuple(tasks), components=components)]
    found: dict[str, Share] = {}
    for name in chosen:
        part = part_for(workload, name, is_alone=len(chosen) == 1)
        if part.suffix in found:
            message = f"{workload.subject} takes one of the components {', '.join(chosen)}."
            raise UsageError(message)
        found[part.suffix] = _restore_share(inputs, workload, part, name)
    return list(found.values())


def _restore_share(inputs: RestoreJobInputs, workload: Workload, part: Part, name: str) -> Share:
    tasks = restore_tasks(inputs, ordinal=part.suffix)
    there = inputs.snapshot.status.components.get(name)
    stats = [entry.summary for entry in there.restic_stats if entry.summary] if there else []
    wanted = [workload_job.normal(summary.host_path) for summary in stats if summary.host_path]
    return workload_job.share(
        workload,
        part,
        list(zip(tasks, inputs.session.spec.addon.tasks, strict=True)),
        components={container_name(task): name for task in tasks},
        paths={container_name(task): wanted for task in tasks},
    )


def _for_each_part(addon: Addon, asked: Sequence[AddonTaskInfo], kind: str) -> list[str]:
    """The tasks that run once for each part of the target, and not once for all of it."""
    declared = [find_task(addon, task.name, kind)[0] for task in asked]
    return [task.name for task in declared if task is not None and not task.singleton]


def _once(tasks: Sequence[ResolvedTask]) -> Share:
    components = {container_name(task): component(task.name) for task in tasks}
    return Share(tasks=tuple(tasks), components=components)


def _restored_by(task: str, chosen: Sequence[str]) -> str:
    """The component that a task restores: its usual one, or the only one that there is."""
    usual = component(task)
    return chosen[0] if len(chosen) == 1 and usual not in chosen else usual
