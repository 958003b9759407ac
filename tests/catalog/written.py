"""The catalogue as models."""

from __future__ import annotations

from typing import Any

from kubectl_kubestash.api.addons.addon import Addon, Task
from kubectl_kubestash.api.addons.function import Function
from kubectl_kubestash.catalog import documents

BY_NAME: dict[str, dict[str, Any]] = {each["metadata"]["name"]: each for each in documents()}

FUNCTIONS = {
    name: Function.model_validate(each)
    for name, each in BY_NAME.items()
    if each["kind"] == "Function"
}

ADDONS = {
    name: Addon.model_validate(each) for name, each in BY_NAME.items() if each["kind"] == "Addon"
}


def tasks_of(addon: Addon) -> list[tuple[Task, str]]:
    """The tasks of an Addon, each with its kind."""
    return [
        *((task, "backup") for task in addon.spec.backup_tasks),
        *((task, "restore") for task in addon.spec.restore_tasks),
    ]
