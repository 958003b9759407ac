"""What is special about single kinds of Kubernetes' own when they are written or deleted.

What can be said as data is in `rules.json`.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..moment import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .kinds import Kind
    from .wire import Object

_RULES = json.loads(Path(__file__).with_name("rules.json").read_bytes())
RETURNED_WHEN_DELETED = frozenset(_RULES["returned_when_deleted"])
_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
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


def after_defaults(kind: Kind, new: Object) -> None:
    """After defaults and checks, with uid."""
    match kind.resource:
        case "jobs.batch":
            _complete_job(new)
        case "pods":
            _admit(new)
        case "customresourcedefinitions.apiextensions.k8s.io":
            new["status"] = _established(new["spec"])
        case "persistentvolumeclaims":
            finalizers = new["metadata"].setdefault("finalizers", [])
            if "kubernetes.io/pvc-protection" not in finalizers:
                finalizers.append("kubernetes.io/pvc-protection")


def encode_texts(kind: Kind, new: Object) -> None:
    """What a Secret is given as text is kept encoded."""
    if kind.resource == "secrets" and new.get("stringData"):
        texts = {k: base64.b64encode(v.encode()).decode() for k, v in new.pop("stringData").items()}
        new["data"] = {**(new.get("data") or {}), **texts}


def prepare_delete(kind: Kind, new: Object, options: Mapping[str, Any]) -> int:
    """What goes gets ready to; returns the grace period in seconds."""
    metadata = new["metadata"]
    if kind.plural == "customresourcedefinitions" and "deletionTimestamp" not in metadata:
        metadata["finalizers"] = [*metadata.get("finalizers", ()), CRD_FINALIZER]
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


def _admit(pod: Object) -> None:
    """What a cluster without special rules gives to a pod, its token above all."""
    spec = pod["spec"]
    for field, value in _RULES["pod"].items():
        spec.setdefault(field, value)
    if spec.get("automountServiceAccountToken") is False:
        return
    name = f"kube-api-access-{pod['metadata']['uid'][:5]}"
    spec.setdefault("volumes", []).append({"name": name, "projected": _RULES["account_files"]})
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        mounts = container.setdefault("volumeMounts", [])
        if all(one["mountPath"] != _ACCOUNT for one in mounts):
            mounts.append({"name": name, "readOnly": True, "mountPath": _ACCOUNT})


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


def _established(spec: Mapping[str, Any]) -> dict[str, Any]:
    """That a kind is served: clients wait for it."""
    reason, message = "InitialNamesAccepted", "the initial names have been accepted"
    condition = {"type": "Established", "status": "True", "reason": reason, "message": message}
    return {
        "conditions": [{**condition, "lastTransitionTime": now()}],
        "acceptedNames": spec["names"],
        "storedVersions": [one["name"] for one in spec["versions"] if one.get("storage")],
    }
