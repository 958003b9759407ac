"""A child is watched, asked to stop, killed and reaped, whatever it does."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from kubectl_kubestash.errors import Interrupted, Stalled, ToolError
from kubectl_kubestash.runner.command import Command
from kubectl_kubestash.runner.process import Limits, Listener, Supervisor
from kubectl_kubestash.runner.redact import Redactor


def shell(script: str) -> Command:
    return Command(("sh", "-c", script), {"PATH": os.environ["PATH"]})


def supervisor(*secrets: str) -> Supervisor:
    return Supervisor(Redactor(secrets))


def test_exit_code_and_last_words_are_told_without_secrets() -> None:
    finished = supervisor("hunter2").run(
        shell("echo out; echo the password is hunter2 >&2; exit 7"), limits=Limits()
    )

    assert (finished.exit_code, finished.stderr) == (7, "the password is ***")


def test_every_line_is_heard_in_order() -> None:
    heard: list[str] = []

    supervisor().run(shell("seq 1 2000"), limits=Limits(), listener=Listener(stdout=heard.append))

    assert heard == [str(number) for number in range(1, 2001)]


def test_a_child_that_does_nothing_is_ended() -> None:
    with pytest.raises(Stalled, match=r"made no progress within 0\.5 s"):
        supervisor().run(shell("echo hm >&2; sleep 60"), limits=Limits(stall=0.5, grace=1))


def test_ff_2_4_a_stopped_child_is_ended_too() -> None:
    started = time.monotonic()

    with pytest.raises(Stalled):
        supervisor().run(shell("kill -STOP $$"), limits=Limits(stall=0.5, grace=0.5))

    assert time.monotonic() - started < 15


def test_a_child_that_moves_bytes_is_alive() -> None:
    script = "for i in 1 2 3 4 5 6; do head -c 400000 /dev/zero >/dev/null; sleep 0.3; done"

    # The reading is done by grandchildren, which count once they are reaped.
    assert supervisor().run(shell(script), limits=Limits(stall=1.2)).exit_code == 0


def test_figures_that_change_are_progress() -> None:
    figures = iter(range(1000))
    listener = Listener(vital_sign=lambda: next(figures))

    finished = supervisor().run(shell("sleep 1"), limits=Limits(stall=0.5), listener=listener)

    assert finished.exit_code == 0


def test_a_child_that_takes_too_long_is_ended_in_the_middle_of_its_output() -> None:
    with pytest.raises(Stalled, match=r"did not end within 0\.5 s"):
        supervisor().run(shell("yes"), limits=Limits(total=0.5, grace=1))


def test_a_child_that_will_not_stop_is_killed_with_its_children(tmp_path: Path) -> None:
    script = f"trap '' TERM; sh -c \"trap '' TERM; echo $$ > {tmp_path}/pid; sleep 61\"; sleep 62"

    with pytest.raises(Stalled):
        supervisor().run(shell(script), limits=Limits(total=0.7, grace=0.3))

    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 30
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether it runs; a zombie waits for whoever inherited it, which may take its time."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def test_when_we_are_asked_to_stop_the_child_is_asked_first(tmp_path: Path) -> None:
    ours = supervisor()
    threading.Timer(0.5, ours.stop.set).start()
    script = f"trap 'echo cleaned > {tmp_path}/done; exit 0' TERM; while :; do sleep 0.1; done"

    with pytest.raises(Interrupted):
        ours.run(shell(script), limits=Limits())

    assert (tmp_path / "done").read_text() == "cleaned\n"
    with pytest.raises(Interrupted):
        ours.run(shell("true"), limits=Limits())


def test_a_program_that_is_not_there_is_named() -> None:
    command = Command(("/no/such/program",), {"PATH": os.environ["PATH"]})

    try:
        code = supervisor().run(command, limits=Limits()).exit_code
    except ToolError as error:
        code = error.exit_code

    assert code == 127


def test_a_grandchild_that_holds_the_output_open_is_not_waited_for() -> None:
    started = time.monotonic()

    finished = supervisor().run(shell("setsid sleep 20 & exit 0"), limits=Limits(grace=0.5))

    assert finished.exit_code == 0
    assert time.monotonic() - started < 15


def test_a_signal_that_ended_the_child_is_told() -> None:
    assert supervisor().run(shell("kill -9 $$"), limits=Limits()).exit_code == -signal.SIGKILL
