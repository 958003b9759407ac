"""Into which Jobs is a run divided?

A task that runs once has one Job for all of the target; another has one for each part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from . import workload_job
from .components import component, recorded_paths, restored_components
from .restore_claims import claims_of_task, makes_claims
from .run_tasks import BackupJobInputs, RestoreJobInputs, backup_tasks, restore_tasks
from .task_findings import find_task
from .workload import DEPLOYMENT, Part, Workload, ordinal_of, part_for, parts
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
    found: list[Share] = []
    if len(each) < len(asked) and workload.kind != DEPLOYMENT:
        once = [task for task in backup_tasks(inputs, ordinal="0") if task.singleton]
        found.append(_once(once))
    return [*found, *(_of_part(inputs, workload, part) for part in parts(workload))]


def _of_part(inputs: BackupJobInputs, workload: Workload, part: Part) -> Share:
    """The share of one part; a Deployment has but one, so what runs once runs in the same pod."""
    tasks = backup_tasks(inputs, ordinal=part.suffix)
    pairs = [
        (task, asked)
        for task, asked in zip(tasks, inputs.session_spec.addon.tasks, strict=True)
        if workload.kind == DEPLOYMENT or not task.singleton
    ]
    return workload_job.share(
        workload,
        part,
        pairs,
        components={container_name(task): _made_of(workload, part, task) for task, _ in pairs},
        paths={container_name(task): workload_job.paths_of(task) for task, _ in pairs},
    )


def _made_of(workload: Workload, part: Part, task: ResolvedTask) -> str:
    word = component(task.name)
    return word if task.singleton else part.component(workload.kind, word)


def restore_shares(inputs: RestoreJobInputs) -> list[Share]:
    """The shares of a restore. Raises SubstitutionError, Unsupported, UsageError."""
    workload, asked = inputs.workload, inputs.session.spec.addon.tasks
    chosen = restored_components(inputs.session, inputs.snapshot)
    if any(makes_claims(task) for task in asked):
        return [_into_claims(inputs, chosen, index) for index in range(len(chosen))]
    if workload is None or not _for_each_part(inputs.addon, asked, "restore"):
        tasks = restore_tasks(inputs)
        components = {container_name(task): _restored_by(task.name, chosen) for task in tasks}
        return [Share(tasks=tuple(tasks), components=components)]
    found: dict[str, Share] = {}
    for name in chosen:
        part = part_for(workload, name, is_alone=len(chosen) == 1)
        if part.suffix in found:
            raise UsageError(f"{workload.subject} takes one of the components {', '.join(chosen)}.")
        found[part.suffix] = _into_part(inputs, workload, part, name)
    return list(found.values())


def _into_part(inputs: RestoreJobInputs, workload: Workload, part: Part, name: str) -> Share:
    tasks = restore_tasks(inputs, ordinal=part.suffix)
    wanted = recorded_paths(inputs.snapshot, name)
    return workload_job.share(
        workload,
        part,
        list(zip(tasks, inputs.session.spec.addon.tasks, strict=True)),
        components={container_name(task): name for task in tasks},
        paths={container_name(task): wanted for task in tasks},
    )


def _into_claims(inputs: RestoreJobInputs, chosen: Sequence[str], index: int) -> Share:
    """The share of one component that is restored into claims of its own."""
    name, session = chosen[index], inputs.session
    ordinal = ordinal_of(name)
    suffix = str(index if ordinal is None else ordinal)
    tasks = restore_tasks(inputs, ordinal=suffix)
    owner = f"{session.key}/{session.metadata.uid}"
    made = {
        container_name(task): claims_of_task(
            task,
            asked,
            recorded_paths(inputs.snapshot, name),
            home=session.key.namespace,
            owner=owner,
        )
        for task, asked in zip(tasks, session.spec.addon.tasks, strict=True)
    }
    return Share(
        tasks=tuple(tasks),
        components=dict.fromkeys(made, name),
        suffix=suffix if len(chosen) > 1 else "",
        volumes=tuple(volume for each in made.values() for volume in each.volumes),
        mounts={container: each.mounts for container, each in made.items()},
        claims=tuple(claim for each in made.values() for claim in each.claims),
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
