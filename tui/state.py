"""What the monitor shows, as one value. It knows neither Textual nor a cluster.

Whatever happens is an event (`events.py`); `reducer.py` makes the next state from the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .order import Order, Sort
from .widths import Widths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .session_row import Row, SessionKey
    from .source import Trouble


class Message(NamedTuple):
    """One line about what was just done."""

    text: str = ""
    is_error: bool = False


PANES = ("steps", "components", "log", "events", "yaml", "why")


@dataclass(frozen=True, kw_only=True)
class State:
    """All that is on the screen, but for its size and the time."""

    rows: Mapping[SessionKey, Row] = field(default_factory=dict)
    order: Order = field(default_factory=Order)
    """The rows that are shown, sorted."""

    widths: Widths = field(default_factory=Widths)
    selected: SessionKey | None = None
    scope: str = ""
    """The namespace that the source watches; empty for all."""

    namespace: str = ""
    """Only this one of them; empty for all."""

    query: str = ""
    is_typing: bool = False
    """Whether the filter is being typed."""

    faults_only: bool = False
    sort: Sort = field(default_factory=Sort)
    pane: str = PANES[0]
    is_zoomed: bool = False
    """Whether the detail pane has the whole screen."""

    is_synced: bool = False
    troubles: tuple[Trouble, ...] = ()
    troubled_since: float = 0.0
    """When the first of them began, in seconds of a clock that never goes back."""

    message: Message = field(default_factory=Message)

    @property
    def cursor(self) -> int:
        """The line of the selected row; -1 when there is none."""
        row = self.rows.get(self.selected) if self.selected else None
        return -1 if row is None else self.order.index(row)

    @property
    def is_away(self) -> bool:
        """Whether the server does not answer: what is shown is old."""
        return any(one.reason == "away" for one in self.troubles)

    def counts(self) -> dict[str, int]:
        """How many sessions are in each phase, among those of the namespace."""
        found: dict[str, int] = {}
        for row in self.rows.values():
            if self.namespace in {"", row.key.namespace}:
                found[row.phase] = found.get(row.phase, 0) + 1
        return found
