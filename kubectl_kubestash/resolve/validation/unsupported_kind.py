"""Does the operator act on objects of this kind?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.resources import (
    BACKUP_BATCH,
    BACKUP_BLUEPRINT,
    BACKUP_VERIFICATION_SESSION,
    BACKUP_VERIFIER,
)
from ..findings import Finding
from ..wording import NOT_SUPPORTED

if TYPE_CHECKING:
    from ...api.resources import ObjectKey, Resource

LEFT_ALONE = (BACKUP_BATCH, BACKUP_BLUEPRINT, BACKUP_VERIFIER, BACKUP_VERIFICATION_SESSION)
"""Kinds that exist, and of which nothing comes so far."""


def kind_findings(resource: Resource, key: ObjectKey) -> list[Finding]:
    """That nothing will come of this object, if so."""
    if resource not in LEFT_ALONE:
        return []
    message = f"{resource.kind} {key}: the operator does not act on a {resource.kind} yet."
    return [Finding(NOT_SUPPORTED, message, "kind")]
