"""Does the target of a RestoreSession have room for what is restored?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import UsageError
from ..app_binding import is_app_binding
from ..components import recorded_paths, restored_components
from ..findings import Finding
from ..restore_claims import makes_claims
from ..task_findings import find_task
from ..wording import not_supported
from ..workload import DEPLOYMENT, has_volumes, part_for, without_data
from ..workload_volumes import volumes_for
from .repositories import other_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...api.storage.snapshot import Snapshot
    from ..workload import Part, Workload
    from .restore_session import RestoreInputs


def target_findings(inputs: RestoreInputs) -> Iterator[Finding]:
    """Objections to the target; a restore that makes claims needs none."""
    if any(makes_claims(task) for task in inputs.session.spec.addon.tasks):
        return
    target = inputs.target()
    if target is None:
        message = f"{inputs.owner}: spec.target: say where to restore to."
        yield Finding("TargetMissing", message, "spec.target")
        return
    if not has_volumes(target) and not is_app_binding(target):
        yield not_supported(inputs.owner, "spec.target.kind", f"a target of kind {target.kind}")
        return
    home = target.namespace or inputs.home
    if home != inputs.home and is_app_binding(target):
        if not inputs.allow_cross_namespace:
            what = f"AppBinding {home}/{target.name}"
            yield other_namespace(inputs.owner, "spec.target.namespace", what)
    elif home != inputs.home:
        message = (
            f"{inputs.owner}: spec.target.namespace: {target.kind} {home}/{target.name} has "
            "volumes that can be mounted in its own namespace only. Make the RestoreSession there."
        )
        yield Finding("TargetInOtherNamespace", message, "spec.target.namespace")
    elif not inputs.target_found:
        message = f"{inputs.owner}: spec.target: {target.kind} {home}/{target.name} does not exist."
        yield Finding("TargetNotFound", message, "spec.target")


def component_findings(inputs: RestoreInputs) -> Iterator[Finding]:
    """Objections to what goes where: each component needs a part of the target."""
    chosen, where = inputs.chosen(), "spec.dataSource.components"
    if isinstance(chosen, Finding) or any(map(makes_claims, inputs.session.spec.addon.tasks)):
        return
    names, workload = restored_components(inputs.session, chosen), inputs.workload
    if workload is None or not _has_a_job_for_each_part(inputs):
        if len(names) > 1:
            yield Finding("TooManyComponents", _one_of(inputs, chosen, names), where)
        return
    for name in names:
        try:
            part = part_for(workload, name, is_alone=len(names) == 1)
        except UsageError as error:
            yield Finding("NoPlaceForComponent", f"{inputs.owner}: {where}: {error.message}", where)
        else:
            yield from _paths(inputs, workload, part, recorded_paths(chosen, name))
    if workload.kind == DEPLOYMENT and len(names) > 1:
        yield Finding("TooManyComponents", _one_of(inputs, chosen, names), where)
    source = inputs.session.spec.data_source
    if missing := without_data(workload, names) if source and not source.components else []:
        message = (
            f"{inputs.owner}: {where}: Snapshot {chosen.key} has nothing for {', '.join(missing)} "
            f"of {workload.subject}, whose pods would keep what they have. Name the components "
            "to restore, or scale it down."
        )
        yield Finding("PodsWithoutData", message, where)


def _has_a_job_for_each_part(inputs: RestoreInputs) -> bool:
    tasks, addon = inputs.session.spec.addon.tasks, inputs.addon
    declared = [find_task(addon, task.name, "restore")[0] for task in tasks] if addon else []
    return any(task is not None and not task.singleton for task in declared)


def _paths(
    inputs: RestoreInputs, workload: Workload, part: Part, paths: Sequence[str]
) -> Iterator[Finding]:
    """What a component holds must lie in volumes of the target, where nobody says otherwise."""
    for index, task in enumerate(inputs.session.spec.addon.tasks):
        if task.target_volumes and task.target_volumes.volume_mounts:
            continue
        where = f"spec.addon.tasks[{index}].targetVolumes.volumeMounts"
        try:
            volumes_for(workload, part, paths)
        except UsageError as error:
            yield Finding("NoVolumeForPath", f"{inputs.owner}: {where}: {error.message}", where)


def _one_of(inputs: RestoreInputs, snapshot: Snapshot, names: Sequence[str]) -> str:
    return (
        f"{inputs.owner}: spec.dataSource.components: the target takes one component, and Snapshot "
        f"{snapshot.key} has {', '.join(names)}. Name one of them."
    )
