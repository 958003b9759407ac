from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views import backup_session as view
from kubectl_kubestash.views import run

from .builders import NOW, condition, running, session, snapshot

if TYPE_CHECKING:
    from kubectl_kubestash.views.section import Step


def titles(*states: str, of: list[Step]) -> list[str]:
    return [step.title for step in of if step.state in states]


def test_a_running_session_shows_how_far_it_is() -> None:
    row = view.row(session("Running", age=192), [snapshot(running())], NOW)

    assert row == (
        *("files-hourly-1", "files", "hourly", "Running", "61% 45s", "467 MiB", "3m12s", "3m12s"),
        "",
    )


def test_a_failed_session_names_the_error_of_the_component() -> None:
    failed = {"phase": "Failed", "error": "repository is locked by pod x"}

    row = view.row(session("Failed", duration="41s"), [snapshot(failed)], NOW)

    assert row[3] == "Failed"
    assert row[6] == "41s"
    assert row[-1] == "dump: repository is locked by pod x"


def test_a_failure_without_a_component_is_told_by_the_condition() -> None:
    found = session("Failed", condition("BackupExecutorEnsured", "False", message="quota exceeded"))

    assert view.reason(found) == "quota exceeded"


def test_a_job_that_died_early_is_told_by_the_snapshot() -> None:
    stored = snapshot()
    stored["status"]["conditions"] = [condition("BackupIncomplete", message="exited with 137")]

    assert view.reason(session("Failed"), [stored]) == "exited with 137"


def test_a_skipped_session_says_why_and_has_no_other_steps() -> None:
    found = session("Skipped", condition("BackupSkipped", message="the run before still runs"))

    assert view.reason(found) == "the run before still runs"
    assert [step.state for step in view.steps(found, [])] == ["skipped"]


def test_a_good_session_has_no_reason() -> None:
    found = session("Succeeded", condition("MetricsPushed"))

    assert view.reason(found, [snapshot({"phase": "Succeeded"})]) == ""


def test_a_session_that_nobody_has_seen_is_pending() -> None:
    found = session("")

    assert run.phase(found) == "Pending"
    assert run.duration(found, NOW) == "-"
    assert titles("waiting", of=view.steps(found, []))[-1] == "done"


def test_steps_take_the_time_since_the_step_before() -> None:
    found = session(
        "Running",
        condition("SnapshotsEnsured", ago=58),
        condition("BackupExecutorEnsured", ago=54),
        age=60,
    )

    took = {step.title: step.took for step in view.steps(found, [snapshot(running())])}

    assert took["snapshots"] == "2s"
    assert took["backup job"] == "4s"


def test_steps_of_a_running_session_are_done_running_and_waiting() -> None:
    found = session("Running", condition("SnapshotsEnsured"), condition("BackupExecutorEnsured"))

    steps = view.steps(found, [snapshot(running())])

    assert titles("done", of=steps) == ["snapshots", "backup job"]
    assert titles("running", of=steps) == ["repo/dump"]
    assert titles("waiting", of=steps) == ["metadata and retention", "history", "done"]


def test_steps_that_an_ended_session_never_took_are_left_out() -> None:
    found = session("Failed", condition("SnapshotsEnsured", "False", message="no repository"))

    steps = view.steps(found, [])

    assert [(step.state, step.title, step.detail) for step in steps] == [
        ("failed", "snapshots", "no repository")
    ]


def test_the_last_line_says_how_it_ended() -> None:
    stored = snapshot(
        {"phase": "Succeeded", "resticStats": [{"summary": {"uploaded": "3.100 MiB"}}]},
        size="811.200 MiB",
    )

    assert view.result_line(session("Succeeded", duration="58s"), [stored], NOW) == (
        "Succeeded in 58s · 1 snapshot: repo-files-hourly-1 · 811 MiB (+3.1 MiB new)"
    )


def test_snapshots_are_found_by_their_session() -> None:
    assert list(view.by_session([snapshot()])) == ["files-hourly-1"]


def test_the_newest_session_is_last() -> None:
    old, new = session(age=100), session(age=1)

    assert run.newest_last([new, old]) == [old, new]
