"""What is the API server told?"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ..findings import Finding, summary
from ..validation.warnings import WARNINGS
from .request import API_VERSION, KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .json_patch import Operation
    from .request import AdmissionRequest

_MAY_COME = frozenset({"UnknownAddon", "UnknownFunction", "RepositoryNotFound", "StorageNotFound"})
"""What is not there yet may be applied a moment later: told, but no reason to refuse."""

_UNASKED = frozenset({"SnapshotNotFound", "TargetMissing", "TargetNotFound"})
"""What is looked for when a restore begins, and not before."""

_TOLD = 20
"""Findings that one refusal names at most."""
_LONGEST_WARNING = 256
"""The API server cuts what is longer."""


class Verdict(NamedTuple):
    """Findings, sorted by what comes of them."""

    refusals: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()


def verdict(findings: Iterable[Finding]) -> Verdict:
    """What keeps the object from being written, and what is only said."""
    refusals, warnings = [], []
    for finding in findings:
        if finding.reason in WARNINGS or finding.reason in _MAY_COME:
            warnings.append(_cut(finding.message))
        elif finding.reason not in _UNASKED:
            refusals.append(finding)
    return Verdict(tuple(refusals), tuple(dict.fromkeys(warnings)))


def accepted(
    uid: str, *, patch: Sequence[Operation] = (), warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """It may be written, with this JSON patch (RFC 6902)."""
    response: dict[str, Any] = {"uid": uid, "allowed": True}
    if patch:
        text = json.dumps([each.document() for each in patch], separators=(",", ":"))
        response |= {"patchType": "JSONPatch", "patch": base64.b64encode(text.encode()).decode()}
    return _review(response, warnings)


def refused(request: AdmissionRequest, found: Verdict) -> dict[str, Any]:
    """It may not, with every reason and its field.

    kubectl prints the kind and the name of the details, then field and message of each cause
    (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
    """
    assert request.resource is not None
    told = found.refusals[:_TOLD]
    more = len(found.refusals) - len(told)
    message = summary(list(told)) + (f" And {more} more." if more else "")
    owner = f"{request.resource.kind} {request.key}: "
    causes = [
        {
            "reason": "FieldValueInvalid",
            "field": each.field,
            "message": each.message.removeprefix(owner).removeprefix(f"{each.field}: "),
        }
        for each in told
    ]
    status = {
        "status": "Failure",
        "code": 422,
        "reason": "Invalid",
        "message": message,
        "details": {
            "group": request.resource.group,
            "kind": request.resource.kind,
            "name": request.key.name,
            "causes": causes,
        },
    }
    return _review({"uid": request.uid, "allowed": False, "status": status}, found.warnings)


def _review(response: dict[str, Any], warnings: Sequence[str]) -> dict[str, Any]:
    if warnings:
        response["warnings"] = list(warnings[:_TOLD])
    return {"apiVersion": API_VERSION, "kind": KIND, "response": response}


def _cut(message: str) -> str:
    if len(message) <= _LONGEST_WARNING:
        return message
    return f"{message[: _LONGEST_WARNING - 1]}…"
