"""Where the values of resolved tasks come from, by container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resolve.addon_task import resolve_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.addon_info import AddonTaskInfo
    from ..api.addons.addon import Addon
    from ..api.addons.function import Function


def sources_of(
    addon: Addon,
    functions: Mapping[str, Function],
    tasks: Sequence[AddonTaskInfo],
    kind: str,
    builtins: Mapping[str, str],
) -> tuple[dict[str, Mapping[str, str]], list[str]]:
    """The origin of each value by name of container, and warnings."""
    resolved = [
        resolve_task(addon, functions, task, kind=kind, builtins=builtins, index=index)
        for index, task in enumerate(tasks)
    ]
    sources = {str(task.container["name"]): task.sources for task in resolved}
    return sources, [warning for task in resolved for warning in task.warnings]
