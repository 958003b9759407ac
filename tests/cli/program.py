"""Run the real command line: in this process where that is enough, else as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.cli.main import run
from kubectl_kubestash.cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest


class Answer(NamedTuple):
    """What a run said."""

    code: int
    out: str
    err: str


class Terminal:
    """Runs command lines in this process and reads what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str, environment: Mapping[str, str] | None = None) -> Answer:
        self.capsys.readouterr()
        code = run(words, Settings(environment or {}))
        out, err = self.capsys.readouterr()
        return Answer(code, out, err)


def process(*words: str, stdin: str = "", **environment: str) -> Answer:
    """A whole process: `python -m kubectl_kubestash …`."""
    done = subprocess.run(
        [sys.executable, "-m", "kubectl_kubestash", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
        timeout=120,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
