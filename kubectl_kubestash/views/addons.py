"""The Addons of a cluster in a table, with what of them cannot be run yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resolve.task_support import lacks, missing_command
from .fields import NONE, items, mapping, name_of, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .fields import Raw

HEADERS = ("NAME", "BACKUP TASKS", "RESTORE TASKS", "NOT SUPPORTED YET")


def addon_rows(addons: Sequence[Raw], functions: Sequence[Raw]) -> list[tuple[str, ...]]:
    """Addons with their tasks; `functions` are all Functions that they may name."""
    by_name = {name_of(function): function for function in functions}
    rows: list[tuple[str, ...]] = []
    for addon in addons:
        backup, restore = (items(addon, "spec", f"{kind}Tasks") for kind in ("backup", "restore"))
        missing = list(_not_supported([*backup, *restore], by_name))
        is_everything = missing and len(missing) == len(backup) + len(restore)
        shown = ["all tasks"] if is_everything else missing
        rows.append((name_of(addon), _names(backup), _names(restore), ", ".join(shown) or NONE))
    return rows


def missing_command_of(function: Raw | None) -> str:
    """The sub-command of our image that a Function needs and that is not there yet, or empty."""
    annotations = mapping(function, "metadata", "annotations")
    return missing_command(annotations, texts(function, "spec", "args"))


def _names(tasks: Sequence[Raw]) -> str:
    return ", ".join(text(task, "name") for task in tasks) or NONE


def _not_supported(tasks: Sequence[Raw], functions: dict[str, Raw]) -> Iterator[str]:
    for task in tasks:
        lacking = lacks(text(task, "driver"), text(task, "executor"))
        if lacking or missing_command_of(functions.get(text(task, "function"))):
            yield text(task, "name")
