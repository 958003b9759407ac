"""What can happen to the state of the monitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .session_row import Row, SessionKey
    from .source import Trouble


@dataclass(frozen=True)
class Changed:
    """Sessions as they are now; None for those that are gone."""

    rows: Mapping[SessionKey, Row | None]


@dataclass(frozen=True)
class Health:
    """How the source is, at a time of a clock that never goes back."""

    is_synced: bool
    troubles: tuple[Trouble, ...]
    at: float


@dataclass(frozen=True)
class Moved:
    """The cursor goes so many lines down, or up."""

    by: int


@dataclass(frozen=True)
class JumpedTo:
    """The cursor goes to a line; -1 is the last one."""

    line: int


@dataclass(frozen=True)
class FilterOpened:
    """The filter is being typed."""


@dataclass(frozen=True)
class FilterTyped:
    """The filter is this now."""

    query: str


@dataclass(frozen=True)
class FilterClosed:
    """The filter stays as it is."""


@dataclass(frozen=True)
class FaultsToggled:
    """Only what is wrong, or all again."""


@dataclass(frozen=True)
class SortedBy:
    """The next column to sort by, or the one before."""

    step: int


@dataclass(frozen=True)
class Reversed:
    """The other end first."""


@dataclass(frozen=True)
class NamespaceChosen:
    """Only this namespace; empty for all that the source watches."""

    namespace: str


@dataclass(frozen=True)
class Rescoped:
    """The source begins anew with another namespace; empty for all."""

    scope: str


@dataclass(frozen=True)
class PaneChosen:
    """This pane of the details."""

    pane: str


@dataclass(frozen=True)
class PaneTurned:
    """The next pane of the details, or the one before."""

    step: int


@dataclass(frozen=True)
class Zoomed:
    """The details get the whole screen, or give it back."""

    is_zoomed: bool


@dataclass(frozen=True)
class Told:
    """Something to say in one line."""

    text: str
    is_error: bool = False


Event = (
    Changed | Health | Moved | JumpedTo | FilterOpened | FilterTyped | FilterClosed
    | FaultsToggled | SortedBy | Reversed | NamespaceChosen | Rescoped
    | PaneChosen | PaneTurned | Zoomed | Told
)  # fmt: skip
