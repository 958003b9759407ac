"""Steps and phases of a BackupSession, as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.resolve import backup_session as steps
from kubectl_kubestash.resolve.backup_session import Contender, Finished, Step
from kubectl_kubestash.resolve.job_state import JobState

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def entries(*phases: str) -> list[dict[str, str]]:
    return [{"name": f"s{n}", "phase": phase} for n, phase in enumerate(phases)]


def conditions(**statuses: bool) -> list[dict[str, str]]:
    return [
        {"type": kind, "status": str(status), "message": f"{kind} it is."}
        for kind, status in statuses.items()
    ]


def job(phase: str) -> JobState:
    return JobState(name="j", namespace="demo", phase=phase)


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        pytest.param((), "Pending", id="no Snapshot"),
        pytest.param(("Pending", "Pending"), "Pending", id="all pending"),
        pytest.param(("Pending", "Succeeded"), "Running", id="one still pending"),
        pytest.param(("Running",), "Running", id="running"),
        pytest.param(("Failed", "Running"), "Running", id="one failed, one runs"),
        pytest.param(("Failed", "Succeeded"), "Failed", id="one failed, all ended"),
        pytest.param(("Succeeded", "Succeeded"), "Succeeded", id="all good"),
    ],
)
def test_the_phase_of_the_snapshots(phases: tuple[str, ...], expected: str) -> None:
    assert steps.snapshots_phase(entries(*phases)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({}, "Pending", id="new"),
        pytest.param({"conditions": conditions(MetricsPushed=False)}, "Failed", id="not pushed"),
        pytest.param({"conditions": conditions(BackupSkipped=True)}, "Skipped", id="skipped"),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True), "snapshots": entries("Pending")},
            "Running",
            id="its Snapshots are there",
        ),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True), "snapshots": entries("Succeeded")},
            "Running",
            id="not at its end before the last condition",
        ),
        pytest.param(
            {
                "conditions": conditions(SnapshotsEnsured=True, MetricsPushed=True),
                "snapshots": entries("Succeeded"),
            },
            "Succeeded",
            id="good end",
        ),
        pytest.param(
            {
                "conditions": conditions(SnapshotsEnsured=True, MetricsPushed=True),
                "snapshots": entries("Failed"),
            },
            "Failed",
            id="a Snapshot failed",
        ),
        pytest.param(
            {
                "conditions": conditions(SnapshotCleanupIncomplete=True, MetricsPushed=True),
                "snapshots": entries("Succeeded"),
            },
            "Failed",
            id="cleaning up was cut short",
        ),
        pytest.param(
            {
                "conditions": conditions(MetricsPushed=True),
                "snapshots": entries("Succeeded"),
                "retentionPolicy": [{"phase": "FailedToApply"}],
            },
            "Failed",
            id="retention failed",
        ),
        *(
            pytest.param(
                {
                    "conditions": conditions(**{kind: False, "MetricsPushed": True}),
                    "snapshots": entries("Succeeded"),
                },
                "Failed",
                id=f"{kind} is False",
            )
            for kind in (
                "SnapshotsEnsured",
                "BackupExecutorEnsured",
                "RetentionPolicyExecutorEnsured",
                "SessionHistoryCleaned",
            )
        ),
    ],
)
def test_the_phase_of_a_session(status: dict[str, Any], expected: str) -> None:
    assert steps.phase(status) == expected


@pytest.mark.parametrize(
    ("status", "jobs", "finish", "reported", "expected"),
    [
        pytest.param({}, [], None, False, Step.QUEUE, id="new"),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True)},
            [],
            None,
            False,
            Step.LAUNCH,
            id="Snapshots are there",
        ),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=False)},
            [],
            None,
            False,
            Step.CONCLUDE,
            id="no Snapshots can be made",
        ),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True)},
            [job("Running")],
            None,
            False,
            Step.OBSERVE,
            id="a Job runs",
        ),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True)},
            [job("Succeeded"), job("Pending")],
            None,
            True,
            Step.OBSERVE,
            id="one of two Jobs has ended",
        ),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True)},
            [job("Succeeded")],
            None,
            False,
            Step.COLLECT,
            id="the Job has ended, a component has not",
        ),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True)},
            [],
            None,
            False,
            Step.COLLECT,
            id="the Job is gone",
        ),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True)},
            [job("Succeeded")],
            None,
            True,
            Step.FINISH,
            id="everything is reported",
        ),
        pytest.param(
            {
                "conditions": conditions(
                    SnapshotsEnsured=True,
                    BackupExecutorEnsured=True,
                    RetentionPolicyExecutorEnsured=True,
                )
            },
            [job("Succeeded")],
            job("Running"),
            True,
            Step.AWAIT,
            id="the finishing Job runs",
        ),
        pytest.param(
            {
                "conditions": conditions(
                    SnapshotsEnsured=True,
                    BackupExecutorEnsured=True,
                    RetentionPolicyExecutorEnsured=True,
                ),
                "backupDeadline": "2025-06-01T11:00:00Z",
            },
            [job("Succeeded")],
            job("Succeeded"),
            True,
            Step.SETTLE,
            id="the finishing Job has ended, if only after the deadline",
        ),
        pytest.param(
            {
                "conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True),
                "backupDeadline": "2025-06-01T12:00:00Z",
            },
            [job("Running")],
            None,
            False,
            Step.EXPIRE,
            id="the deadline has come",
        ),
        pytest.param(
            {
                "conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True),
                "backupDeadline": "2025-06-01T11:00:00Z",
            },
            [job("Succeeded")],
            None,
            True,
            Step.FINISH,
            id="the backup was in time and has only waited since",
        ),
        pytest.param(
            {
                "conditions": conditions(SnapshotsEnsured=True, BackupExecutorEnsured=True),
                "backupDeadline": "2025-05-30T11:00:00Z",
            },
            [job("Succeeded")],
            None,
            True,
            Step.EXPIRE,
            id="it has waited for longer than anybody waits",
        ),
    ],
)
def test_the_next_step(
    status: dict[str, Any],
    jobs: list[JobState],
    finish: JobState | None,
    reported: bool,
    expected: Step,
) -> None:
    assert steps.next_step(status, jobs, finish, reported=reported, now=NOW) is expected


@given(
    before=st.timedeltas(timedelta(0), timedelta(days=2)),
    waited=st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_after_a_wait_as_much_time_is_left_as_when_the_backup_ended(
    before: timedelta, waited: timedelta
) -> None:
    ended = NOW - waited
    deadline = ended + before
    status = {"backupDeadline": deadline.isoformat()}
    later = steps.deadline_after_wait(status, ended=ended, now=NOW)
    if later is None:
        assert deadline > NOW
        assert waited < timedelta(minutes=1)
    else:
        assert later - NOW == before


def test_a_session_without_a_deadline_gets_none_by_waiting() -> None:
    assert steps.deadline_after_wait({}, ended=NOW - timedelta(hours=1), now=NOW) is None


def test_a_backup_whose_jobs_are_gone_has_ended_by_its_deadline() -> None:
    status = {"backupDeadline": (NOW - timedelta(hours=1)).isoformat()}
    assert steps.deadline_after_wait(status, ended=None, now=NOW) == NOW


RUNS = st.lists(
    st.builds(
        Contender,
        name=st.text("abc", min_size=1, max_size=3),
        session=st.sampled_from(["daily", "hourly"]),
        created=st.builds(lambda age: NOW - timedelta(seconds=age), st.integers(0, 3)),
    ),
    unique_by=lambda run: run.name,
    min_size=1,
)


@given(RUNS)
def test_of_those_that_wait_exactly_one_may_start(runs: list[Contender]) -> None:
    turns = [steps.turn(run, [other for other in runs if other is not run]) for run in runs]
    assert [turn.may_start for turn in turns].count(True) == 1
    assert not any(turn.skip for turn in turns)


@given(RUNS, st.data())
def test_beside_one_that_runs_none_starts_and_only_the_same_session_is_skipped(
    runs: list[Contender], data: st.DataObject
) -> None:
    running = replace(data.draw(st.sampled_from(runs)), is_running=True)
    for run in (run for run in runs if run.name != running.name):
        others = [running, *(each for each in runs if each.name not in {run.name, running.name})]
        turn = steps.turn(run, others)
        assert not turn.may_start
        assert turn.skip is (run.session == running.session)


@given(
    st.lists(
        st.builds(
            Finished,
            name=st.text("abcd", min_size=1, max_size=4),
            created=st.builds(lambda age: NOW - timedelta(seconds=age), st.integers(0, 9)),
            phase=st.sampled_from(["Succeeded", "Failed", "Skipped", "Running", "Pending"]),
        ),
        unique_by=lambda run: run.name,
    ),
    st.integers(0, 5),
)
def test_history_forgets_the_oldest_of_those_that_ended(runs: list[Finished], limit: int) -> None:
    gone = set(steps.superfluous(runs, limit))
    ended = [run for run in runs if run.phase in steps.FINAL]
    kept = [run for run in ended if run.name not in gone]
    assert len(kept) == min(len(ended), max(limit, 1))
    assert gone <= {run.name for run in ended}
    assert all(old.created <= new.created for new in kept for old in ended if old.name in gone)


def contender(name: str, session: str = "daily", age: int = 0, **facts: bool) -> Contender:
    return Contender(name=name, session=session, created=NOW - timedelta(minutes=age), **facts)


def test_a_session_alone_may_start() -> None:
    assert steps.turn(contender("a"), []).may_start


def test_a_session_is_skipped_only_when_the_same_session_runs() -> None:
    same = steps.turn(contender("b"), [contender("a", age=1, is_running=True)])
    other = steps.turn(contender("b"), [contender("a", "weekly", age=1, is_running=True)])

    assert (same.skip, same.may_start) == (True, False)
    assert (other.skip, other.may_start) == (False, False)


def test_a_stale_predecessor_skips_nobody_but_is_waited_for() -> None:
    stale = contender("a", age=1, is_running=True, is_stale=True)

    turn = steps.turn(contender("b"), [stale])

    assert (turn.skip, turn.may_start) == (False, False)


def test_the_oldest_of_those_that_wait_comes_first() -> None:
    older, younger = contender("b", "weekly", age=2), contender("a", age=1)

    assert steps.turn(older, [younger]).may_start
    assert not steps.turn(younger, [older]).may_start


def test_of_two_born_in_the_same_second_the_name_decides() -> None:
    assert steps.turn(contender("a"), [contender("b")]).may_start
    assert not steps.turn(contender("b"), [contender("a")]).may_start


def history(*runs: tuple[str, int, str]) -> list[Finished]:
    return [
        Finished(name=name, created=NOW - timedelta(hours=age), phase=phase)
        for name, age, phase in runs
    ]


def test_the_newest_ended_sessions_stay() -> None:
    runs = history(("a", 3, "Succeeded"), ("b", 2, "Failed"), ("c", 1, "Skipped"))

    assert steps.superfluous(runs, 1) == ["a", "b"]
    assert steps.superfluous(runs, 3) == []


def test_a_running_session_is_never_superfluous() -> None:
    runs = history(("old", 9, "Running"), ("waits", 8, "Pending"), ("b", 1, "Succeeded"))

    assert steps.superfluous(runs, 0) == []


def test_the_end_of_a_good_session_has_its_last_conditions_in_order() -> None:
    status = {
        "conditions": conditions(SnapshotsEnsured=True),
        "snapshots": entries("Succeeded"),
    }

    end = steps.conclusion(
        status, created=NOW - timedelta(seconds=65), now=NOW, retry_delay=timedelta(minutes=5)
    )

    assert [entry["type"] for entry in end["conditions"]] == [
        "SnapshotsEnsured",
        "SessionHistoryCleaned",
        "MetricsPushed",
    ]
    assert (end["phase"], end["duration"]) == ("Succeeded", "1m5s")
    assert "nextRetry" not in end


def test_a_failed_session_says_when_it_is_tried_again() -> None:
    status = {"conditions": conditions(SnapshotsEnsured=False)}

    end = steps.conclusion(status, created=NOW, now=NOW, retry_delay=timedelta(minutes=5))

    assert (end["phase"], end["nextRetry"]) == ("Failed", "2025-06-01T12:05:00Z")
    assert end["retried"] is False


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({}, "", id="nothing wrong"),
        pytest.param(
            {"conditions": conditions(SnapshotsEnsured=False)},
            "SnapshotsEnsured it is.",
            id="a condition",
        ),
        pytest.param(
            {"snapshots": entries("Failed")}, "one or more snapshots are failed", id="a Snapshot"
        ),
        pytest.param(
            {"retentionPolicy": [{"phase": "FailedToApply", "error": "locked"}]},
            "locked",
            id="retention",
        ),
    ],
)
def test_why_a_session_has_failed(status: dict[str, Any], expected: str) -> None:
    assert steps.failure(status) == expected
