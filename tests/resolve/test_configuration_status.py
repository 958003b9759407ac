"""Whether a BackupConfiguration is ready, and why not."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.resolve import configuration_status

from .builders import conditions

GOOD = {
    "targetFound": True,
    "backends": [{"ready": True}],
    "sessions": [{"name": "daily", "conditions": conditions(SchedulerEnsured=True)}],
    "conditions": conditions(ValidationPassed=True),
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, "Ready", id="all there"),
        pytest.param({"conditions": conditions(ValidationPassed=False)}, "Invalid", id="invalid"),
        pytest.param({"targetFound": False}, "NotReady", id="no target"),
        pytest.param({"targetFound": None}, "NotReady", id="target not looked for"),
        pytest.param({"backends": [{"ready": False}]}, "NotReady", id="backend not ready"),
        pytest.param({"backends": []}, "NotReady", id="backend not looked at"),
        pytest.param(
            {"sessions": [{"conditions": conditions(SchedulerEnsured=False)}]},
            "NotReady",
            id="no scheduler",
        ),
    ],
)
def test_the_phase_of_a_configuration(changes: dict[str, Any], expected: str) -> None:
    assert configuration_status.phase({**GOOD, **changes}, backends=1, sessions=1) == expected


def test_what_keeps_a_configuration_from_being_ready_is_named() -> None:
    entry = configuration_status.backend_entry(
        "s3", (ObjectKey("demo", "store"), None), (ObjectKey("demo", "keep"), True)
    )
    status = {"targetFound": True, "backends": [entry]}

    reason = configuration_status.not_ready_because(status)

    assert reason == "BackupStorage demo/store does not exist."
    assert entry["ready"] is False
