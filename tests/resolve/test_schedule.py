from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.schedule import check, next_run

SATURDAY = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("*/5 * * * *", "2026-11-21 10:05"),
        ("0 * * * *", "2026-11-21 11:00"),
        ("30 9 * * *", "2026-11-22 09:30"),
        ("1/15 * * * *", "2026-11-21 10:01"),
        ("58/15 * * * *", "2026-11-21 10:58"),
        ("10-20/7 * * * *", "2026-11-21 10:10"),
        ("7-7/2 * * * *", "2026-11-21 10:07"),
        ("5,* * * * *", "2026-11-21 10:01"),
        ("0 0 * * MON-FRI", "2026-11-23 00:00"),
        ("0 0 ? * mon", "2026-11-23 00:00"),
        ("0 0 1 feb ?", "2027-02-01 00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("0 0 */1 * *", "2026-11-22 00:00"),
        ("@yearly", "2027-01-01 00:00"),
        ("@annually", "2027-01-01 00:00"),
        ("@monthly", "2026-12-01 00:00"),
        ("@weekly", "2026-11-22 00:00"),
        ("@daily", "2026-11-22 00:00"),
        ("@midnight", "2026-11-22 00:00"),
        ("@hourly", "2026-11-21 11:00"),
        ("@every 90m", "2026-11-21 11:30"),
    ],
)
def test_a_schedule_names_its_next_run(cron: str, expected: str) -> None:
    assert check(cron) == ""
    moment = next_run(cron, after=SATURDAY)
    assert moment is not None
    assert moment.strftime("%Y-%m-%d %H:%M") == expected


def test_two_day_fields_without_a_star_add_up() -> None:
    runs = _runs("0 0 24 * mon", after=SATURDAY, count=2)
    assert [run.day for run in runs] == [23, 24]


def test_a_step_of_days_is_a_list_and_not_a_star() -> None:
    """Kubernetes runs this on odd days and on Mondays; Debian's cron on odd Mondays only."""
    runs = _runs("0 0 */2 * mon", after=SATURDAY, count=2)
    assert [run.day for run in runs] == [23, 25]
    runs = _runs("0 0 30 * */6", after=SATURDAY, count=3)
    assert [run.day for run in runs] == [22, 28, 29]


def test_a_run_is_after_the_moment_never_at_it() -> None:
    assert next_run("0 10 * * *", after=SATURDAY) == SATURDAY + timedelta(days=1)


def test_every_counts_whole_seconds() -> None:
    moment = SATURDAY.replace(microsecond=700_000)
    assert next_run("@every 1.9s", after=moment) == SATURDAY + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("cron", "complaint"),
    [
        ("", "0 fields"),
        ("* * * *", "4 fields"),
        ("0 * * * * *", "6 fields"),
        ("0 0 L * *", "'L' is not a day of the month"),
        ("0 0 * * 5#2", "day of the week"),
        ("0 0 * * 5L", "day of the week"),
        ("0 0 LW * *", "day of the month"),
        ("0 0 * * 7", "'7' is not a day of the week"),
        ("60 * * * *", "'60' is not a minute"),
        ("* 24 * * *", "'24' is not an hour"),
        ("0 0 0 * *", "'0' is not a day of the month"),
        ("0 0 * 13 *", "'13' is not a month"),
        ("0 0 * * mon-sun", "ends before it begins"),
        ("*/0 * * * *", "steps by nothing"),
        ("*/x * * * *", "is not a minute"),
        ("*-5 * * * *", "is not a minute"),
        ("1-2-3 * * * *", "is not a minute"),
        ("jan * * * *", "'jan' is not a minute"),
        ("TZ=UTC 0 0 * * *", "time zone"),
        ("CRON_TZ=UTC 0 0 * * *", "time zone"),
        ("@reboot", "1 field "),
        ("@every", "1 field "),
        ("@every 1x", "1x"),
        ("@every 500ms", "at least one second"),
        ("@every -1h", "at least one second"),
    ],
)
def test_what_kubernetes_refuses_is_refused(cron: str, complaint: str) -> None:
    assert complaint in check(cron)
    assert repr(cron) in check(cron)


@pytest.mark.parametrize("cron", ["0 0 31 2 *", "0 0 30 2 ?", "0 0 31 4,6,9,11 *", "0 0 30/1 2 *"])
def test_a_day_that_no_year_has_never_runs(cron: str) -> None:
    assert "never runs" in check(cron)
    assert next_run(cron, after=SATURDAY) is None


def test_a_zone_that_does_not_exist_is_refused() -> None:
    for zone in ("Mars/Olympus", "../etc/passwd", "\0"):
        with pytest.raises(UsageError, match="time zone"):
            next_run("@daily", after=SATURDAY, zone=zone)


def test_a_zone_shifts_the_hour() -> None:
    assert next_run("0 2 * * *", after=SATURDAY, zone="Asia/Kolkata") == datetime(
        2026, 11, 21, 20, 30, tzinfo=UTC
    )


# The clocks of eight places, on the days of 2026 on which they change, with a local time that is
# missing in one night and comes twice in the other.
CHANGES = [
    ("Europe/Berlin", (3, 29), (10, 25), "02:30", "03:00"),
    ("Europe/London", (3, 29), (10, 25), "01:30", "02:00"),
    ("America/New_York", (3, 8), (11, 1), "02:30", "03:00"),
    ("America/Chicago", (3, 8), (11, 1), "02:30", "03:00"),
    ("America/Los_Angeles", (3, 8), (11, 1), "02:30", "03:00"),
    ("America/Sao_Paulo", None, None, "02:30", "02:30"),
    ("Australia/Sydney", (10, 4), (4, 5), "02:30", "03:00"),
    ("Pacific/Auckland", (9, 27), (4, 5), "02:30", "03:00"),
]


@pytest.mark.parametrize(("zone", "spring", "_", "at", "instead"), [c for c in CHANGES if c[1]])
def test_ff_5_4_a_run_in_a_missing_hour_comes_right_after_it(
    zone: str, spring: tuple[int, int], _: object, at: str, instead: str
) -> None:
    local = ZoneInfo(zone)
    month, day = spring
    noon_before = datetime(2026, month, day, 12, tzinfo=local) - timedelta(days=1)
    first, second = _runs(_daily(at), after=noon_before, count=2, zone=zone)
    assert first.astimezone(local).strftime("%m-%d %H:%M") == f"{month:02}-{day:02} {instead}"
    assert second.astimezone(local).strftime("%H:%M") == at


@pytest.mark.parametrize(("zone", "_", "autumn", "at", "__"), [c for c in CHANGES if c[2]])
def test_ff_5_4_a_run_in_a_repeated_hour_comes_once(
    zone: str, _: object, autumn: tuple[int, int], at: str, __: str
) -> None:
    local = ZoneInfo(zone)
    month, day = autumn
    noon_before = datetime(2026, month, day, 12, tzinfo=local) - timedelta(days=1)
    runs = _runs(_daily(at), after=noon_before, count=3, zone=zone)
    assert len({run.astimezone(local).date() for run in runs}) == 3


@pytest.mark.parametrize("zone", [change[0] for change in CHANGES])
def test_ff_5_4_a_day_of_hourly_runs_has_as_many_as_hours_passed(zone: str) -> None:
    local = ZoneInfo(zone)
    start = datetime(2026, 1, 1, tzinfo=local)
    runs = _runs("0 * * * *", after=start, count=24 * 365 - 1, zone=zone)
    gaps = {later - earlier for earlier, later in pairwise(runs)}
    assert gaps == {timedelta(hours=1)}


def _daily(at: str) -> str:
    hour, minute = at.split(":")
    return f"{int(minute)} {int(hour)} * * *"


def _runs(cron: str, *, after: datetime, count: int, zone: str = "") -> list[datetime]:
    runs: list[datetime] = []
    for _ in range(count):
        moment = next_run(cron, after=runs[-1] if runs else after, zone=zone)
        assert moment is not None
        runs.append(moment)
    return runs


@given(st.text(alphabet="0123456789*/,-?LW#@ every", max_size=20))
def test_any_text_is_judged_without_a_crash(cron: str) -> None:
    complaint = check(cron)
    assert complaint == "" or repr(cron) in complaint


numbers = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}


@st.composite
def schedules(draw: st.DrawFn) -> str:
    fields = []
    for low, high in numbers.values():
        first = draw(st.integers(low, high))
        last = draw(st.integers(first, high))
        step = draw(st.integers(1, 70))
        fields.append(
            draw(st.sampled_from(["*", "?", f"{first}", f"*/{step}", f"{first}-{last}/{step}"]))
        )
    return " ".join(fields)


@given(schedules())
def test_a_well_formed_schedule_runs_later_or_never(cron: str) -> None:
    moment = next_run(cron, after=SATURDAY)
    assert moment is None or moment > SATURDAY
