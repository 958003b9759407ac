from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.api.storage.snapshot import Snapshot
from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.retention import judge, judged_at, superfluous

from .builders import NOW, policy, snapshot

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _kept(snapshots: list[Snapshot], in_use: tuple[str, ...] = (), **rules: Any) -> list[str]:
    verdicts = judge(snapshots, policy(**rules), now=NOW, in_use=in_use)
    return [verdict.snapshot.metadata.name for verdict in verdicts if verdict.keep]


def _every(step: timedelta, count: int, **fields: Any) -> list[Snapshot]:
    return [snapshot(f"s{n}", age=n * step, **fields) for n in range(count)]


def test_the_last_ones_stay() -> None:
    assert _kept(_every(HOUR, 5), successfulSnapshots={"last": 2}) == ["s0", "s1"]


@pytest.mark.parametrize(
    ("rule", "step", "kept"),
    [
        ("hourly", timedelta(minutes=40), ["s0", "s1", "s2"]),
        ("daily", 9 * HOUR, ["s0", "s2", "s5"]),
        ("weekly", 4 * DAY, ["s0", "s2", "s4"]),
        ("monthly", 12 * DAY, ["s0", "s2", "s5"]),
        ("yearly", 200 * DAY, ["s0", "s2", "s4"]),
    ],
)
def test_the_newest_of_each_span_stays(rule: str, step: timedelta, kept: list[str]) -> None:
    assert _kept(_every(step, 9), successfulSnapshots={rule: 3}) == kept


def test_what_one_of_several_policies_keeps_stays() -> None:
    """Two configurations may store the same session in one Repository."""
    snapshots = _every(HOUR, 9)
    strict, long = policy(successfulSnapshots={"last": 1}), policy(successfulSnapshots={"last": 7})

    assert superfluous(snapshots, [strict, long], now=NOW) == {"s7", "s8"}
    assert superfluous(snapshots, [], now=NOW) == set()


def test_a_clock_that_has_jumped_ahead_makes_nothing_old() -> None:
    snapshots = _every(DAY, 9)
    limit = policy(maxRetentionPeriod="30d", successfulSnapshots={"last": 9})
    jumped = NOW + 400 * DAY

    now = judged_at(jumped, started=NOW, longest=2 * DAY)

    assert superfluous(snapshots, [limit], now=now) == set()
    assert len(superfluous(snapshots, [limit], now=jumped)) == 8
    assert judged_at(NOW + HOUR, started=NOW, longest=2 * DAY) == NOW + HOUR


def test_a_span_without_a_snapshot_does_not_count() -> None:
    snapshots = [snapshot("new"), snapshot("old", age=300 * DAY), snapshot("older", age=301 * DAY)]
    assert _kept(snapshots, successfulSnapshots={"daily": 2}) == ["new", "old"]


def test_a_week_is_an_iso_week_of_its_year() -> None:
    newest = NOW.replace(month=1, day=2)
    snapshots = [
        snapshot("friday", age=NOW - newest),
        snapshot("monday", age=NOW - newest + 4 * DAY),
    ]
    assert _kept(snapshots, successfulSnapshots={"weekly": 2}) == ["friday"]


def test_what_any_rule_keeps_stays() -> None:
    kept = _kept(_every(9 * HOUR, 9), successfulSnapshots={"last": 2, "daily": 2})
    assert kept == ["s0", "s1", "s2"]


def test_the_reasons_say_which_rules_keep_it() -> None:
    verdicts = judge(_every(HOUR, 1), policy(successfulSnapshots={"last": 5, "daily": 1}), now=NOW)
    assert verdicts[0].reasons == ("newest successful one", "last 5", "daily 1")


def test_what_goes_has_a_reason_too() -> None:
    rules = policy(successfulSnapshots={"last": 2}, maxRetentionPeriod="90m")
    reasons = [verdict.reasons for verdict in judge(_every(HOUR, 3), rules, now=NOW)]
    assert reasons[1:] == [("last 2",), ("older than the longest period",)]
    rules = policy(successfulSnapshots={"last": 1})
    assert judge(_every(HOUR, 2), rules, now=NOW)[1].reasons == ("kept by no number of the policy",)


def test_age_outweighs_the_numbers() -> None:
    kept = _kept(_every(DAY, 6), successfulSnapshots={"last": 6}, maxRetentionPeriod="3d")
    assert kept == ["s0", "s1", "s2", "s3"]


def test_without_numbers_age_alone_decides() -> None:
    assert _kept(_every(DAY, 4), maxRetentionPeriod="1d12h") == ["s0", "s1"]


def test_a_policy_without_rules_removes_no_successful_one() -> None:
    assert len(_kept(_every(DAY, 4))) == 4


def test_ff_3_1_the_newest_successful_one_stays_whatever_its_age() -> None:
    snapshots = [
        snapshot("good", age=900 * DAY),
        snapshot("better", age=901 * DAY),
        *(snapshot(f"bad{n}", age=n * HOUR, phase="Failed") for n in range(5)),
    ]
    kept = _kept(snapshots, successfulSnapshots={"last": 0}, maxRetentionPeriod="1d")
    assert kept == ["bad0", "good"]


def test_each_repository_and_session_keeps_its_own() -> None:
    old = timedelta(days=900)
    snapshots = [
        snapshot("a", age=old),
        snapshot("b", age=old, repository="other"),
        snapshot("c", age=old, session="daily"),
        snapshot("d", age=old, home="elsewhere"),
        snapshot("e", age=2 * old),
    ]
    kept = _kept(snapshots, successfulSnapshots={"last": 1}, maxRetentionPeriod="1d")
    assert sorted(kept) == ["a", "b", "c", "d"]


def test_failed_ones_are_counted_on_their_own() -> None:
    snapshots = [*_every(HOUR, 3, phase="Failed"), snapshot("good", age=9 * HOUR)]
    assert _kept(snapshots, successfulSnapshots={"last": 1}) == ["s0", "good"]
    assert _kept(snapshots, failedSnapshots={"last": 2}) == ["s0", "s1", "good"]
    assert _kept(snapshots, failedSnapshots={"last": 0}) == ["good"]


def test_a_failed_one_goes_by_age() -> None:
    assert _kept(_every(DAY, 1, phase="Failed"), maxRetentionPeriod="1d") == ["s0"]
    assert _kept([snapshot("s", age=2 * DAY, phase="Failed")], maxRetentionPeriod="1d") == []


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unheard"])
def test_what_has_not_ended_is_never_touched(phase: str) -> None:
    snapshots = [*_every(HOUR, 2), snapshot("r", age=900 * DAY, phase=phase)]
    kept = _kept(snapshots, successfulSnapshots={"last": 1}, maxRetentionPeriod="1d")
    assert kept == ["s0", "r"]


def test_what_is_in_use_stays() -> None:
    snapshots = _every(DAY, 4)
    kept = _kept(
        snapshots, in_use=("s3",), successfulSnapshots={"last": 1}, maxRetentionPeriod="1d"
    )
    assert kept == ["s0", "s3"]


def test_one_from_the_future_stays_and_takes_nobodys_place() -> None:
    snapshots = [snapshot("future", age=-DAY), *_every(HOUR, 3)]
    assert _kept(snapshots, successfulSnapshots={"last": 1}) == ["future", "s0"]


def test_one_without_a_time_is_as_old_as_can_be() -> None:
    raw = snapshot("timeless").model_dump(by_alias=True)
    raw["status"]["snapshotTime"] = None
    snapshots = [Snapshot.model_validate(raw), snapshot("s0")]
    assert _kept(snapshots, successfulSnapshots={"last": 1}) == ["s0"]


@pytest.mark.parametrize("period", ["-1d", "0d", "1x", "9999999999y"])
def test_a_period_that_makes_no_sense_removes_nothing(period: str) -> None:
    with pytest.raises(UsageError):
        _kept(_every(DAY, 3), maxRetentionPeriod=period)


ages = st.integers(min_value=-60 * 24, max_value=60 * 24 * 800).map(lambda m: timedelta(minutes=m))
snapshots_of_all_kinds = st.lists(
    st.tuples(
        ages,
        st.sampled_from(["Succeeded", "Failed", "Running", "Pending"]),
        st.sampled_from(["s3-repo", "other"]),
        st.sampled_from(["hourly", "daily"]),
    ),
    max_size=25,
).map(
    lambda drawn: [
        snapshot(f"s{n}", age=age, phase=phase, repository=repository, session=session)
        for n, (age, phase, repository, session) in enumerate(drawn)
    ]
)
numbers = st.integers(min_value=-1, max_value=4)
rules = st.fixed_dictionaries(
    {},
    optional={
        "successfulSnapshots": st.dictionaries(
            st.sampled_from(["last", "hourly", "daily", "weekly", "monthly", "yearly"]), numbers
        ),
        "failedSnapshots": st.fixed_dictionaries({"last": numbers}),
        "maxRetentionPeriod": st.sampled_from(["1m", "5d", "2mo", "1y"]),
    },
)


@given(snapshots_of_all_kinds, rules)
def test_ff_3_1_never_are_zero_successful_ones_left(
    snapshots: list[Snapshot], chosen: dict[str, Any]
) -> None:
    def groups(kept: list[Snapshot]) -> set[tuple[str, str]]:
        return {
            (each.spec.repository, each.spec.session)
            for each in kept
            if each.status.phase == "Succeeded"
        }

    verdicts = judge(snapshots, policy(**chosen), now=NOW)
    assert groups([v.snapshot for v in verdicts if v.keep]) == groups(snapshots)


@given(snapshots_of_all_kinds, rules)
def test_judging_what_is_left_removes_nothing_more(
    snapshots: list[Snapshot], chosen: dict[str, Any]
) -> None:
    left = [v.snapshot for v in judge(snapshots, policy(**chosen), now=NOW) if v.keep]
    assert all(verdict.keep for verdict in judge(left, policy(**chosen), now=NOW))


@given(snapshots_of_all_kinds, rules, st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(
    snapshots: list[Snapshot], chosen: dict[str, Any], random: Any
) -> None:
    before = judge(snapshots, policy(**chosen), now=NOW)
    shuffled = list(snapshots)
    random.shuffle(shuffled)
    assert judge(shuffled, policy(**chosen), now=NOW) == before


@given(snapshots_of_all_kinds, rules)
def test_every_snapshot_has_one_verdict_with_a_reason(
    snapshots: list[Snapshot], chosen: dict[str, Any]
) -> None:
    verdicts = judge(snapshots, policy(**chosen), now=NOW)
    assert sorted(v.snapshot.metadata.name for v in verdicts) == sorted(
        each.metadata.name for each in snapshots
    )
    assert all(verdict.reasons for verdict in verdicts)
