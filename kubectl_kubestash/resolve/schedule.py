"""When does a schedule run next?

Schedules are those of a CronJob
(https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/): five fields, `@hourly` and
the like, `@every 90m`. Other dialects' signs, such as `L`, `#` and a sixth field, are refused as
Kubernetes refuses them. When clocks change, a repeated hour runs once and what falls into a missing
hour runs right after it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from ..errors import UsageError
from .durations import parse_duration
from .wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "
_ZONE_PREFIXES = ("TZ=", "CRON_TZ=")
_TERM = re.compile(r"(?P<low>[^-/]+)(?:-(?P<high>[^-/]+))?(?:/(?P<step>[0-9]{1,9}))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""Where the search for a first run starts; any moment would do."""


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    words: Mapping[str, int] = {}
    is_day: bool = False
    """Days follow one more rule: a `*` in one of their two fields lets the other decide alone."""

    def normal(self, text: str) -> str:
        """The field in numbers and ranges only, or `*`. Raises UsageError."""
        terms = [self._term(term) for term in text.split(",")]
        return "*" if "*" in terms else ",".join(terms)

    def _term(self, term: str) -> str:
        match = _TERM.fullmatch(term)
        if match is None:
            raise UsageError(f"{term!r} is not {self.name}")
        low, high, step = match["low"], match["high"], int(match["step"] or 1)
        if step == 0:
            raise UsageError(f"{term!r} steps by nothing")
        if low in ("*", "?"):
            if high:
                raise UsageError(f"{term!r} is not {self.name}")
            return self._every(step)
        first = self._number(low)
        last = self._number(high) if high else self.high if match["step"] else first
        if last < first:
            raise UsageError(f"{term!r} ends before it begins")
        if first == last:
            return str(first)
        return f"{first}-{last}" if step == 1 else f"{first}-{last}/{step}"

    def _every(self, step: int) -> str:
        """`*` or `*/2`. To Kubernetes, not to cronsim, `*/2` is a list of days, not a star."""
        if step == 1:
            return "*"
        return f"{self.low}-{self.high}/{step}" if self.is_day else f"*/{step}"

    def _number(self, text: str) -> int:
        number = self.words.get(text.lower())
        if number is None and re.fullmatch("[0-9]{1,4}", text):
            number = int(text)
        if number is None or not self.low <= number <= self.high:
            raise UsageError(f"{text!r} is not {self.name} ({self.low}-{self.high})")
        return number


_FIELDS = (
    _Field("a minute", 0, 59),
    _Field("an hour", 0, 23),
    _Field("a day of the month", 1, 31, is_day=True),
    _Field("a month", 1, 12, {word: n for n, word in enumerate(_MONTHS, start=1)}),
    _Field("a day of the week", 0, 6, {word: n for n, word in enumerate(_WEEKDAYS)}, is_day=True),
)


def next_run(cron: str, *, after: datetime, zone: str = "") -> datetime | None:
    """The next run after this moment, in UTC; None when it never runs.

    `zone` is a name such as `Europe/Berlin`; empty means UTC. Raises UsageError.
    """
    interval = _interval(cron)
    if interval is not None:
        return after.astimezone(UTC).replace(microsecond=0) + interval
    fields = _normal(cron)
    # Runs are at whole minutes, and many schedules are the same.
    return _next(fields, zone, after.replace(second=0, microsecond=0))


@lru_cache(maxsize=256)
def _next(fields: str, zone: str, after: datetime) -> datetime | None:
    try:
        moment = next(CronSim(fields, after.astimezone(_zone(zone))), None)
    except CronSimError:
        return None
    return moment.astimezone(UTC) if moment else None


@lru_cache(maxsize=256)
def check(cron: str) -> str:
    """What is wrong with the schedule, as one sentence; empty when nothing is."""
    try:
        if next_run(cron, after=_EPOCH) is None:
            return f"The schedule {cron!r} never runs: there is no such day."
    except UsageError as error:
        return f"The schedule {cron!r} is not valid: {error.message.removesuffix('.')}."
    return ""


def _interval(cron: str) -> timedelta | None:
    """The time between runs of `@every …`; None for other schedules."""
    if not cron.startswith(_EVERY):
        return None
    interval = parse_duration(cron.removeprefix(_EVERY))
    if interval < timedelta(seconds=1):
        raise UsageError("it must leave at least one second between runs")
    return interval - timedelta(microseconds=interval.microseconds)


@lru_cache(maxsize=256)
def _normal(cron: str) -> str:
    """The five fields as cronsim reads them the way that Kubernetes does."""
    if cron.startswith(_ZONE_PREFIXES):
        raise UsageError("a time zone has no place in it")
    parts = _NICKNAMES.get(cron, cron).split()
    if len(parts) != len(_FIELDS):
        raise UsageError(f"it has {counted(len(parts), 'field')} instead of {len(_FIELDS)}")
    return " ".join(field.normal(part) for field, part in zip(_FIELDS, parts, strict=True))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"{name!r} is not a time zone.") from None
