from __future__ import annotations

import pytest

from kubectl_kubestash.resolve.wording import counted, did_you_mean, not_supported


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("hurly", ["hourly", "daily"], " Did you mean hourly?"),
        ("HOURLY", ["hourly"], " Did you mean hourly?"),
        ("dump-0", ["dump-1", "dump-2"], " Did you mean dump-2 or dump-1?"),
        ("x", ["hourly", "daily"], " There is hourly, daily."),
        ("x", [], ""),
        ("x", [""], ""),
        ("x", [f"session-{n}" for n in range(9)], ""),
    ],
)
def test_near_names_are_offered(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint


def test_what_is_not_supported_names_object_field_and_reason() -> None:
    found = not_supported("BackupStorage demo/s3", "spec.x", "a thing")
    assert found.reason == "NotSupported"
    assert found.field == "spec.x"
    assert found.message == "BackupStorage demo/s3: spec.x: a thing is not supported yet."


def test_one_thing_is_not_many() -> None:
    assert [counted(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(2, "entry", "entries") == "2 entries"
