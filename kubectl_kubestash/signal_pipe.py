"""Signals as something to read: the one way that works while a thread begins or ends a wait.

A handler runs between two instructions of the main thread. If it sets a threading.Event for which
that thread has just begun to wait, both want the same lock, and the process hangs; a handler that
comes just before a wait is not called until the wait is over.
https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
"""

from __future__ import annotations

import os
import signal


def signal_pipe(*numbers: signal.Signals) -> int:
    """A descriptor with a byte to read for each of these signals that comes from now on.

    Call it in the main thread, once for a process. Signals that Python does not handle are not in
    it.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return reading
