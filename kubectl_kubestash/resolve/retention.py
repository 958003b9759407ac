"""Which Snapshots stay, and which may go?

Judged for each Repository and session on its own, in UTC:

* Of the successful ones those stay that any number of the policy keeps: the newest ones, and the
  newest of each hour, day, ISO week, month and year, counting only those that have one.
* Of the failed ones so many of the newest stay, one where the policy says nothing.
* What is older than the longest period goes, whatever the numbers say.
* The newest successful one stays, whatever its age. So does what still runs, what is in use, and
  what was taken in the future, as one of the clocks is wrong and its age cannot be told; none of
  these three takes the place of another.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import UsageError
from .durations import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from ..api.storage.retention_policy import RetentionPolicy
    from ..api.storage.snapshot import Snapshot

_BUCKETS: tuple[tuple[str, Callable[[datetime], object]], ...] = (
    ("hourly", lambda time: (time.date(), time.hour)),
    ("daily", lambda time: time.date()),
    ("weekly", lambda time: time.isocalendar()[:2]),
    ("monthly", lambda time: (time.year, time.month)),
    ("yearly", lambda time: time.year),
)
_NEWEST = "newest successful one"


@dataclass(frozen=True)
class Verdict:
    """What becomes of one Snapshot, and why."""

    snapshot: Snapshot
    keep: bool
    reasons: tuple[str, ...]
    """What keeps it, such as `last 5` and `daily 1`, or what lets it go."""


def judge(
    snapshots: Sequence[Snapshot],
    policy: RetentionPolicy,
    *,
    now: datetime,
    in_use: Collection[str] = (),
) -> list[Verdict]:
    """One verdict for each Snapshot, newest first. `in_use` are names of Snapshots being read.

    Raises UsageError when the policy's period cannot be read or is not longer than nothing, so that
    a slip of the pen removes nothing.
    """
    period = longest_period(policy)
    groups: dict[tuple[str, str, str], list[Snapshot]] = defaultdict(list)
    for snapshot in snapshots:
        spec = snapshot.spec
        groups[snapshot.metadata.namespace, spec.repository, spec.session].append(snapshot)
    verdicts = [
        _verdict(snapshot, reasons[snapshot.metadata.name], now=now, period=period)
        for group in groups.values()
        for reasons in [_reasons(group, policy, now=now, in_use=in_use)]
        for snapshot in group
    ]
    return sorted(verdicts, key=lambda verdict: _age_order(verdict.snapshot), reverse=True)


def superfluous(
    snapshots: Sequence[Snapshot],
    policies: Sequence[RetentionPolicy],
    *,
    now: datetime,
    in_use: Collection[str] = (),
) -> set[str]:
    """Names of the Snapshots that every one of these policies lets go; without a policy, none.

    Several configurations may store the same session in one Repository, each with a policy of its
    own: what one of them keeps is not the other's to remove. Raises what `judge` raises.
    """
    gone = [
        {
            verdict.snapshot.metadata.name
            for verdict in judge(snapshots, policy, now=now, in_use=in_use)
            if not verdict.keep
        }
        for policy in policies
    ]
    return set.intersection(*gone) if gone else set()


def judged_at(now: datetime, *, started: datetime, longest: timedelta) -> datetime:
    """The moment at which ages are told: now, but no later than the run can have taken.

    `started` is when the API server says that the run was created, by the clock that all Snapshots
    have their times from; `longest` is what a run takes at most. A clock of ours that has jumped
    ahead would make all of them older than any period.
    """
    return min(now, started + longest)


def longest_period(policy: RetentionPolicy) -> timedelta | None:
    """The age at which Snapshots go; None without a limit. Raises UsageError."""
    text = policy.spec.max_retention_period
    if not text:
        return None
    period = parse_period(text)
    if period <= timedelta(0):
        raise UsageError(f"The period {text!r} is not longer than nothing.")
    return period


def taken_at(snapshot: Snapshot) -> datetime:
    """When a Snapshot was taken; when its object was made, where the status does not say."""
    moment = snapshot.status.snapshot_time or snapshot.metadata.creation_timestamp
    return moment.astimezone(UTC) if moment else datetime.min.replace(tzinfo=UTC)


def _age_order(snapshot: Snapshot) -> tuple[datetime, str]:
    return taken_at(snapshot), snapshot.metadata.name


def _verdict(
    snapshot: Snapshot, reasons: list[str], *, now: datetime, period: timedelta | None
) -> Verdict:
    absolute = [reason for reason in reasons if not reason.startswith(_COUNTED)]
    is_old = period is not None and now - taken_at(snapshot) > period
    if absolute or (reasons and not is_old):
        return Verdict(snapshot, keep=True, reasons=tuple(reasons))
    why = "older than the longest period" if is_old else "kept by no number of the policy"
    return Verdict(snapshot, keep=False, reasons=(why,))


_COUNTED = ("last ", "failed ", "young", *(f"{name} " for name, _ in _BUCKETS))
"""Reasons that age outweighs."""


def _reasons(
    group: Iterable[Snapshot],
    policy: RetentionPolicy,
    *,
    now: datetime,
    in_use: Collection[str],
) -> dict[str, list[str]]:
    """What speaks for each Snapshot of one Repository and session, by name."""
    found: dict[str, list[str]] = defaultdict(list)
    newest_first = sorted(group, key=_age_order, reverse=True)
    settled: list[Snapshot] = []
    for snapshot in newest_first:
        name = snapshot.metadata.name
        if name in in_use:
            found[name].append("in use")
        if not snapshot.status.phase.is_final:
            found[name].append("not finished")
        elif taken_at(snapshot) > now:
            found[name].append("taken in the future")
        else:
            settled.append(snapshot)
    for name, reason in (*_successful(settled, policy), *_failed(settled, policy)):
        found[name].append(reason)
    return found


def _successful(
    newest_first: Sequence[Snapshot], policy: RetentionPolicy
) -> Iterator[tuple[str, str]]:
    succeeded = [each for each in newest_first if each.status.phase == "Succeeded"]
    if succeeded:
        yield succeeded[0].metadata.name, _NEWEST
    numbers = policy.spec.successful_snapshots
    if numbers is None:
        yield from ((each.metadata.name, "young") for each in succeeded)
        return
    for each in succeeded[: max(numbers.last or 0, 0)]:
        yield each.metadata.name, f"last {numbers.last}"
    for name, bucket in _BUCKETS:
        count = getattr(numbers, name) or 0
        newest: dict[object, str] = {}
        for each in succeeded:
            newest.setdefault(bucket(taken_at(each)), each.metadata.name)
        for kept in list(newest.values())[: max(count, 0)]:
            yield kept, f"{name} {count}"


def _failed(newest_first: Sequence[Snapshot], policy: RetentionPolicy) -> Iterator[tuple[str, str]]:
    failed = [each for each in newest_first if each.status.phase == "Failed"]
    numbers = policy.spec.failed_snapshots
    count = 1 if numbers is None else max(numbers.last, 0)
    for each in failed[:count]:
        yield each.metadata.name, f"failed {count}"
