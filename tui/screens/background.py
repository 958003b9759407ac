"""Work that takes its time, away from the screen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.errors import KubeStashError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump


def in_background(
    screen: MessagePump, work: Callable[[], Any], done: Callable[[Any], None]
) -> threading.Thread:
    """Call `work` on a thread and `done` with its result, or its KubeStashError, on the screen's.

    A daemon thread: a server that keeps silent keeps nobody from quitting.
    """

    def run() -> None:
        try:
            result = work()
        except KubeStashError as error:
            result = error
        screen.call_later(done, result)

    thread = threading.Thread(target=run, name="monitor work", daemon=True)
    thread.start()
    return thread
