"""Dumps that fail in the middle; the numbers are explained in docs/reliability.md."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.errors import SourceIncomplete, ToolError
from kubectl_kubestash.runner.command import ResticRepository
from kubectl_kubestash.runner.process import Supervisor
from kubectl_kubestash.runner.redact import Redactor
from kubectl_kubestash.runner.restic import Restic, TimeLimits
from kubectl_kubestash.runner.stream import Dump, store
from tests import tools

if TYPE_CHECKING:
    from pathlib import Path

    from kubectl_kubestash.runner.output import BackupSummary


@pytest.fixture
def restic(tmp_path: Path) -> Restic:
    environment = {
        "RESTIC_REPOSITORY": str(tmp_path / "repository"),
        "RESTIC_PASSWORD": "a password",
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path),
    }
    repository = ResticRepository(
        "Repository demo/db", (str(tools.restic()),), ("--no-cache",), environment
    )
    restic = Restic(repository, Supervisor(Redactor()), TimeLimits())
    restic.init()
    return restic


def dump(restic: Restic, script: str) -> BackupSummary:
    tool = Dump(("python3", "-c", script), "dump.sql")
    return store(restic, tool, host="pod-a", tag="01TEST")


def test_what_a_tool_prints_is_stored_whole(restic: Restic) -> None:
    summary = dump(restic, "print('x' * 5_000_000, end='')")

    assert summary.bytes == 5_000_000
    assert [snapshot.id for snapshot in restic.snapshots()] == [summary.snapshot_id]


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("raise SystemExit(1)", id="it exits with 1 after all its output"),
        pytest.param("import os; os.kill(os.getpid(), 9)", id="it is killed half way"),
        pytest.param("raise SystemExit('password rejected')", id="it says why"),
    ],
)
def test_ff_1_1_half_a_dump_is_an_error_and_leaves_no_snapshot(restic: Restic, ending: str) -> None:
    script = f"import sys; sys.stdout.write('x' * 3_000_000); sys.stdout.flush(); {ending}"

    with pytest.raises(ToolError) as failure:
        dump(restic, script)

    assert failure.value.exit_code != 0
    assert restic.snapshots() == []
    assert restic.locks() == []


def test_ff_1_1_a_tool_that_prints_nothing_is_an_error_and_leaves_no_snapshot(
    restic: Restic,
) -> None:
    with pytest.raises(SourceIncomplete, match="nothing to store"):
        dump(restic, "pass")

    assert restic.snapshots() == []


def test_ff_1_1_a_tool_that_is_not_there_is_an_error(restic: Restic) -> None:
    with pytest.raises(ToolError):
        store(restic, Dump(("/no/such/tool",), "dump.sql"), host="pod-a", tag="01TEST")

    assert restic.snapshots() == []
