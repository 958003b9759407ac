"""Which Job does a Task of Stash come down to?

Each step is a Function with values of its own; all containers but the last are init containers, in
the order of the steps, and the last one is the main container of the Job.
https://stash.run/docs/latest/concepts/crds/task/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import NotFound, SubstitutionError
from . import container_settings, names
from .convert.function_task import params_of
from .job import JobPlan, build
from .substitution import expand_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.resources import ObjectKey
    from ..api.stash.function import Function
    from ..api.stash.task import Step, Task
    from .manifest import Object


@dataclass(frozen=True, kw_only=True)
class StashTaskInputs:
    """A Task, and what decides about its Job."""

    task: Task
    functions: Mapping[str, Function]
    key: ObjectKey
    """Namespace and name of the Job."""

    built_in: Mapping[str, str] = field(default_factory=dict)
    """Variables that Stash's operator sets, such as TARGET_NAME, unless somebody says otherwise."""

    params: Mapping[str, str] = field(default_factory=dict)
    """What the user says; it wins over the values of the steps."""

    service_account: str = "default"


def stash_task_job(inputs: StashTaskInputs) -> Object:
    """The Job of a Task.

    Raises NotFound for a Function that is not there, SubstitutionError for a variable that nobody
    sets.
    """
    task, steps = inputs.task, inputs.task.spec.steps
    if not steps:
        raise NotFound(f"Task {task.metadata.name} has no steps")
    values = [_values(inputs, step) for step in steps]
    everything = {name: text for each in values for name, text in each.items()}
    volumes = _expanded(list(task.spec.volumes), everything, f"Task {task.metadata.name}, volumes")
    containers = [
        _container(inputs, step, index, values[index]) for index, step in enumerate(steps)
    ]
    return build(
        JobPlan(
            key=inputs.key,
            labels={},
            service_account=inputs.service_account,
            containers=containers,
            volumes=volumes,
        )
    )


def _values(inputs: StashTaskInputs, step: Step) -> dict[str, str]:
    of_step = params_of(step.model_dump(by_alias=True))
    return {**inputs.built_in, **of_step, **inputs.params}


def _container(
    inputs: StashTaskInputs, step: Step, index: int, values: Mapping[str, str]
) -> Object:
    function = inputs.functions.get(step.name)
    if function is None:
        raise NotFound(f"Task {inputs.task.metadata.name}: there is no Function {step.name!r}")
    spec = function.spec
    template = spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    template.pop("podSecurityPolicyName", None)
    template["runtimeSettings"] = container_settings.of_runtime_settings(spec.runtime_settings)
    expanded = _expanded(template, values, f"Function {step.name}")
    settings = expanded.pop("runtimeSettings")
    container = {"name": names.volume(f"{step.name}-{index}"), **expanded}
    return container_settings.overlaid(container, settings)


def _expanded(value: Any, values: Mapping[str, str], where: str) -> Any:
    try:
        return expand_tree(value, values)
    except SubstitutionError as error:
        raise SubstitutionError(f"{where}: {error.message}", *error.hints) from None
