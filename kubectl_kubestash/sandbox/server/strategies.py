"""What is special about single kinds of Kubernetes' own when they are written or deleted.

What can be said as data is in `rules.json`.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import failure, pods
from .failure import Cause
from .wire import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .kinds import Kind
    from .wire import Object

_RULES = json.loads(Path(__file__).with_name("rules.json").read_bytes())
RETURNED_WHEN_DELETED = frozenset(_RULES["returned_when_deleted"])
CRD_FINALIZER = "customresourcecleanup.apiextensions.k8s.io"


def has_generation(kind: Kind) -> bool:
    """Whether the server counts the versions of the spec."""
    return kind.is_custom or kind.resource in _RULES["generations"]


def before_create(kind: Kind, new: Object) -> None:
    """Before defaults: drop what clients may not set, and set what follows from the rest."""
    if "status" in kind.subresources and kind.resource != "nodes":
        new.pop("status", None)
        if not kind.is_custom:
            new["status"] = dict(_RULES["first_status"].get(kind.resource, {}))
    if kind.resource == "namespaces":
        labels = new["metadata"].setdefault("labels", {})
        labels["kubernetes.io/metadata.name"] = new["metadata"]["name"]
        new["spec"] = {"finalizers": ["kubernetes"]}
    elif kind.resource == "secrets" and new.get("stringData"):
        _encode_texts(new)


def after_defaults(kind: Kind, new: Object) -> None:
    """After defaults and checks, with uid."""
    pods.complete(kind, new)
    match kind.resource:
        case "jobs.batch":
            _complete_job(new)
        case "services":
            _give_address(new)
        case "pods":
            pods.admit(new, _RULES["pod"], _RULES["account_files"])
        case "customresourcedefinitions.apiextensions.k8s.io":
            new["status"] = _established(new["spec"])
        case "persistentvolumeclaims":
            finalizers = new["metadata"].setdefault("finalizers", [])
            if "kubernetes.io/pvc-protection" not in finalizers:
                finalizers.append("kubernetes.io/pvc-protection")


def before_update(kind: Kind, was: Object, new: Object) -> None:
    """Refuse what must not change, complete what may have been added. Raises Failure."""
    if kind.resource == "secrets" and new.get("stringData"):
        _encode_texts(new)
    if kind.resource == "services":
        for field in ("clusterIP", "clusterIPs"):
            if field in was["spec"]:
                new["spec"].setdefault(field, was["spec"][field])
        _give_address(new)
    for path in _RULES["immutable"].get(kind.resource, ()):
        if _at(was, path) != _at(new, path):
            value = _at(new, path)
            shown = f'"{value}": ' if isinstance(value, str) else ""
            text = f"Invalid value: {shown}field is immutable"
            name = new["metadata"]["name"]
            raise failure.invalid(kind, name, [Cause("FieldValueInvalid", text, path)])
    if was.get("immutable") and (was.get("data"), True) != (new.get("data"), new.get("immutable")):
        text = "Forbidden: field is immutable when `immutable` is set"
        cause = Cause("FieldValueForbidden", text, "data")
        raise failure.invalid(kind, new["metadata"]["name"], [cause])
    pods.complete(kind, new)


def prepare_delete(kind: Kind, new: Object, options: Mapping[str, Any]) -> int:
    """Finalizers that the propagation asks for are set; returns the grace period in seconds."""
    metadata = new["metadata"]
    policy = options.get("propagationPolicy") or (
        "Orphan" if options.get("orphanDependents") or kind.resource == "jobs.batch" else ""
    )
    extra = {"Foreground": ["foregroundDeletion"], "Orphan": ["orphan"]}.get(policy, [])
    if kind.plural == "customresourcedefinitions":
        extra = [*extra, CRD_FINALIZER]
    missing = [one for one in extra if one not in metadata.get("finalizers", ())]
    if missing and "deletionTimestamp" not in metadata:
        metadata["finalizers"] = [*metadata.get("finalizers", ()), *missing]
    if kind.resource == "namespaces":
        new["status"] = {**new.get("status", {}), "phase": "Terminating"}
    if kind.resource != "pods" or not new["spec"].get("nodeName"):
        return 0
    if new.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
        return 0
    wanted = options.get("gracePeriodSeconds")
    return int(new["spec"].get("terminationGracePeriodSeconds", 30) if wanted is None else wanted)


def companions(kind: Kind, authority: str) -> Iterator[tuple[str, Object]]:
    """What comes with a namespace, inside it."""
    if kind.resource == "namespaces":
        yield "serviceaccounts", {"metadata": {"name": "default"}}
        metadata = {"name": "kube-root-ca.crt", "annotations": _RULES["about_authority"]}
        yield "configmaps", {"metadata": metadata, "data": {"ca.crt": authority}}


def moment_in(seconds: int) -> str:
    """So many seconds from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _at(obj: Any, path: str) -> Any:
    for part in path.split("."):
        obj = obj.get(part) if isinstance(obj, dict) else None
    return obj


def _encode_texts(new: Object) -> None:
    texts = {k: base64.b64encode(v.encode()).decode() for k, v in new.pop("stringData").items()}
    new["data"] = {**(new.get("data") or {}), **texts}


def _complete_job(new: Object) -> None:
    spec, uid, name = new["spec"], new["metadata"]["uid"], new["metadata"]["name"]
    for field, value in _RULES["job"].items():
        spec.setdefault(field, value)
    if spec["manualSelector"]:
        return
    owner = {"batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": name}
    metadata = spec["template"].setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), **owner, "controller-uid": uid}
    metadata["labels"]["job-name"] = name
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    if not new["metadata"].get("labels"):
        new["metadata"]["labels"] = dict(metadata["labels"])


def _give_address(new: Object) -> None:
    spec = new["spec"]
    for port in spec.get("ports", ()):
        port.setdefault("targetPort", port["port"])
    if spec.get("type") == "ExternalName":
        return
    number = zlib.crc32(new["metadata"]["uid"].encode()) % 65000
    spec.setdefault("clusterIP", str(ipaddress.IPv4Address("10.96.1.0") + number))
    spec.setdefault("clusterIPs", [spec["clusterIP"]])
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")


def _established(spec: Mapping[str, Any]) -> dict[str, Any]:
    texts = {"NamesAccepted": ("NoConflicts", "no conflicts found")}
    texts["Established"] = ("InitialNamesAccepted", "the initial names have been accepted")
    names = {**spec["names"]}
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", f"{names['kind']}List")
    return {
        "conditions": [
            {
                "type": type_,
                "status": "True",
                "lastTransitionTime": now(),
                "reason": reason,
                "message": message,
            }
            for type_, (reason, message) in texts.items()
        ],
        "acceptedNames": names,
        "storedVersions": [one["name"] for one in spec["versions"] if one.get("storage")],
    }


def scale(obj: Object) -> Object:
    """The Scale of a workload: https://kubernetes.io/docs/reference/using-api/api-concepts/."""
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    selector = (obj["spec"].get("selector") or {}).get("matchLabels") or {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: obj["metadata"][name] for name in kept},
        "spec": {"replicas": obj["spec"].get("replicas", 0)},
        "status": {
            "replicas": obj.get("status", {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in selector.items()),
        },
    }
