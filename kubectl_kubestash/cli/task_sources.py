"""Where the values of resolved tasks come from, by container."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..resolve.addon_task import ResolvedTask


def sources_of(
    tasks: Sequence[ResolvedTask],
) -> tuple[dict[str, Mapping[str, str]], list[str]]:
    """The origin of each value by name of container, and warnings."""
    sources = {str(task.container["name"]): task.sources for task in tasks}
    return sources, [warning for task in tasks for warning in task.warnings]
