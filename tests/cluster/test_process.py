"""Only what was started is ended: an id alone does not say which process it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .process import ProcessId, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process
        process.kill()


def is_running(pid: int) -> bool:
    """Whether it is there and not a zombie that waits for its new parent."""
    stat = Path("/proc", str(pid), "stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_process_is_known_again_after_it_was_written_down(tmp_path: Path) -> None:
    file = tmp_path / "process.json"
    ProcessId.of_this().write(file)

    assert ProcessId.read(file) == ProcessId.of(os.getpid())


@pytest.mark.parametrize("content", ["", "[12", "{}"])
def test_half_a_record_is_no_record(tmp_path: Path, content: str) -> None:
    file = tmp_path / "process.json"
    file.write_text(content)

    assert ProcessId.read(file) is None


def test_another_process_of_the_same_id_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    earlier = ProcessId.of(sleeper.pid)._replace(started=1)

    earlier.end()

    assert (earlier.is_alive, sleeper.poll()) == (False, None)


def test_a_process_has_ended_when_end_returns(sleeper: subprocess.Popen[bytes]) -> None:
    ProcessId.of(sleeper.pid).end()

    assert sleeper.wait(timeout=0.5) == -9


def test_ending_what_is_gone_is_no_error(sleeper: subprocess.Popen[bytes]) -> None:
    gone = ProcessId.of(sleeper.pid)
    sleeper.kill()
    sleeper.wait()

    gone.end()

    assert not gone.is_alive


def test_a_process_that_nobody_has_reaped_yet_is_no_longer_alive(
    sleeper: subprocess.Popen[bytes],
) -> None:
    ended = ProcessId.of(sleeper.pid)

    ended.end()

    assert (ProcessId.of(sleeper.pid), ended.is_alive) == (ended, False)


def test_a_started_process_writes_to_its_log_and_dies_with_its_starter(tmp_path: Path) -> None:
    program = "import sys; from tests.cluster.process import start; from pathlib import Path; "
    program += "print(start(['sleep', '1000'], log=Path(sys.argv[1])).pid)"
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(tmp_path / "log")],
        capture_output=True,
        text=True,
        check=True,
    )

    end = time.monotonic() + 30
    while is_running(int(answer.stdout)) and time.monotonic() < end:
        time.sleep(0.01)

    assert not is_running(int(answer.stdout))


def test_a_process_that_does_not_listen_is_ended_for_good(tmp_path: Path) -> None:
    log = tmp_path / "log"
    deaf = start(["sh", "-c", "trap '' TERM; echo ready; sleep 1000 & wait; wait"], log=log)
    while "ready" not in log.read_text():
        pass

    stop(deaf, within=0.2)

    assert deaf.returncode == -9
