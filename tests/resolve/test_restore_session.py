"""Phase and next step of a RestoreSession."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubectl_kubestash.resolve import restore_session as restores
from kubectl_kubestash.resolve.job_state import JobState

from .builders import conditions, parts

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({}, "Pending", id="new"),
        pytest.param({"conditions": conditions(ValidationPassed=False)}, "Invalid", id="invalid"),
        pytest.param(
            {"conditions": conditions(ValidationPassed=True)}, "Pending", id="judged good"
        ),
        pytest.param(
            {
                "conditions": conditions(RestoreExecutorEnsured=True),
                "components": parts("Pending"),
                "totalComponents": 1,
            },
            "Running",
            id="Jobs are there",
        ),
        pytest.param(
            {
                "conditions": conditions(RestoreExecutorEnsured=True, MetricsPushed=True),
                "components": parts("Succeeded"),
                "totalComponents": 1,
            },
            "Succeeded",
            id="good end",
        ),
        pytest.param(
            {
                "conditions": conditions(RestoreIncomplete=True, MetricsPushed=True),
                "components": parts("Succeeded"),
                "totalComponents": 1,
            },
            "Failed",
            id="incomplete",
        ),
        pytest.param(
            {
                "conditions": conditions(MetricsPushed=True),
                "components": parts("Unknown", "Succeeded"),
                "totalComponents": 2,
            },
            "Unknown",
            id="unknown",
        ),
    ],
)
def test_the_phase_of_a_restore(status: dict[str, Any], expected: str) -> None:
    assert restores.phase(status) == expected


@pytest.mark.parametrize(
    ("status", "jobs", "expected"),
    [
        pytest.param({}, [], restores.Step.PREPARE, id="new"),
        pytest.param(
            {"conditions": conditions(ValidationPassed=False)},
            [],
            restores.Step.PREPARE,
            id="invalid ones are judged again",
        ),
        pytest.param(
            {"conditions": conditions(ValidationPassed=True)},
            [],
            restores.Step.LAUNCH,
            id="judged good",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Running"),
            },
            ["Running"],
            restores.Step.OBSERVE,
            id="runs",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Running"),
            },
            ["Failed"],
            restores.Step.COLLECT,
            id="the Job has ended without a result",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Succeeded"),
            },
            ["Running"],
            restores.Step.CONCLUDE,
            id="all is reported",
        ),
        pytest.param(
            {
                "conditions": conditions(ValidationPassed=True, RestoreExecutorEnsured=True),
                "components": parts("Running"),
                "restoreDeadline": "2025-06-01T11:59:59Z",
            },
            ["Running"],
            restores.Step.EXPIRE,
            id="too late",
        ),
    ],
)
def test_the_next_step_of_a_restore(
    status: dict[str, Any], jobs: list[str], expected: restores.Step
) -> None:
    states = [JobState(name="j", namespace="demo", phase=phase) for phase in jobs]

    assert restores.next_step(status, states, now=NOW) is expected
