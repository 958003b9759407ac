"""What does a task of an Addon run?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.addons.addon import Addon
    from ..api.addons.function import Function
    from ..api.core.addon_info import AddonTaskInfo
    from .manifest import Object


@dataclass(frozen=True, kw_only=True)
class ResolvedTask:
    """One task, with nothing left to look up."""

    name: str
    kind: str
    """`backup` or `restore`."""
    function: str
    driver: str
    executor: str
    singleton: bool
    container: Object
    volumes: tuple[Object, ...]
    sources: Mapping[str, str]
    """Path of a value in the container, such as `args[3]`, to where it came from."""
    warnings: tuple[str, ...] = ()


def resolve_task(
    addon: Addon,
    functions: Mapping[str, Function | None],
    task: AddonTaskInfo,
    *,
    kind: str,
    builtins: Mapping[str, str],
    index: int = 0,
) -> ResolvedTask:
    """The container and volumes of this task. Raises SubstitutionError, UsageError, Unsupported."""
    raise NotImplementedError
