"""An operator that has lost its Lease says who goes on, and claims no other where there is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubectl_kubestash.api.resources import LEASE
from kubectl_kubestash.cli.controller import lost_lease
from kubectl_kubestash.cli.file_reader import Files
from kubectl_kubestash.resolve.manifest import manifest
from kubectl_kubestash.resolve.operator_manifests import LEASE as KEY


def _held_by(holder: str) -> Files:
    spec: dict[str, Any] = {
        "holderIdentity": holder,
        "renewTime": datetime.now(UTC).isoformat(),
        "leaseDurationSeconds": 15,
    }
    return Files([manifest(LEASE, KEY, spec=spec)])


def test_the_operator_that_has_taken_over_is_named() -> None:
    assert lost_lease(_held_by("laptop-2"), "laptop-1").message == (
        "the operator laptop-2 has taken over"
    )


def test_after_a_sleep_nobody_else_is_blamed() -> None:
    for reader in (_held_by("laptop-1"), _held_by(""), Files([])):
        error = lost_lease(reader, "laptop-1")

        assert "was not renewed in time" in error.message
        assert error.hints == ("start it again: kubectl kubestash controller run",)
