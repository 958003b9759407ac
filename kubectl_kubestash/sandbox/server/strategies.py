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
_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_ACCOUNT_FILES = {
    "sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {
            "downwardAPI": {
                "items": [
                    {
                        "path": "namespace",
                        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
                    }
                ]
            }
        },
    ],
    "defaultMode": 420,
}
_NOT_READY = {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
_POD = {
    "enableServiceLinks": True,
    "priority": 0,
    "preemptionPolicy": "PreemptLowerPriority",
    "tolerations": [
        {"key": f"node.kubernetes.io/{why}", **_NOT_READY} for why in ("not-ready", "unreachable")
    ],
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
_DESCRIPTION = "kubernetes.io/description"
_ABOUT_AUTHORITY = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal"
    " endpoints such as the internal service IP or kubernetes.default.svc. No other usage is"
    " guaranteed across distributions of Kubernetes clusters."
)
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
    for spec in _pod_specs(kind, new):
        _complete_pod(spec, is_pod=kind.resource == "pods")
    match kind.resource:
        case "jobs.batch":
            _complete_job(new)
        case "services":
            _give_address(new)
        case "pods":
            _admit_pod(new)
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
    for path in _IMMUTABLE.get(kind.resource, ()):
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
        metadata = {"name": "kube-root-ca.crt", "annotations": {_DESCRIPTION: _ABOUT_AUTHORITY}}
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
    for field, value in _JOB.items():
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


def _pod_specs(kind: Kind, new: Object) -> Iterator[dict[str, Any]]:
    spec = new.get("spec") or {}
    if kind.resource == "pods":
        yield spec
    elif kind.group in {"apps", "batch"}:
        template = (spec.get("jobTemplate", {}).get("spec") or spec).get("template") or {}
        if "spec" in template:
            yield template["spec"]


def _admit_pod(pod: Object) -> None:
    """What a cluster without special rules gives to a pod, its token above all."""
    spec = pod["spec"]
    for field, value in _POD.items():
        spec.setdefault(field, value)
    pod["status"]["qosClass"] = _quality(spec)
    is_given = any(
        one["mountPath"] == _ACCOUNT for one in spec["containers"][0].get("volumeMounts", ())
    )
    if spec.get("automountServiceAccountToken") is False or is_given:
        return
    name = f"kube-api-access-{pod['metadata']['uid'][:5]}"
    spec.setdefault("volumes", []).append({"name": name, "projected": _ACCOUNT_FILES})
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        mount = {"name": name, "readOnly": True, "mountPath": _ACCOUNT}
        container.setdefault("volumeMounts", []).append(mount)


def _quality(spec: dict[str, Any]) -> str:
    """https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/."""
    found = [one.get("resources") or {} for one in spec["containers"]]
    if not any(one.get("limits") or one.get("requests") for one in found):
        return "BestEffort"
    full = all(
        {"cpu", "memory"} <= one.get("limits", {}).keys() and one["limits"] == one.get("requests")
        for one in found
    )
    return "Guaranteed" if full else "Burstable"


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
    "storageclasses.storage.k8s.io",
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
