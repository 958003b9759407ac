"""The Addons of a cluster in a table, with what of them cannot be run yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resolve.task_support import lacks, missing_command
from .fields import NONE, items, mapping, name_of, text, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .fields import Raw

HEADERS = ("ADDON", "TASK", "FOR", "RUNS")


def addon_rows(addons: Sequence[Raw], functions: Sequence[Raw]) -> list[tuple[str, ...]]:
    """A row for each task of each Addon; `functions` are all Functions that they may name."""
    by_name = {name_of(function): function for function in functions}
    rows: list[tuple[str, ...]] = []
    for addon in addons:
        tasks = [
            (name_of(addon), text(task, "name"), what, "yes" if _runs(task, by_name) else "not yet")
            for what in ("backup", "restore")
            for task in items(addon, "spec", f"{what}Tasks")
        ]
        rows += tasks or [(name_of(addon), NONE, NONE, NONE)]
    return rows


def missing_command_of(function: Raw | None) -> str:
    """The sub-command of our image that a Function needs and that is not there yet, or empty."""
    annotations = mapping(function, "metadata", "annotations")
    return missing_command(annotations, texts(function, "spec", "args"))


def _runs(task: Raw, functions: dict[str, Raw]) -> bool:
    lacking = lacks(text(task, "driver"), text(task, "executor"))
    return not (lacking or missing_command_of(functions.get(text(task, "function"))))
