"""Keys of the sessions screen that do more than change the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.errors import KubeStashError

from .. import events as happened
from ..actions import backup_now
from ..dialogs.choice import Choice
from ..dialogs.help import Help
from .configurations import ConfigurationsScreen

if TYPE_CHECKING:
    from .sessions import SessionsScreen

_ALL = "(all namespaces)"


class Commands:
    """One method for each, named as the key."""

    def __init__(self, screen: SessionsScreen) -> None:
        self._screen = screen

    def run(self, name: str) -> None:
        """Carry out what a key stands for."""
        getattr(self, name)()

    def down(self) -> None:
        """A row or a line down."""
        self._move(1)

    def up(self) -> None:
        """A row or a line up."""
        self._move(-1)

    def page_down(self) -> None:
        """A page down."""
        self._move(self._page)

    def page_up(self) -> None:
        """A page up."""
        self._move(-self._page)

    def first(self) -> None:
        """To the first row or line."""
        if self._screen.state.is_zoomed:
            self._screen.details.scroll_lines(-len(self._screen.details.lines))
        else:
            self._screen.send(happened.JumpedTo(0))

    def last(self) -> None:
        """To the last row or line."""
        if self._screen.state.is_zoomed:
            self._screen.details.scroll_lines(len(self._screen.details.lines))
        else:
            self._screen.send(happened.JumpedTo(-1))

    def back(self) -> None:
        """Out of the details, else out of the filter."""
        if self._screen.state.is_zoomed:
            self._screen.send(happened.Zoomed(is_zoomed=False))
        elif self._screen.state.query:
            self._screen.send(happened.FilterTyped(""))

    def filter(self) -> None:
        """Type the filter, in place of the foot."""
        self._screen.send(happened.FilterOpened())

    def namespace(self) -> None:
        """Choose one, from all that the cluster has, or from those of the rows."""
        self._screen.in_background(self._screen.source.namespaces, self._choose_namespace)

    def all_namespaces(self) -> None:
        """All of them."""
        self._take_namespace(_ALL)

    def backup(self) -> None:
        """Ask whether to back up now."""
        key, back_up = self._screen.state.selected, self._screen.options.back_up
        session = self._screen.source.session(key) if key else None
        order = backup_now.order_of(session) if session else None
        if order is None or back_up is None:
            self._tell("select a backup of a BackupConfiguration first", is_error=True)
            return

        def answered(answer: str | None) -> None:
            if answer == backup_now.GO:
                self._tell(f"starting {order.configuration}/{order.session} …")
                self._screen.in_background(lambda: back_up(*order), self._backup_started)

        options = [backup_now.CANCEL, backup_now.GO]
        self._screen.app.push_screen(Choice("Back up now?", options, order.said()), answered)

    def configurations(self) -> None:
        """How each scheduled backup stands; what is chosen there is the filter here."""

        def chosen(query: str | None) -> None:
            if query:
                self._screen.send(happened.FilterTyped(query))

        screen = ConfigurationsScreen(self._screen.source, self._screen.options)
        self._screen.app.push_screen(screen, chosen)

    def help(self) -> None:
        """All keys."""
        self._screen.app.push_screen(Help(is_readonly=self._screen.options.is_readonly))

    def quit(self) -> None:
        """Leave; what runs in the cluster goes on."""
        self._screen.app.exit()

    @property
    def _page(self) -> int:
        if self._screen.state.is_zoomed:
            return max(1, self._screen.details.size.height)
        return self._screen.table.page

    def _move(self, by: int) -> None:
        if self._screen.state.is_zoomed:
            self._screen.details.scroll_lines(by)
        else:
            self._screen.send(happened.Moved(by))

    def _backup_started(self, result: str | KubeStashError) -> None:
        if isinstance(result, KubeStashError):
            self._tell(" → ".join([result.message, *result.hints[:1]]), is_error=True)
        else:
            self._tell(result)

    def _choose_namespace(self, found: list[str] | KubeStashError) -> None:
        if isinstance(found, KubeStashError):
            found = sorted({key.namespace for key in self._screen.state.rows})
        options = [_ALL, *found]
        self._screen.app.push_screen(
            Choice("Which namespace?", options), lambda name: self._take_namespace(name or "")
        )

    def _take_namespace(self, name: str) -> None:
        """Among those that are watched it is a filter; else the source begins anew."""
        if not name:
            return
        wanted, scope = "" if name == _ALL else name, self._screen.state.scope
        if scope in {"", wanted}:
            self._screen.send(happened.NamespaceChosen("" if scope else wanted))
            return
        self._screen.send(happened.Rescoped(wanted))
        self._screen.source.rescope(wanted)

    def _tell(self, text: str, *, is_error: bool = False) -> None:
        self._screen.send(happened.Told(text, is_error))
