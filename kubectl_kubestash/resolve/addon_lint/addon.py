"""What is wrong with the tasks of an Addon?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ...api.driver import Driver
from ..findings import Finding
from ..task_support import can_run, lacks
from ..wording import did_you_mean, not_supported
from .parameters import parameter_problems
from .subject import Subject
from .variables import variable_problems
from .volumes import volume_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...api.addons.addon import Addon
    from ...api.addons.function import Function


def addon_problems(addon: Addon, functions: Mapping[str, Function | None]) -> list[Finding]:
    """Everything that is wrong with this Addon; `functions` are all that its tasks may name."""
    return [
        *_tasks(addon),
        *(each for subject in _subjects(addon, functions) for each in _of(subject)),
    ]


def _subjects(addon: Addon, functions: Mapping[str, Function | None]) -> Iterator[Subject]:
    for kind, tasks in (("backup", addon.spec.backup_tasks), ("restore", addon.spec.restore_tasks)):
        for index, task in enumerate(tasks):
            yield Subject(addon=addon, task=task, kind=kind, index=index, functions=functions)


def _of(subject: Subject) -> Iterator[Finding]:
    yield from _function(subject)
    yield from _means(subject)
    yield from parameter_problems(subject)
    yield from variable_problems(subject)
    yield from volume_problems(subject)


def _tasks(addon: Addon) -> Iterator[Finding]:
    owner = f"Addon {addon.metadata.name}"
    if not addon.spec.backup_tasks and not addon.spec.restore_tasks:
        yield Finding(
            "NoTasks", f"{owner}: spec: there are neither backup nor restore tasks.", "spec"
        )
    for kind, tasks in (("backup", addon.spec.backup_tasks), ("restore", addon.spec.restore_tasks)):
        counts = Counter(task.name for task in tasks)
        for index, task in enumerate(tasks):
            field = f"spec.{kind}Tasks[{index}].name"
            if not task.name:
                yield Finding("TaskMissing", f"{owner}: {field}: the task has no name.", field)
            elif counts[task.name] > 1:
                message = f"{owner}: {field}: {counts[task.name]} tasks are named {task.name!r}."
                yield Finding("DuplicateTask", message, field)


def _function(subject: Subject) -> Iterator[Finding]:
    name = subject.task.function
    if not name:
        yield subject.finding("FunctionMissing", "function", "say which Function does the work.")
    elif subject.function is None:
        hint = did_you_mean(name, [known for known, each in subject.functions.items() if each])
        yield subject.finding(
            "UnknownFunction", "function", f"the Function {name!r} does not exist.{hint}"
        )


def _means(subject: Subject) -> Iterator[Finding]:
    """Objections to the tool that moves the data, and to what the task is run as."""
    task, owner = subject.task, f"Addon {subject.addon.metadata.name}"
    if task.driver is not None and not task.driver.is_known:
        hint = did_you_mean(task.driver, [str(each) for each in Driver])
        message = f"there is no driver {str(task.driver)!r}.{hint}"
        yield subject.finding("UnknownDriver", "driver", message)
        return
    if lacking := lacks(task.driver, task.executor):
        part = "driver" if "driver" in lacking else "executor"
        yield not_supported(owner, f"{subject.field}.{part}", lacking)
    elif task.pass_through_mounts:
        yield not_supported(owner, f"{subject.field}.passThroughMounts", "the field")
    elif not can_run(subject.function):
        yield not_supported(owner, f"{subject.field}.function", f"Function {task.function}")
