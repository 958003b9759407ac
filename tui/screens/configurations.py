"""All scheduled backups: which of them has no good backup, and which failed last?"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.screen import Screen

from kubectl_kubestash.errors import KubeStashError
from kubectl_kubestash.views.standing import standings

from .. import bars
from ..lines import line
from ..overview import Table, query, summary, table
from ..widgets.bar import Bar
from ..widgets.live_table import LiveTable
from ..widgets.note import Note
from .background import in_background

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from kubectl_kubestash.views.standing import Standing

    from ..lines import Line
    from ..options import Options
    from ..source import Source

_AGAIN = 3.0
"""Seconds until they are read again."""
_KEYS = " Enter shows its runs  j k move  Esc back "


class ConfigurationsScreen(Screen[str]):
    """The answer is the filter for the runs of the one that was chosen; empty when none was."""

    DEFAULT_CSS = "ConfigurationsScreen { layout: vertical; }"
    BINDINGS: ClassVar = [
        Binding("down,j", "move(1)"),
        Binding("up,k", "move(-1)"),
        Binding("pagedown,ctrl+d", "page(1)"),
        Binding("pageup,ctrl+u", "page(-1)"),
        Binding("home,g", "move(-1000000)"),
        Binding("end,G", "move(1000000)"),
        Binding("enter", "choose"),
        Binding("escape,q,1,2,ctrl+c", "leave"),
    ]

    def __init__(self, source: Source, options: Options) -> None:
        super().__init__()
        self._source, self._options = source, options
        self._head, self._summary, self._foot = Bar(), Bar(), Note()
        self.table = LiveTable(self._header, self._row, empty=lambda: self._empty)
        self.standings: list[Standing] = []
        self._empty: Line = line("   reading …", "dim")
        self._foot_line = line(_KEYS, "dim")
        self._drawn = Table((), [])
        self._is_reading, self._read_at = False, 0.0

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield from (self._head, self._summary, self.table, self._foot)

    def on_mount(self) -> None:
        """Read at once, and again and again."""
        self._read()
        self.set_interval(_AGAIN, self._read)
        self.set_interval(1.0, self._draw)

    def on_resize(self) -> None:
        """Another size has room for other columns."""
        self._draw()

    def action_move(self, by: int) -> None:
        """So many rows down, or up."""
        cursor = min(len(self.standings) - 1, max(0, self.table.cursor + by))
        self.table.update(len(self.standings), cursor)
        self._sum_up()

    def action_page(self, by: int) -> None:
        """A page down, or up."""
        self.action_move(by * self.table.page)

    def action_choose(self) -> None:
        """Show its runs."""
        if self.standings:
            self._answer(query(self.standings[self.table.cursor]))

    def action_leave(self) -> None:
        """Back to all runs."""
        self._answer("")

    def on_live_table_clicked(self, event: LiveTable.Clicked) -> None:
        """A click chooses the row, Enter shows its runs."""
        self.table.update(len(self.standings), event.line)
        self._sum_up()

    def _answer(self, answer: str) -> None:
        if self.is_current:
            self.dismiss(answer)

    def _read(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            in_background(self, lambda: standings(*self._source.overview()), self._take)

    def _take(self, found: list[Standing] | KubeStashError) -> None:
        self._is_reading = False
        if isinstance(found, KubeStashError):
            said = " → ".join([found.message, *found.hints[:1]])
            self._foot_line = line(f" ! {said}", "red")
            self._empty = line("   nothing could be read yet", "dim")
        else:
            selected = self._selected()
            self.standings, self._read_at = found, time.monotonic()
            self._empty = line("   there is no BackupConfiguration yet", "dim")
            self._foot_line = line(_KEYS, "dim")
            places = [(one.namespace, one.what) for one in found]
            cursor = places.index(selected) if selected in places else min(0, len(found) - 1)
            self.table.update(len(found), cursor)
        self._draw()

    def _selected(self) -> tuple[str, str] | None:
        if not 0 <= self.table.cursor < len(self.standings):
            return None
        one = self.standings[self.table.cursor]
        return one.namespace, one.what

    def _draw(self) -> None:
        now = datetime.now(UTC)
        self._drawn = table(self.standings, now, self.size.width)
        age = time.monotonic() - self._read_at if self._read_at else None
        head = bars.head_of_configurations(
            self._options, self._source.scope, age, width=self.size.width
        )
        self._head.show(head)
        self._foot.show(self._foot_line, width=self.size.width)
        self._sum_up()
        self.table.refresh()

    def _sum_up(self) -> None:
        self._summary.show(summary(self.standings, self.table.cursor, self.size.width))

    def _header(self) -> Line:
        return self._drawn.header

    def _row(self, number: int) -> Line:
        return self._drawn.rows[number] if number < len(self._drawn.rows) else ()
