"""What the API server adds to pods and to templates of pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .kinds import Kind
    from .wire import Object

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


def complete(kind: Kind, new: Object) -> None:
    """Fill in what follows from the rest of a pod, or of each template of one."""
    for spec in _pod_specs(kind, new):
        _complete(spec, is_pod=kind.resource == "pods")


def _pod_specs(kind: Kind, new: Object) -> Iterator[dict[str, Any]]:
    spec = new.get("spec") or {}
    if kind.resource == "pods":
        yield spec
    elif kind.group in {"apps", "batch"}:
        template = (spec.get("jobTemplate", {}).get("spec") or spec).get("template") or {}
        if "spec" in template:
            yield template["spec"]


def admit(pod: Object, defaults: Mapping[str, Any], account: Mapping[str, Any]) -> None:
    """What a cluster without special rules gives to a pod, its token above all."""
    spec = pod["spec"]
    for field, value in defaults.items():
        spec.setdefault(field, value)
    pod["status"]["qosClass"] = _quality(spec)
    is_given = any(
        one["mountPath"] == _ACCOUNT for one in spec["containers"][0].get("volumeMounts", ())
    )
    if spec.get("automountServiceAccountToken") is False or is_given:
        return
    name = f"kube-api-access-{pod['metadata']['uid'][:5]}"
    spec.setdefault("volumes", []).append({"name": name, "projected": account})
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


def _complete(spec: dict[str, Any], *, is_pod: bool) -> None:
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
