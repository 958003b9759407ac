from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.durations import age, format_duration, parse_duration, parse_period


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("1h30m", 5400),
        ("1m0s", 60),
        ("250ms", 0.25),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("1.s", 1),
        ("-2m", -120),
        ("+2m", 120),
        ("0", 0),
        ("5us", 0.000005),
        ("5µs", 0.000005),
        ("2000ns", 0.000002),
        ("1h1h", 7200),
    ],
)
def test_a_go_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "-", "5", "1d", "h", "1h 30m", "1h30", "٣s", "9" * 400 + "h"])
def test_what_go_does_not_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (58, "58s"),
        (59.6, "1m0s"),
        (65, "1m5s"),
        (3603, "1h0m3s"),
        (90000, "25h0m0s"),
        (-65, "-1m5s"),
        (-0.2, "0s"),
    ],
)
def test_a_duration_is_written_as_go_does(seconds: float, text: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == text


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_a_written_duration_is_read_to_the_second(span: timedelta) -> None:
    assert abs(parse_duration(format_duration(span)) - span) <= timedelta(seconds=0.5)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 0),
        ("5m", 5),
        ("2h", 120),
        ("1d", 1440),
        ("1w", 10080),
        ("2mo", 86400),
        ("1y", 525600),
        ("1y6mo", 525600 + 6 * 43200),
        ("3m1mo", 43203),
        ("1d2d", 2880),
        ("-1d", -1440),
    ],
)
def test_a_retention_period_is_read(text: str, minutes: int) -> None:
    assert parse_period(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["1", "d", "1s", "1.5d", "1 d", "1M", "--1d", "9" * 30 + "y"])
def test_a_period_with_other_units_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_period(text)


def test_a_period_of_more_digits_than_python_reads_is_refused_like_any_other() -> None:
    """It would end no session otherwise: nobody expects another error there."""
    with pytest.raises(UsageError):
        parse_period("9" * 5000 + "y")


@given(st.text(alphabet="0123456789-.+ymowdhsnuµ ", max_size=12))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    for parse in (parse_duration, parse_period):
        try:
            span = parse(text)
        except UsageError:
            continue
        assert isinstance(span, timedelta)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (432, "7m12s"),
        (600, "10m"),
        (3 * 3600 - 1, "179m"),
        (3 * 3600 + 300, "3h5m"),
        (4 * 3600, "4h"),
        (9 * 3600 + 300, "9h"),
        (47 * 3600, "47h"),
        (5 * 86400 + 4 * 3600, "5d4h"),
        (5 * 86400, "5d"),
        (28 * 86400 + 9000, "28d"),
        (760 * 86400, "2y30d"),
        (730 * 86400, "2y"),
        (3000 * 86400, "8y"),
    ],
)
def test_an_age_is_written_as_kubectl_does(seconds: int, text: str) -> None:
    assert age(timedelta(seconds=seconds)) == text
