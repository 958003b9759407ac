"""The panes of the details: each makes lines from what is known of a session, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import components, events, log, steps, why, yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..lines import Line
    from .subject import Subject


class Pane(NamedTuple):
    """One of them."""

    key: str
    title: str
    lines: Callable[[Subject], list[Line]]
    wants: str = ""
    """What has to be read for it beside the session: `events` or `log`."""

    follows_end: bool = False
    """Whether the last lines are what matters."""


PANES = {
    "steps": Pane("d", "Steps", steps.lines),
    "components": Pane("c", "Components", components.lines),
    "log": Pane("l", "Log", log.lines, wants="log", follows_end=True),
    "events": Pane("e", "Events", events.lines, wants="events"),
    "yaml": Pane("y", "YAML", yaml.lines),
    "why": Pane("w", "Why", why.lines, wants="events"),
}
