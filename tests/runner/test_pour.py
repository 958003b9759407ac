"""What one child prints, poured into another one."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.errors import Stalled, UsageError
from kubectl_kubestash.runner.command import Command
from kubectl_kubestash.runner.pour import Flow, Pour, Poured
from kubectl_kubestash.runner.process import Supervisor
from kubectl_kubestash.runner.redact import Redactor

if TYPE_CHECKING:
    from pathlib import Path

READ_ALL = """
import sys
size = len(sys.stdin.buffer.read())
open({mark!r}, "w").write(str(size))
"""


def python(script: str) -> Command:
    return Command((sys.executable, "-c", script), {"PATH": os.environ["PATH"]})


def pour(source: str, sink: str, *, stall: float | None = None) -> Poured:
    return Pour(Supervisor(Redactor()), stall=stall, grace=5).run(
        python(source),
        lambda _beginning: (python(sink), Flow.rush),
        hear_source=lambda _line: None,
        hear_sink=lambda _line: None,
    )


def test_all_bytes_arrive_and_are_counted(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    done = pour("print('x' * 5_000_000, end='')", READ_ALL.format(mark=str(mark)))

    assert done.moved == 5_000_000
    assert mark.read_text() == "5000000"
    assert done.source is not None
    assert done.sink is not None
    assert (done.source.exit_code, done.sink.exit_code) == (0, 0)


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_ff_6_1_the_second_never_sees_the_end_of_a_first_that_failed(
    tmp_path: Path, size: int
) -> None:
    mark = tmp_path / "mark"
    failing = f"import sys; sys.stdout.write('x' * {size}); sys.stdout.flush(); sys.exit(3)"

    done = pour(failing, READ_ALL.format(mark=str(mark)))

    assert done.source is not None
    assert done.source.exit_code == 3
    assert done.sink is None
    assert not mark.exists()


def test_a_second_that_fails_ends_the_first() -> None:
    endless = "import sys\nwhile True: sys.stdout.write('x' * 100_000)"

    done = pour(endless, "import sys; sys.stdin.buffer.read(1000); sys.exit(5)")

    assert done.sink is not None
    assert done.sink.exit_code == 5


def test_a_first_that_prints_nothing_starts_no_second(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    done = pour("pass", READ_ALL.format(mark=str(mark)))

    assert (done.moved, done.sink) == (0, None)
    assert not mark.exists()


def test_a_first_that_falls_silent_is_ended_and_the_second_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    silent = "import time; print('x' * 100_000, flush=True); time.sleep(600)"

    with pytest.raises(Stalled):
        pour(silent, READ_ALL.format(mark=str(mark)), stall=1.0)

    assert not mark.exists()


def test_a_second_that_takes_its_time_is_not_the_firsts_fault(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    slow = f"import time; time.sleep(3)\n{READ_ALL.format(mark=str(mark))}"

    done = pour("print('x' * 5_000_000, end='')", slow, stall=1.0)

    assert mark.read_text() == "5000000"
    assert done.moved == 5_000_000


def test_a_dump_that_nobody_can_take_ends_the_first() -> None:
    def refuse(_beginning: bytes) -> None:
        raise UsageError("not that one")

    endless = "import sys\nwhile True: sys.stdout.write('x' * 100_000)"
    with pytest.raises(UsageError, match="not that one"):
        Pour(Supervisor(Redactor()), grace=5).run(
            python(endless),
            refuse,  # type: ignore[arg-type]
            hear_source=lambda _line: None,
            hear_sink=lambda _line: None,
        )
    assert not [one for one in threading.enumerate() if one.name == "pour"]
