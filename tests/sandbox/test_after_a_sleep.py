"""What becomes of the operator when the machine has slept for longer than its Lease?"""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import LEASE
from kubectl_kubestash.cli.sandbox_process import Sandbox
from kubectl_kubestash.resolve.operator_manifests import LEASE as KEY
from tests import tools
from tests.waiting import eventually

from .test_start_and_stop import Commands

if TYPE_CHECKING:
    from pathlib import Path

_SLEEP = 12.0
"""Seconds: longer than an operator may go on without having renewed its Lease."""


def test_the_operator_begins_again_and_is_the_same_process_for_status(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    try:
        answer = commands("start", PATH=f"{tools.restic().parent}:{os.environ['PATH']}")
        assert answer.returncode == 0, answer.stderr
        sandbox = Sandbox(commands.folder, os.environ)
        before = sandbox.operator
        assert before is not None

        os.kill(commands.record.process.pid, signal.SIGSTOP)
        time.sleep(_SLEEP)
        os.kill(commands.record.process.pid, signal.SIGCONT)

        eventually(lambda: _began_again(sandbox, commands), what="the operator leads again")
        assert sandbox.operator == before
        assert commands("status").returncode == 0
    finally:
        commands("reset", "--yes")


def _began_again(sandbox: Sandbox, commands: Commands) -> bool:
    """Whether it has lost its Lease, started anew, and renews it."""
    _, lost, since = sandbox.operator_log.read_text().partition("beginning again")
    lease = commands.client.find(LEASE, KEY)
    assert lease is not None
    age = datetime.now(UTC) - datetime.fromisoformat(lease["spec"]["renewTime"])
    return bool(lost and "context kubestash-sandbox" in since and age.total_seconds() < 5)
