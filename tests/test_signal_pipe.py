"""A request to stop is never lost, whatever the main thread is doing."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import os, signal, threading
from kubectl_kubestash.signal_pipe import signal_pipe
asked, stop, heard = signal_pipe(signal.SIGTERM), threading.Event(), 0
def listen():
    while os.read(asked, 1):
        stop.set()
threading.Thread(target=listen, daemon=True).start()
def bother():
    for _ in range(20000):
        os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=bother).start()
while heard < 2000:  # each wait begins and ends in the middle of signals
    heard += stop.wait(10)
    stop.clear()
    if heard % 2:
        stop.wait(0.00001)
    stop.set()
print(heard)
"""


def test_waits_that_begin_and_end_under_a_storm_of_signals_do_not_hang() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "2000\n"
