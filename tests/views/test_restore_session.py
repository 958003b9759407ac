from __future__ import annotations

from typing import Any

from kubectl_kubestash.views import restore_session as view
from kubectl_kubestash.views import run

from .builders import NOW, at, condition


def restore(phase: str, *conditions: Any, **components: Any) -> Any:
    return {
        "metadata": {"name": "r", "namespace": "demo", "creationTimestamp": at(30)},
        "spec": {
            "target": {"kind": "PersistentVolumeClaim", "name": "files"},
            "dataSource": {"repository": "repo", "snapshot": "s"},
        },
        "status": {
            "phase": phase,
            "duration": "9s",
            "conditions": list(conditions),
            "components": components,
        },
    }


def test_a_row_names_source_and_target() -> None:
    assert view.row(restore("Succeeded"), NOW) == (
        *("r", "repo", "s", "PersistentVolumeClaim/demo/files", "Succeeded", "", "9s", "30s"),
        "",
    )


def test_a_failure_is_told_by_the_component() -> None:
    found = restore("Failed", dump={"phase": "Failed", "error": "backend unreachable"})

    assert view.reason(found) == "dump: backend unreachable"


def test_an_invalid_restore_is_told_by_the_check() -> None:
    found = restore("Invalid", condition("ValidationPassed", "False", message="no such target"))

    assert view.reason(found) == "no such target"
    assert run.is_final(found)


def test_the_last_line_says_what_came_back() -> None:
    for count, words in ((12, "12 files"), (1, "1 file")):
        done = {"phase": "Succeeded", "restoredFiles": count, "restoredBytes": 2048}

        line = view.result_line(restore("Succeeded", dump=done), NOW)

        assert line == f"Succeeded in 9s · 2.0 KiB in {words}"


def test_steps_follow_the_conditions() -> None:
    found = restore("Running", condition("ValidationPassed"), dump={"phase": "Running"})

    assert [(step.state, step.title) for step in view.steps(found)] == [
        ("done", "checks"),
        ("waiting", "restore job"),
        ("running", "dump"),
        ("waiting", "done"),
    ]
