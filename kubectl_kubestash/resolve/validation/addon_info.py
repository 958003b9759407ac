"""Can the tasks that somebody names be run?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import lru_cache
from typing import TYPE_CHECKING

from ...errors import KubeStashError
from .. import container_settings
from ..addon_task import resolve_task
from ..app_binding import is_app_binding
from ..components import component
from ..findings import Finding
from ..labels import STEPS
from ..restore_claims import makes_claims
from ..same import Same
from ..task_findings import TaskInputs, find_task, task_findings
from ..wording import did_you_mean, not_supported
from ..workload import is_workload
from .database_task import argument_findings, is_for_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...api.addon_info import AddonInfo, AddonTaskInfo
    from ...api.addons.addon import Addon, Task
    from ...api.addons.function import Function
    from ...api.meta import TypedObjectReference

_ANY_BUILTINS = dict.fromkeys(
    (
        *("namespace", "backupSession", "restoreSession", "snapshot", "invokerKind", "invokerName"),
        *("imageRegistry", "imageRepo", "imageTag", "PVC_NAME", "POD_ORDINAL", "DB_VERSION"),
    ),
    "any",
)
"""Stand-ins, to see whether a variable is left that nobody sets."""


@dataclass(frozen=True, kw_only=True)
class AddonInputs:
    """An `addon` block, and what it refers to."""

    addon_info: AddonInfo
    addons: Mapping[str, Addon | None]
    functions: Mapping[str, Function | None]
    kind: str
    """`backup` or `restore`."""

    owner: str
    field: str
    """Path of the block, such as `spec.sessions[0].addon`."""

    target: TypedObjectReference | None = None
    """What the tasks work on."""


def addon_findings(inputs: AddonInputs) -> Iterator[Finding]:
    """Objections to an `addon` block and to the tasks that it names."""
    info = inputs.addon_info
    if not info.name:
        message = f"{inputs.owner}: {inputs.field}.name: no Addon is named."
        yield Finding("AddonMissing", message, f"{inputs.field}.name")
    if not info.tasks:
        message = f"{inputs.owner}: {inputs.field}.tasks: name at least one task."
        yield Finding("NoTasks", message, f"{inputs.field}.tasks")
    yield from _job_template(inputs)
    if not info.name or info.name not in inputs.addons:
        return
    addon = inputs.addons[info.name]
    if addon is None:
        hint = did_you_mean(info.name, [name for name, each in inputs.addons.items() if each])
        message = f"{inputs.owner}: {inputs.field}.name: Addon {info.name!r} does not exist.{hint}"
        yield Finding("UnknownAddon", message, f"{inputs.field}.name")
        return
    for index, task in enumerate(info.tasks):
        yield from _task(inputs, addon, task, f"{inputs.field}.tasks[{index}]")
    yield from _collisions(inputs, addon)


def _task(inputs: AddonInputs, addon: Addon, task: AddonTaskInfo, field: str) -> Iterator[Finding]:
    if not task.name:
        yield Finding("TaskMissing", f"{inputs.owner}: {field}.name: no task is named.", field)
        return
    asked = TaskInputs(
        addon=addon,
        functions=inputs.functions,
        task=task,
        kind=inputs.kind,
        owner=inputs.owner,
        field=field,
    )
    if not _is_sound(_Trial.of(asked)):
        yield from _objections(asked)
    yield from _fits(inputs, addon, task, f"{field}.name")


def _fits(inputs: AddonInputs, addon: Addon, task: AddonTaskInfo, field: str) -> Iterator[Finding]:
    """A task that runs once for each pod needs a target that has pods, or claims to make."""
    declared, _ = find_task(addon, task.name, inputs.kind)
    target = inputs.target
    if declared is None or target is None or makes_claims(task):
        return
    wanted = ""
    if not declared.singleton and not is_workload(target):
        wanted = "a Deployment, StatefulSet or DaemonSet"
        wanted += ", or volumeClaimTemplates" if inputs.kind == "restore" else ""
    elif (is_workload(target) or is_app_binding(target)) and _mounts_a_claim(declared):
        wanted = "a PersistentVolumeClaim"
    elif not is_app_binding(target) and is_for_database(inputs.functions.get(declared.function)):
        wanted = "an AppBinding"
    if wanted:
        message = (
            f"{inputs.owner}: {field}: task {declared.name} of Addon {addon.metadata.name} works "
            f"on {wanted}, not on a {target.kind}."
        )
        yield Finding("WrongTarget", message, field)


def _mounts_a_claim(declared: Task) -> bool:
    return "${PVC_NAME}" in declared.model_dump_json()


@dataclass(frozen=True)
class _Trial:
    """All that decides whether a task can be run, as the key of a cache."""

    addon: Same[Addon]
    function: Same[Function | None]
    kind: str
    text: str
    asked: TaskInputs = dataclass_field(compare=False)

    @classmethod
    def of(cls, asked: TaskInputs) -> _Trial:
        declared, _ = find_task(asked.addon, asked.task.name, asked.kind)
        function = asked.functions.get(declared.function) if declared else None
        text = asked.task.model_dump_json()
        return cls(Same(asked.addon), Same(function), asked.kind, text, asked)


@lru_cache(maxsize=256)
def _is_sound(trial: _Trial) -> bool:
    """The same few tasks are judged at every look at every configuration."""
    return next(_objections(trial.asked), None) is None


def _objections(asked: TaskInputs) -> Iterator[Finding]:
    if findings := task_findings(asked):
        yield from findings
        return
    addon, functions = asked.addon, asked.functions
    try:
        builtins = _ANY_BUILTINS
        task = resolve_task(addon, functions, asked.task, kind=asked.kind, builtins=builtins)
        yield from argument_findings(asked, task.container.get("args", ()))
    except KubeStashError as error:
        message = f"{asked.owner}: {asked.field}: Addon {addon.metadata.name}: {error.message}"
        yield Finding("UnresolvedVariable", message, asked.field)


def _collisions(inputs: AddonInputs, addon: Addon) -> Iterator[Finding]:
    """Two tasks of one run must not write, or restore, the same component.

    Those that the Addon calls steps of one piece of work may: the last of them writes it.
    """
    found = [find_task(addon, task.name, inputs.kind)[0] for task in inputs.addon_info.tasks]
    steps = addon.metadata.annotations.get(STEPS, "").split(",")
    components = Counter(component(task.name) for task in found if task and task.name not in steps)
    for name, count in components.items():
        if count > 1:
            field = f"{inputs.field}.tasks"
            message = f"{inputs.owner}: {field}: {count} tasks work on the component {name!r}."
            yield Finding("DuplicateComponent", message, field)


def _job_template(inputs: AddonInputs) -> Iterator[Finding]:
    template = inputs.addon_info.job_template
    spec = template.spec if template else None
    field = f"{inputs.field}.jobTemplate.spec"
    if spec and spec.pod_placement_policy:
        where = f"{field}.podPlacementPolicy"
        yield not_supported(inputs.owner, where, "a PodPlacementPolicy")
    settings = inputs.addon_info.container_runtime_settings
    for where, env in (
        (f"{field}.env", spec.env if spec else ()),
        (f"{inputs.field}.containerRuntimeSettings.env", settings.env if settings else ()),
    ):
        for name in (str(entry.get("name", "")) for entry in env):
            if name in container_settings.RESERVED_ENV:
                message = f"{inputs.owner}: {where}: {name} is set by KubeStash."
                yield Finding("ReservedVariable", message, where)
