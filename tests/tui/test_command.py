"""`ui` where there is no terminal."""

from __future__ import annotations

from tests.cli.program import process


def test_without_a_terminal_it_is_wrong_usage_and_names_what_a_script_reads() -> None:
    answer = process("ui")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines() == [
        "error: ui needs a terminal",
        "hint: kubectl kubestash backup list",
    ]
