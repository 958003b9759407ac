"""Every key, once: what is bound, what help shows and what the foot of the screen names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import events as happened

if TYPE_CHECKING:
    from .events import Event


class Key(NamedTuple):
    """One thing that keys do."""

    name: str
    keys: tuple[str, ...]
    """As Textual calls them."""

    shown: str
    """As people call them."""

    help: str
    section: str
    event: Event | None = None
    """What happens to the state; None where the screen has more to do."""

    writes: bool = False
    """Whether it changes something in the cluster."""

    brief: str = ""
    """In a word, for the foot of the screen; empty where it has no place there."""


_MOVE, _CHOOSE, _DETAILS, _DO = "Move", "Choose what is shown", "Details", "Do"

KEYS = (
    Key("down", ("down", "j"), "↓ j", "down", _MOVE),
    Key("up", ("up", "k"), "↑ k", "up", _MOVE),
    Key("page_down", ("pagedown", "ctrl+d"), "PgDn ^d", "a page down", _MOVE),
    Key("page_up", ("pageup", "ctrl+u"), "PgUp ^u", "a page up", _MOVE),
    Key("first", ("home", "g"), "Home g", "to the first", _MOVE),
    Key("last", ("end", "G"), "End G", "to the last", _MOVE),
    Key(
        "filter", ("slash",), "/",
        "filter: words, !word, phase=failed, ns=, name=, of=", _CHOOSE, brief="filter",
    ),
    Key(
        "faults", ("f",), "f", "only what is wrong, or all", _CHOOSE,
        happened.FaultsToggled(), brief="faults",
    ),
    Key(
        "sort", ("o", "shift+right"), "o ⇧→", "sort by the next column", _CHOOSE,
        happened.SortedBy(1), brief="sort",
    ),
    Key(
        "sort_back", ("shift+left",), "⇧←", "sort by the column before", _CHOOSE,
        happened.SortedBy(-1),
    ),
    Key("reverse", ("O",), "O", "the other end first", _CHOOSE, happened.Reversed()),
    Key("namespace", ("n",), "n", "choose a namespace", _CHOOSE, brief="namespace"),
    Key("all_namespaces", ("N",), "N", "all namespaces", _CHOOSE),
    Key(
        "configurations", ("2",), "2", "scheduled backups: last good one, next run", _CHOOSE,
        brief="schedules",
    ),
    Key(
        "open", ("enter",), "Enter", "details on the whole screen", _DETAILS,
        happened.Zoomed(is_zoomed=True), brief="open",
    ),
    Key("back", ("escape",), "Esc", "back; empty the filter", _DETAILS),
    Key("next_pane", ("tab",), "Tab", "the next pane", _DETAILS, happened.PaneTurned(1)),
    Key("last_pane", ("shift+tab",), "⇧Tab", "the pane before", _DETAILS, happened.PaneTurned(-1)),
    Key("steps", ("d",), "d", "steps", _DETAILS, happened.PaneChosen("steps")),
    Key("components", ("c",), "c", "components", _DETAILS, happened.PaneChosen("components")),
    Key("log", ("l",), "l", "log", _DETAILS, happened.PaneChosen("log")),
    Key("events", ("e",), "e", "events", _DETAILS, happened.PaneChosen("events")),
    Key("yaml", ("y",), "y", "YAML", _DETAILS, happened.PaneChosen("yaml")),
    Key(
        "why", ("w",), "w", "why: the chain of causes", _DETAILS,
        happened.PaneChosen("why"), brief="why",
    ),
    Key("backup", ("b",), "b", "back up now; asks first", _DO, writes=True, brief="backup"),
    Key("help", ("question_mark", "f1"), "?", "this help", _DO, brief="help"),
    Key(
        "quit", ("q", "ctrl+q", "ctrl+c"), "q", "quit; what runs in the cluster goes on", _DO,
        brief="quit",
    ),
)  # fmt: skip


BY_KEY = {one: key for key in KEYS for one in key.keys}


def active(*, is_readonly: bool) -> list[Key]:
    """The keys that do something here."""
    return [key for key in KEYS if not (is_readonly and key.writes)]
