"""The sign and the colour of each state and phase. Colour is never the only sign."""

from __future__ import annotations

from typing import NamedTuple


class Sign(NamedTuple):
    """How a state is shown."""

    pretty: str
    plain: str
    """Where the terminal knows only ASCII."""

    color: str
    """`green`, `red`, `yellow`, `cyan` or `dim`."""


STATES = {
    "done": Sign("✔", "+", "green"),
    "failed": Sign("✘", "x", "red"),
    "running": Sign("◌", "o", "cyan"),
    "waiting": Sign("·", ".", "dim"),
    "skipped": Sign("»", ">", "yellow"),
}
PHASE_COLORS = {
    "Succeeded": "green",
    "Ready": "green",
    "Applied": "green",
    "Running": "cyan",
    "Pending": "yellow",
    "NotReady": "yellow",
    "Skipped": "yellow",
    "Failed": "red",
    "FailedToApply": "red",
    "Invalid": "red",
    "Warning": "yellow",
}
_STATE_OF_PHASE = {
    "Succeeded": "done",
    "Running": "running",
    "Pending": "waiting",
    "Skipped": "skipped",
}


def state_of(phase: str) -> str:
    """The state that a phase of a run stands for; what is not known counts as failed."""
    return _STATE_OF_PHASE.get(phase, "failed")
