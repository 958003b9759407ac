"""The monitor in a real terminal, from a real cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tui.tmux import Tmux

from . import stage, terminal_svg
from .places import PLACES, plugin_environment

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS, _LINES = 116, 30


def make(place: str, folder: Path) -> dict[str, str]:
    """The pictures by the names of their files."""
    with PLACES[place](folder) as (kubectl, plugin):
        shop = stage.played(kubectl, plugin)
        terminal = Tmux(
            folder,
            f"kubectl-kubestash ui -n {shop.name}",
            size=(_COLUMNS, _LINES),
            **plugin_environment(kubectl.kubeconfig),
        )
        try:
            return _played(terminal)
        finally:
            terminal.close()


def _played(terminal: Tmux) -> dict[str, str]:
    terminal.until("● live", "✘ Failed 1", "◌ Running 1", "media/nightly", "ETA")
    made = {"monitor.svg": _picture(terminal)}
    terminal.keys("Enter", "c")
    terminal.until("[c Components]", "MiB/s", "pod media-nightly")
    made["monitor-detail.svg"] = _picture(terminal)
    terminal.keys("Escape")
    terminal.until("PROGRESS / REASON")
    terminal.keys("w", "/", *"mail")
    terminal.until("filter: mail", "1/2 of", "[w Why]", "wrong password")
    made["monitor-filter.svg"] = _picture(terminal)
    terminal.keys("Enter", "Enter")
    terminal.until_gone("PROGRESS / REASON")
    terminal.until("wrong password", "BackupFailed")
    made["monitor-why.svg"] = _picture(terminal)
    return made


def _picture(terminal: Tmux) -> str:
    return terminal_svg.picture(terminal.screen(), "kubectl kubestash ui", columns=_COLUMNS)
