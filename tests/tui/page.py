"""The monitor, played without a terminal: keys go in, the text of the screen comes out."""

from __future__ import annotations

import asyncio
import functools
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tui.options import Options
from tui.run import monitor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from textual.pilot import Pilot

    from tui.app import Monitor
    from tui.screens.sessions import SessionsScreen
    from tui.source import Source
    from tui.state import State

_LIMIT = 60.0
"""Seconds that something may take on a machine that is busy."""


def played(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that is a coroutine."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        async def whole() -> None:
            await test(*args, **kwargs)

        asyncio.run(whole())

    return run


class Page:
    """What somebody in front of the terminal can do and see."""

    def __init__(self, app: Monitor, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def sessions(self) -> SessionsScreen:
        return self.app.sessions

    @property
    def state(self) -> State:
        return self.app.sessions.state

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def lines(self) -> list[str]:
        """The screen's text, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def text(self) -> str:
        return "\n".join(self.lines())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds. Fails with the screen after a long while."""
        end = time.monotonic() + _LIMIT
        while not holds():
            assert time.monotonic() < end, self.text()
            await self.pilot.pause(0.05)

    async def until_shown(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.text() for text in texts))

    async def until_gone(self, text: str) -> None:
        await self.until(lambda: text not in self.text())


@asynccontextmanager
async def opened(
    source: Source, *, size: tuple[int, int] = (120, 30), **options: Any
) -> AsyncIterator[Page]:
    """The monitor on a terminal of this size, after its first look."""
    app = monitor(source, Options(context="kind-dev", **options))
    async with app.run_test(size=size) as pilot:
        page = Page(app, pilot)
        await page.until(lambda: page.sessions._ticks > 0)
        await pilot.pause()
        yield page
