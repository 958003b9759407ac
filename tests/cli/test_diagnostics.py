from __future__ import annotations

import json

import pytest

from kubectl_kubestash import errors
from kubectl_kubestash.cli import diagnostics


def test_a_server_error_is_worded_as_kubectl_does() -> None:
    error = errors.NotFound(
        'addons.addons.kubestash.com "x" not found', code=404, reason="NotFound"
    )

    assert diagnostics.headline(error) == (
        'Error from server (NotFound): addons.addons.kubestash.com "x" not found'
    )


def test_what_we_found_out_ourselves_is_not_blamed_on_the_server() -> None:
    assert diagnostics.headline(errors.NotFound("no session")) == "error: no session"


def test_an_error_is_one_line_whatever_the_message() -> None:
    assert diagnostics.headline(errors.UsageError("a\nb\t c")) == "error: a b c"


def test_there_are_never_more_than_two_hints(capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics.report(errors.Refused("no", "one", "two", "three"))

    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: no\nhint: one\nhint: two\n"


def test_errors_for_programs_are_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics.report(errors.Refused("no", "one"), as_json=True)

    assert json.loads(capsys.readouterr().err) == {
        "error": "no",
        "reason": "Refused",
        "code": 8,
        "hints": ["one"],
    }


def test_a_question_without_a_terminal_is_refused_at_once() -> None:
    with pytest.raises(errors.Refused, match="no terminal"):
        diagnostics.ask("Sure? ")
