"""What a check has to say: one objection, with where it lies."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """Why something must not run. Becomes a condition in the cluster and a line in the terminal."""

    reason: str
    """CamelCase, stable: scripts match it."""

    message: str
    """One sentence that names the object and the field."""

    field: str = ""
    """JSON path of the offending field, such as `spec.sessions[0].addon.name`."""


def summary(findings: list[Finding]) -> str:
    """All messages as the text of one condition."""
    return " ".join(finding.message for finding in findings)
