"""Can this task of an Addon be run?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import SubstitutionError
from .findings import Finding
from .same import Same
from .substitution import expand, variables_in
from .task_support import can_run, lacks
from .task_values import BUILTINS, given_params, texts_of_function
from .wording import did_you_mean, not_supported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..api.addon_info import AddonTaskInfo
    from ..api.addons.addon import Addon, Task
    from ..api.addons.function import Function

CACHE_VOLUME = "kubestash-tmp-volume"
INTERIM_VOLUME = "kubestash-interim-volume"
PLACEHOLDERS = {"RESTIC_CACHE_VOLUME": CACHE_VOLUME, "INTERIM_VOLUME": INTERIM_VOLUME}


@dataclass(frozen=True, kw_only=True)
class TaskInputs:
    """A task that somebody wants to run, and what it refers to."""

    addon: Addon
    functions: Mapping[str, Function | None]
    task: AddonTaskInfo
    kind: str
    """`backup` or `restore`."""

    owner: str = ""
    """Whose field it is, such as `BackupConfiguration demo/files`."""

    field: str = ""
    """Path of the task in its owner, such as `spec.sessions[0].addon.tasks[0]`."""

    @property
    def subject(self) -> str:
        """The task, in words."""
        return f"Addon {self.addon.metadata.name}, task {self.task.name}"

    def about(self, path: str) -> str:
        """What a message about the field at `path` begins with."""
        return f"{self.owner}: {path}: {self.subject}" if self.owner else self.subject

    def path(self, field: str) -> str:
        """Path of a field of the task in its owner."""
        return f"{self.field}.{field}" if self.field else field


def find_task(addon: Addon, name: str, kind: str) -> tuple[Task | None, str]:
    """The Addon's task of this name, and a warning when the name is spelled the old way.

    Old examples write `LogicalBackup` where the Addon says `logical-backup`.
    """
    tasks = addon.spec.backup_tasks if kind == "backup" else addon.spec.restore_tasks
    by_name = {task.name: task for task in tasks}
    if name in by_name:
        return by_name[name], ""
    dashed = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
    if name[:1].isupper() and dashed in by_name:
        return by_name[dashed], f"The task {name} is called {dashed} now."
    return None, ""


def task_findings(inputs: TaskInputs) -> list[Finding]:
    """Everything that keeps this task from being run."""
    declared, _ = find_task(inputs.addon, inputs.task.name, inputs.kind)
    if declared is None:
        return [_unknown_task(inputs)]
    if unsupported := list(_unsupported(inputs, declared)):
        return unsupported
    return [*_function(inputs, declared), *_volumes(inputs, declared)]


def _unknown_task(inputs: TaskInputs) -> Finding:
    addon, name = inputs.addon, inputs.task.name
    tasks = addon.spec.backup_tasks if inputs.kind == "backup" else addon.spec.restore_tasks
    hint = did_you_mean(name, [task.name for task in tasks])
    where = f"{inputs.owner}: {inputs.path('name')}: " if inputs.owner else ""
    message = f"{where}Addon {addon.metadata.name} has no {inputs.kind} task {name!r}.{hint}"
    return Finding("UnknownTask", message, inputs.path("name"))


def _unsupported(inputs: TaskInputs, declared: Task) -> Iterator[Finding]:
    lacking = lacks(declared.driver, declared.executor)
    claims = inputs.task.target_volumes and inputs.task.target_volumes.volume_claim_templates
    is_for_one = inputs.kind == "backup" or declared.singleton
    is_there = can_run(inputs.functions.get(declared.function))
    for applies, field, what in (
        (lacking, "name", f"{lacking} of task {declared.name}"),
        (declared.pass_through_mounts, "name", f"passThroughMounts of task {declared.name}"),
        (
            claims and is_for_one,
            "targetVolumes.volumeClaimTemplates",
            f"making claims for task {declared.name}",
        ),
        (not is_there, "name", f"task {declared.name} of Addon {inputs.addon.metadata.name}"),
    ):
        if applies:
            yield not_supported(inputs.owner or inputs.subject, inputs.path(field), what)
            return


def _function(inputs: TaskInputs, declared: Task) -> Iterator[Finding]:
    function = inputs.functions.get(declared.function)
    if function is None:
        field = inputs.path("name")
        message = f"{inputs.about(field)}: the Function {declared.function!r} does not exist."
        yield Finding("UnknownFunction", message, field)
        return
    yield from _variables(inputs)
    yield from _params(inputs, declared, function)


def _variables(inputs: TaskInputs) -> Iterator[Finding]:
    for index, entry in enumerate(inputs.task.variables):
        field = inputs.path(f"variables[{index}]")
        name = str(entry.get("name", ""))
        if entry.get("valueFrom"):
            yield not_supported(inputs.owner or inputs.subject, field, f"valueFrom of {name}")
        if name in BUILTINS:
            yield _reserved(inputs, field, name)


def _params(inputs: TaskInputs, declared: Task, function: Function) -> Iterator[Finding]:
    given = dict(given_params(inputs.task))
    parameters = [parameter.name for parameter in declared.parameters]
    known = {*parameters, *_variables_of(Same(function))}
    for name, value in given.items():
        field = inputs.path(f"params.{name}")
        if name in BUILTINS:
            yield _reserved(inputs, field, name)
        elif name not in known:
            hint = did_you_mean(name, parameters)
            message = (
                f"{inputs.about(field)}: the parameter {name!r} is neither declared by the Addon "
                f"nor used by Function {function.metadata.name}.{hint}"
            )
            yield Finding("UndeclaredParameter", message, field)
        if not isinstance(value, str | int | float | bool):
            message = (
                f"{inputs.about(field)}: the parameter {name!r} must be a text, number or boolean."
            )
            yield Finding("InvalidParameter", message, field)
    supplied = given.keys() | {entry.get("name") for entry in inputs.task.variables}
    for parameter in declared.parameters:
        if parameter.required and not parameter.default and parameter.name not in supplied:
            field = inputs.path(f"params.{parameter.name}")
            message = (
                f"{inputs.about(field)}: the required parameter {parameter.name!r} is not set."
            )
            yield Finding("RequiredParameterMissing", message, field)


@lru_cache(maxsize=128)
def _variables_of(function: Same[Function]) -> frozenset[str]:
    found: set[str] = set()
    for text in texts_of_function(function.value):
        try:
            found.update(variables_in(text))
        except SubstitutionError:
            continue
    return frozenset(found)


def _reserved(inputs: TaskInputs, field: str, name: str) -> Finding:
    message = f"{inputs.about(field)}: {name!r} is set by KubeStash and cannot be set here."
    return Finding("ReservedParameter", message, field)


def _volumes(inputs: TaskInputs, declared: Task) -> Iterator[Finding]:
    known = [volume.name for volume in declared.volume_template]
    for index, volume in enumerate(inputs.task.addon_volumes):
        field = inputs.path(f"addonVolumes[{index}].name")
        try:
            name = expand(volume.name, PLACEHOLDERS)
        except SubstitutionError as error:
            yield Finding("InvalidVolumeName", f"{inputs.about(field)}: {error.message}", field)
            continue
        if name not in known:
            hint = did_you_mean(name, known)
            message = f"{inputs.about(field)}: there is no volume {name!r} to replace.{hint}"
            yield Finding("UnknownAddonVolume", message, field)
