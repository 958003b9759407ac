"""Lines of restic, as events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.runner import stored
from kubectl_kubestash.runner.output import (
    BackupSummary,
    Fatal,
    Initialized,
    Note,
    Problem,
    Progress,
    RestoreSummary,
    parse,
)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        pytest.param(
            '{"message_type":"status","percent_done":0.5,"total_files":3,"files_done":2,'
            '"total_bytes":10,"bytes_done":5,"seconds_remaining":9223372036854775808}',
            Progress(percent=0.5, total_files=3, files_done=2, total_bytes=10, bytes_done=5),
            id="progress of a backup",
        ),
        pytest.param(
            '{"message_type":"status","seconds_elapsed":4,"files_restored":1,"files_skipped":2,'
            '"bytes_restored":5,"bytes_skipped":6}',
            Progress(seconds=4, files_done=3, bytes_done=11),
            id="progress of a restore that finds some files in place",
        ),
        pytest.param(
            '{"message_type":"summary","data_added":7,"total_files_processed":2,'
            '"total_bytes_processed":11,"snapshot_id":"abc"}',
            BackupSummary("abc", files=2, bytes=11, added=7),
            id="end of a backup",
        ),
        pytest.param(
            '{"message_type":"summary","total_files":6,"files_restored":6,"files_skipped":3,'
            '"bytes_skipped":5}',
            RestoreSummary(total_files=6, files=6, skipped=3, bytes=5),
            id="end of a restore",
        ),
        pytest.param(
            '{"message_type":"error","error":{"message":"denied"},"during":"archival","item":"/x"}',
            Problem("/x", "denied"),
            id="a file that cannot be read",
        ),
        pytest.param(
            '{"message_type":"error","error":{},"item":"/x"}',
            Problem("/x", ""),
            id="an error without words",
        ),
        pytest.param(
            '{"message_type":"exit_error","code":12,"message":"Fatal: wrong password"}',
            Fatal(12, "Fatal: wrong password"),
            id="why it gave up",
        ),
        pytest.param(
            '{"message_type":"initialized","id":"f00","repository":"/r"}',
            Initialized("f00"),
            id="a new repository",
        ),
        pytest.param('{"message_type":"news"}', Note('{"message_type":"news"}'), id="unknown"),
        pytest.param("{broken", Note("{broken"), id="not JSON"),
        pytest.param("created new cache", Note("created new cache"), id="a note"),
        pytest.param("  ", None, id="an empty line"),
    ],
)
def test_a_line_is_understood(line: str, event: object) -> None:
    assert parse(line) == event


@given(st.text())
def test_no_line_breaks_the_parser(line: str) -> None:
    assert parse(line) is None or line.strip()


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:01Z", 10**9),
        ("2026-11-21T12:57:39.833648433Z", 1_795_265_859_833_648_433),
        ("2026-11-21T13:57:39.8336+01:00", 1_795_265_859_833_600_000),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
    ],
)
def test_a_time_keeps_its_nanoseconds_and_its_zone(text: str, nanoseconds: int) -> None:
    assert stored.nanoseconds(text) == nanoseconds
