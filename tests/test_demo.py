"""`make demo` is the first thing that anybody types; it ends as politely as it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import __main__ as demo
from demo.teller import Broken, Teller

if TYPE_CHECKING:
    import pytest


def test_control_c_ends_the_demo_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []

    def run(_: Teller, line: str, *, stdin: str = "", quiet: bool = False) -> str:
        told.append((line.split()[3], stdin, quiet))
        raise KeyboardInterrupt

    monkeypatch.setattr(Teller, "run", run)

    assert demo.main() == 130
    assert capsys.readouterr().err == "\nstopped; nothing of it is left\n"
    assert told == [("start", "", False)], "there is no sandbox yet that could be removed"


def test_a_step_that_fails_ends_the_demo_with_what_it_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: object, **__: object) -> str:
        raise Broken("`kubectl` ended with exit code 1.")

    monkeypatch.setattr(Teller, "run", run)

    assert demo.main() == 1
    assert "error: `kubectl` ended with exit code 1." in capsys.readouterr().err
