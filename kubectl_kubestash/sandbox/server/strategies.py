"""What is special about single kinds of Kubernetes' own when they are written or deleted."""

from __future__ import annotations

import base64
import ipaddress
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import failure
from .failure import Cause
from .wire import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .kinds import Kind
    from .wire import Object

_GENERATIONS = {
    *("pods", "daemonsets.apps", "deployments.apps", "replicasets.apps", "statefulsets.apps"),
    *("cronjobs.batch", "jobs.batch", "poddisruptionbudgets.policy"),
    "customresourcedefinitions.apiextensions.k8s.io",
}
_FIRST_STATUS: dict[str, dict[str, Any]] = {
    "pods": {"phase": "Pending"},
    "namespaces": {"phase": "Active"},
    "persistentvolumeclaims": {"phase": "Pending"},
    "persistentvolumes": {"phase": "Pending"},
    "services": {"loadBalancer": {}},
}
_IMMUTABLE = {
    "jobs.batch": ("spec.selector", "spec.template", "spec.completionMode"),
    "deployments.apps": ("spec.selector",),
    "daemonsets.apps": ("spec.selector",),
    "statefulsets.apps": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
    "secrets": ("type",),
    "storageclasses.storage.k8s.io": ("provisioner", "parameters", "reclaimPolicy"),
    "rolebindings.rbac.authorization.k8s.io": ("roleRef",),
    "clusterrolebindings.rbac.authorization.k8s.io": ("roleRef",),
}
_JOB = {
    "parallelism": 1,
    "completions": 1,
    "backoffLimit": 6,
    "completionMode": "NonIndexed",
    "suspend": False,
    "podReplacementPolicy": "TerminatingOrFailed",
    "manualSelector": False,
}
CRD_FINALIZER = "customresourcecleanup.apiextensions.k8s.io"


def has_generation(kind: Kind) -> bool:
    """Whether the server counts the versions of the spec."""
    return kind.is_custom or kind.resource in _GENERATIONS


def before_create(kind: Kind, new: Object) -> None:
    """Before defaults: drop what clients may not set, and set what follows from the rest."""
    if "status" in kind.subresources and kind.resource != "nodes":
        new.pop("status", None)
        if not kind.is_custom:
            new["status"] = dict(_FIRST_STATUS.get(kind.resource, {}))
    if kind.resource == "namespaces":
        labels = new["metadata"].setdefault("labels", {})
        labels["kubernetes.io/metadata.name"] = new["metadata"]["name"]
        new["spec"] = {"finalizers": ["kubernetes"]}
    elif kind.resource == "secrets" and new.get("stringData"):
        _encode_texts(new)


def after_defaults(kind: Kind, new: Object) -> None:
    """After defaults and checks, with uid."""
    if kind.resource == "jobs.batch":
        _complete_job(new)
    elif kind.resource == "services":
        _give_address(new)
    elif kind.plural == "customresourcedefinitions" and not kind.is_custom:
        new["status"] = _established(new["spec"])
    for spec in _pod_specs(kind, new):
        _complete_pod(spec, is_pod=kind.resource == "pods")


def before_update(kind: Kind, was: Object, new: Object) -> None:
    """Refuse what must not change, complete what may have been added. Raises Failure."""
    if kind.resource == "secrets" and new.get("stringData"):
        _encode_texts(new)
    for path in _IMMUTABLE.get(kind.resource, ()):
        if _at(was, path) != _at(new, path):
            text = "Invalid value: field is immutable"
            name = new["metadata"]["name"]
            raise failure.invalid(kind, name, [Cause("FieldValueInvalid", text, path)])
    if was.get("immutable") and (was.get("data"), True) != (new.get("data"), new.get("immutable")):
        text = "Forbidden: field is immutable when `immutable` is set"
        cause = Cause("FieldValueForbidden", text, "data")
        raise failure.invalid(kind, new["metadata"]["name"], [cause])
    for spec in _pod_specs(kind, new):
        _complete_pod(spec, is_pod=kind.resource == "pods")


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
        text = {"ca.crt": authority}
        yield "configmaps", {"metadata": {"name": "kube-root-ca.crt"}, "data": text}


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
    for field, value in _JOB.items():
        spec.setdefault(field, value)
    if spec["manualSelector"]:
        return
    del spec["manualSelector"]
    owner = {"batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": name}
    metadata = spec["template"].setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), **owner, "controller-uid": uid}
    metadata["labels"]["job-name"] = name
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}


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


def _pod_specs(kind: Kind, new: Object) -> Iterator[dict[str, Any]]:
    spec = new.get("spec") or {}
    if kind.resource == "pods":
        yield spec
    elif kind.group in {"apps", "batch"}:
        template = (spec.get("jobTemplate", {}).get("spec") or spec).get("template") or {}
        if "spec" in template:
            yield template["spec"]


def _complete_pod(spec: dict[str, Any], *, is_pod: bool) -> None:
    for container in (*spec.get("initContainers", ()), *spec.get("containers", ())):
        image = container.get("image", "")
        tag = image.rpartition("/")[2].partition(":")[2] or ("" if "@" in image else "latest")
        container.setdefault("imagePullPolicy", "Always" if tag == "latest" else "IfNotPresent")
        resources = container["resources"]
        if resources.get("limits"):
            resources["requests"] = {**resources["limits"], **(resources.get("requests") or {})}
    if account := spec.get("serviceAccountName") or spec.get("serviceAccount"):
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    elif is_pod:
        spec["serviceAccountName"] = spec["serviceAccount"] = "default"


RETURNED_WHEN_DELETED = {
    *("pods", "services", "serviceaccounts", "persistentvolumes", "persistentvolumeclaims"),
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
