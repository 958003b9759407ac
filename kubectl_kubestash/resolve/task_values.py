"""Which values do the variables of a task have, and where do they come from?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..api.addon_info import AddonTaskInfo
    from ..api.addons.addon import Task
    from ..api.addons.function import Function

BUILTINS = frozenset(
    {"namespace", "backupSession", "restoreSession", "snapshot", "invokerKind", "invokerName"}
    | {"imageRegistry", "imageRepo", "imageTag", "taskName", "backupVerificationSession"}
    | {"PVC_NAME", "POD_ORDINAL", "INTERIM_VOLUME", "RESTIC_CACHE_VOLUME"}
)
"""Variables that the operator sets; a session cannot set them to something else."""


class Value(NamedTuple):
    """The text that a variable stands for."""

    text: str
    source: str
    """Who says so, for people."""


def task_values(
    addon: str,
    declared: Task,
    task: AddonTaskInfo,
    builtins: Mapping[str, str],
    *,
    of_target: Mapping[str, str],
) -> dict[str, Value]:
    """The values of all variables that have one; what has none is not in it.

    `of_target` follow from the target, unless somebody says otherwise.
    """
    known = {name: Value(text, "the target") for name, text in of_target.items()}
    defaults = {
        parameter.name: Value(parameter.default, f"default in Addon {addon}")
        for parameter in declared.parameters
        if parameter.default is not None
    }
    variables = {
        str(entry.get("name", "")): Value(str(entry.get("value") or ""), "variables of the session")
        for entry in task.variables
    }
    params = {
        name: Value(text_of(value), "params of the session") for name, value in given_params(task)
    }
    built_in = {name: Value(text, "built in") for name, text in builtins.items()}
    return {**known, **defaults, **variables, **params, **built_in}


def given_params(task: AddonTaskInfo) -> list[tuple[str, Any]]:
    """The params that have a value; null means not given."""
    return [(name, value) for name, value in task.params.items() if value is not None]


def text_of(value: Any) -> str:
    """A parameter's value as text: `true`, `3`, `2.5`, or the text itself."""
    return value if isinstance(value, str) else json.dumps(value)


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """All texts in a JSON value with their paths, such as `args[3]`."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from texts(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from texts(item, f"{path}[{index}]")


def texts_of_function(function: Function) -> list[str]:
    """All texts in which a Function may name variables."""
    return [text for _, text in texts(function.spec.model_dump(by_alias=True))]
