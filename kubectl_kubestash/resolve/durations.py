"""How long is that? Texts of durations, as KubeStash and kubectl read and write them."""

from __future__ import annotations

import re
from datetime import timedelta

from ..errors import UsageError

_GO_UNITS = {
    "ns": 0.001,
    "us": 1.0,
    "µs": 1.0,
    "μs": 1.0,
    "ms": 1_000.0,
    "s": 1_000_000.0,
    "m": 60_000_000.0,
    "h": 3_600_000_000.0,
}
_GO_TERM = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_PERIOD_UNITS = {
    "y": timedelta(days=365),
    "mo": timedelta(days=30),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}
LONGEST_LIMIT = timedelta(days=3650)
_PERIOD_TERM = re.compile(r"(-?[0-9]{1,18})(mo|[ywdhm])")


def parse_duration(text: str) -> timedelta:
    """A Go duration: `1h30m`, `90s`, `250ms`, `-1.5h`, `0`. Raises UsageError.

    See https://pkg.go.dev/time#ParseDuration. Parts of a microsecond are lost.
    """
    sign, body = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if body == "0":
        return timedelta(0)
    microseconds = sum(float(n) * _GO_UNITS[unit] for n, unit in _terms(_GO_TERM, body, text))
    if not body:
        raise UsageError(f"{text!r} is not a duration: write it as 90s, 5m or 1h30m.")
    return sign * _span(microseconds, text)


def parse_limit(text: str) -> timedelta:
    """A duration from now on that a date can still be made of: ten years at most."""
    return min(parse_duration(text), LONGEST_LIMIT)


def format_duration(span: timedelta) -> str:
    """Go's notation, rounded to whole seconds: `58s`, `1m5s`, `1h0m3s`."""
    total = span / timedelta(seconds=1)
    seconds = int(abs(total) + 0.5)
    sign = "-" if total < 0 and seconds else ""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}s"
    return f"{sign}{minutes}m{seconds}s" if minutes else f"{sign}{seconds}s"


def parse_period(text: str) -> timedelta:
    """A retention period: `2mo`, `1y6mo`, `3w2d`, in any order. Raises UsageError.

    Units are `y` (365 days), `mo` (30 days), `w`, `d`, `h` and `m` (minutes). A unit that comes
    twice counts once, with its last number. An empty text is a period of nothing.
    """
    numbers = {unit: int(number) for number, unit in _terms(_PERIOD_TERM, text, text)}
    try:
        return sum((n * _PERIOD_UNITS[unit] for unit, n in numbers.items()), timedelta(0))
    except OverflowError:
        raise UsageError(f"{text!r} is too long a period.") from None


def age(span: timedelta) -> str:
    """An age as kubectl prints it: two units at most, `7m12s`, `3h5m`, `5d4h`, `28d`, `2y30d`."""
    seconds = int(span / timedelta(seconds=1))
    if seconds < 0:
        return "0s" if seconds == -1 else "<invalid>"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    for limit, big, big_unit, small, small_unit in (
        (120, seconds, "s", 0, ""),
        (600, minutes, "m", seconds % 60, "s"),
        (3 * 3600, minutes, "m", 0, ""),
        (8 * 3600, hours, "h", minutes % 60, "m"),
        (48 * 3600, hours, "h", 0, ""),
        (8 * 86400, days, "d", hours % 24, "h"),
        (2 * 365 * 86400, days, "d", 0, ""),
        (8 * 365 * 86400, days // 365, "y", days % 365, "d"),
    ):
        if seconds < limit:
            return f"{big}{big_unit}" + (f"{small}{small_unit}" if small else "")
    return f"{days // 365}y"


def _terms(pattern: re.Pattern[str], body: str, text: str) -> list[tuple[str, str]]:
    """All of `body` as pairs of number and unit; anything else in it is an error."""
    terms: list[tuple[str, str]] = []
    position = 0
    while position < len(body):
        match = pattern.match(body, position)
        if match is None:
            raise UsageError(
                f"{text!r} is not a duration: nothing is known of {body[position:]!r}."
            )
        terms.append((match[1], match[2]))
        position = match.end()
    return terms


def _span(microseconds: float, text: str) -> timedelta:
    try:
        return timedelta(microseconds=microseconds)
    except OverflowError:
        raise UsageError(f"{text!r} is too long a duration.") from None
