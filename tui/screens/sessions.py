"""The table of sessions, and the details of one of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from .. import bars, columns, filter_line, rows
from .. import events as happened
from ..keys import BY_KEY
from ..lines import NOTHING
from ..panes import PANES
from ..panes.subject import Subject
from ..reader import Reader, Reading
from ..reducer import reduce
from ..source import Inbox
from ..state import State
from ..widgets.bar import Bar
from ..widgets.line_view import LineView
from ..widgets.live_table import LiveTable
from ..widgets.note import Note
from .background import in_background
from .commands import Commands

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.events import Key, Paste

    from ..events import Event
    from ..keys import Key as Command
    from ..lines import Line
    from ..options import Options
    from ..session_row import SessionKey
    from ..source import Source, Trouble

_ALWAYS = {"ctrl+c", "ctrl+q"}
"""Keys that leave even while a filter is typed."""
_LOOK = 0.2
"""Seconds between two looks into the inbox: nobody reads faster."""
_TICKS_OF_A_SECOND = 5
_MESSAGE_STAYS = 6.0
"""Seconds; what went wrong stays until a key is pressed."""
_ROOM_FOR_BOTH = 16
"""Lines of a terminal that has room for the table and the details."""
_ROOM_FOR_SUMMARY = 8
_FEW_ROWS = 3


class SessionsScreen(Screen[None]):
    """Draws a State, and makes events of keys, of what the source has told, and of time."""

    DEFAULT_CSS = """
    SessionsScreen { layout: vertical; }
    SessionsScreen #details { height: 1fr; padding: 0 1; }
    """

    def __init__(self, source: Source, options: Options) -> None:
        super().__init__()
        self.source, self.options = source, options
        self.inbox = Inbox()
        self.state = State(scope=source.scope)
        self.reader = Reader(source, self._read)
        self.head, self.summary, self.tabs = Bar(), Bar(), Bar()
        self.notice, self.foot = Note(), Note()
        self.table = LiveTable(self._header, self._row, empty=self._empty)
        self.details = LineView(id="details")
        self._commands = Commands(self)
        self._columns: list[columns.Column] = []
        self._table_height: int | str = 0
        self._reading: Reading | None = None
        self._shown: tuple[SessionKey | None, str] = (None, "")
        self._ticks = 0
        self._told_at = 0.0

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield from (self.head, self.summary, self.table, self.tabs, self.details)
        yield from (self.notice, self.foot)

    def on_mount(self) -> None:
        """Begin to fill it."""
        self.source.start(self.inbox)
        self.reader.start()
        self.set_interval(_LOOK, self.look)
        self.call_after_refresh(self.look)

    def on_unmount(self) -> None:
        """End what was begun."""
        self.reader.stop()
        self.source.stop()

    def on_resize(self) -> None:
        """Another size has room for other things."""
        self._draw_all()

    def on_key(self, event: Key) -> None:
        """What a key does: here and at once, so that what is typed fast stays in its order."""
        if self.state.message.is_error:
            self.send(happened.Told(""))
        if self.state.is_typing and event.key not in _ALWAYS:
            done = filter_line.typed(self.state.query, event.key, event.character)
            event.stop()
            for one in done:
                self.send(one)
            return
        key = BY_KEY.get(event.key)
        if key is not None:
            event.stop()
            self._carry_out(key)

    def on_paste(self, event: Paste) -> None:
        """Text from the clipboard is for the filter, where one is typed."""
        if self.state.is_typing:
            self.send(filter_line.pasted(self.state.query, event.text))

    def send(self, event: Event) -> None:
        """Something has happened: the next state, drawn."""
        if isinstance(event, happened.Told):
            self._told_at = time.monotonic()
        before, self.state = self.state, reduce(self.state, event)
        if self.state != before:
            self._draw_all()

    def look(self) -> None:
        """What has changed since the last look?"""
        self._ticks += 1
        health = self.source.is_synced, self.source.troubles()
        self._take_changes()
        self._take_health(*health)
        message = self.state.message
        is_read = not message.is_error and time.monotonic() - self._told_at > _MESSAGE_STAYS
        if message.text and is_read:
            self.send(happened.Told(""))
        if self._ticks % _TICKS_OF_A_SECOND == 0:
            self._draw_time()

    def in_background(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Do what takes its time on a thread, and hand over what came of it, errors too."""
        in_background(self, work, done)

    def on_live_table_clicked(self, event: LiveTable.Clicked) -> None:
        """The mouse."""
        self.send(happened.JumpedTo(event.line))

    def _carry_out(self, key: Command) -> None:
        if key.writes and self.options.is_readonly:
            self.send(happened.Told("not with --readonly", is_error=True))
        elif key.event is not None:
            self.send(key.event)
        else:
            self._commands.run(key.name)

    def _take_changes(self) -> None:
        changed, touched = self.inbox.take()
        found = {key: rows.row(key, item) if item else None for key, item in changed.items()}
        if found:
            before, self.state = self.state, reduce(self.state, happened.Changed(found))
            self._draw_changes(before, {*found, *touched})
        elif touched:
            self._draw_changes(self.state, touched)

    def _take_health(self, is_synced: bool, troubles: tuple[Trouble, ...]) -> None:
        if (troubles, is_synced) != (self.state.troubles, self.state.is_synced):
            self.send(happened.Health(is_synced, troubles, time.monotonic()))

    def _draw_changes(self, before: State, keys: set[SessionKey]) -> None:
        same = before.selected == self.state.selected and len(before.order) == len(self.state.order)
        shown = self.state.order.keys(self.table.top, self.table.page)
        if not same or shown != before.order.keys(self.table.top, self.table.page):
            self._draw_all()
            return
        for number, key in enumerate(shown):
            if key in keys:
                self.table.redraw(self.table.top + number)
        self.summary.show(bars.summary(self.state, width=self.size.width))
        if self.state.selected in keys:
            self._draw_details()

    def _draw_all(self) -> None:
        width = self.size.width
        with_namespace = not (self.state.namespace or self.state.scope)
        widths = self.state.widths
        self._columns = columns.layout(width, widths, with_namespace=with_namespace)
        self._divide()
        self.table.update(len(self.state.order), self.state.cursor)
        self.summary.show(bars.summary(self.state, width=width))
        self.tabs.show(bars.tabs(self.state, width=width))
        self._draw_details()
        self._draw_bars()

    def _divide(self) -> None:
        """The table takes what it needs, half of the screen at most; the details have the rest."""
        height = self.size.height
        has_room = height >= _ROOM_FOR_BOTH
        self.summary.display = height >= _ROOM_FOR_SUMMARY
        self.table.display = not self.state.is_zoomed
        self.tabs.display = self.details.display = has_room or self.state.is_zoomed
        needed = max(_FEW_ROWS, len(self.state.rows)) + 1
        wanted = min(needed, height // 2 - 2) if has_room else "1fr"
        if wanted != self._table_height:
            self._table_height = wanted
            self.table.styles.height = wanted

    def _draw_bars(self) -> None:
        seconds, width = time.monotonic(), self.size.width
        now = datetime.now(UTC)
        self.head.show(bars.head(self.state, self.options, now, seconds=seconds, width=width))
        self.notice.display = bool(self.state.troubles)
        self.notice.show(bars.notice(self.state, seconds=seconds), width=width)
        self.foot.show(bars.foot(self.state, self.options, width=width), width=width)

    def _draw_time(self) -> None:
        self._draw_bars()
        first = self.table.top
        for number, key in enumerate(self.state.order.keys(first, self.table.page)):
            if not self.state.rows[key].is_final or self._ticks % (_TICKS_OF_A_SECOND * 10) == 0:
                self.table.redraw(first + number)
        selected = self.state.rows.get(self.state.selected) if self.state.selected else None
        if selected is not None and not selected.is_final:
            self._draw_details()

    def _draw_details(self) -> None:
        if not self.details.display:
            self.reader.want(None, "")
            return
        key, pane = self.state.selected, PANES[self.state.pane]
        self.reader.want(key, pane.wants)
        is_new = (key, self.state.pane) != self._shown
        self._shown = (key, self.state.pane)
        subject = self._subject(key) if key else None
        shown = pane.lines(subject) if subject else []
        self.details.show(shown, from_top=is_new, at_end=pane.follows_end)

    def _subject(self, key: SessionKey) -> Subject | None:
        session = self.source.session(key)
        if session is None:
            return None
        now, snapshots = datetime.now(UTC), self.source.snapshots(key)
        read = self._reading
        if read is None or read.key != key:
            return Subject(key=key, session=session, now=now, snapshots=snapshots)
        return Subject(
            key=key,
            session=session,
            now=now,
            snapshots=snapshots,
            events=read.events,
            log=read.log,
            problem=read.problem,
        )

    def _read(self, reading: Reading) -> None:
        """Called on the reader's thread."""
        self.call_later(self._take_reading, reading)

    def _take_reading(self, reading: Reading) -> None:
        is_first = self._reading is None or self._reading.wants != reading.wants
        self._reading = reading
        if is_first:
            self._shown = (None, "")
        self._draw_details()

    def _header(self) -> Line:
        return columns.header(self._columns, self.state.sort) if self._columns else NOTHING

    def _empty(self) -> Line:
        return bars.empty(self.state)

    def _row(self, line: int) -> Line:
        found = self.state.order.at(line)
        session = self.source.session(found.key)
        if session is None:
            return NOTHING
        snapshots = self.source.snapshots(found.key)
        cells = rows.cells(found, session, snapshots, datetime.now(UTC))
        return columns.row(self._columns, cells, is_old=self.state.is_away)
