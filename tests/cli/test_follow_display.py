"""Steps are drawn where a terminal has room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import BACKUP_SESSION, ObjectKey
from kubectl_kubestash.cli.follow import Run, Seen
from kubectl_kubestash.cli.follow_display import Log, Screen
from kubectl_kubestash.cli.style import Style
from kubectl_kubestash.views.section import Step

if TYPE_CHECKING:
    import pytest

RUN = Run(BACKUP_SESSION, ObjectKey("demo", "run"))


def _seen(*steps: Step) -> list[tuple[Run, Seen]]:
    return [(RUN, Seen("Running", False, True, list(steps), ""))]


def _many() -> list[tuple[Run, Seen]]:
    states = ["done"] * 20 + ["running"] * 3 + ["failed"] + ["waiting"] * 20
    return _seen(*(Step(state, f"{state}-{number}") for number, state in enumerate(states)))


def test_a_long_list_leaves_out_what_is_done_or_waits_until_the_run_has_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What takes the output here is no terminal, so it counts as one of 24 lines."""
    screen = Screen(Style())

    screen.show(_many())
    first = capsys.readouterr().err.removesuffix("\x1b[J").splitlines()
    screen.show(_many(), is_last=True)
    last = capsys.readouterr().err.splitlines()

    assert len(first) == 23
    assert sum("running-" in line or "failed-" in line for line in first) == 4
    assert "and 22 more" in first[-1]
    assert last[0].startswith("\x1b[23F")
    assert sum("-" in line for line in last) == 44


def test_a_terminal_does_not_obey_what_a_tool_has_said(capsys: pytest.CaptureFixture[str]) -> None:
    Log(Style()).show(_seen(Step("failed", "dump", detail="a\x1b]0;title\x07\nb")))

    told = capsys.readouterr().err

    assert told.count("\n") == 1
    assert "\x1b" not in told
