"""What of the watched objects is kept in memory? What nobody reads is dropped before it is kept.

Pods, Jobs and CronJobs are mostly templates. The operator finds its Jobs by their labels and judges
them by what they report, so a few fields are enough. Objects of our own kinds stay whole, because
patches are made from what differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.resources import CRON_JOB, JOB, POD, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..kube.client import Object

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""A whole second copy of the object."""


def keep_of(resource: Resource) -> Callable[[Object], Object]:
    """What makes an object of this kind small."""
    return _SLIM.get(resource, _own)


def _own(raw: Object) -> Object:
    annotations = raw["metadata"].get("annotations")
    if annotations:
        annotations.pop(_APPLIED, None)
    return raw


def _pod(raw: Object) -> Object:
    metadata, status = raw["metadata"], raw.get("status") or {}
    named = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    kept = _some(metadata, *named, "deletionTimestamp", "ownerReferences")
    said = _some(status, "phase", "reason", "message", "conditions")
    for field in ("initContainerStatuses", "containerStatuses"):
        if status.get(field):
            said[field] = [_some(entry, "name", "image", "state") for entry in status[field]]
    spec = _some(raw.get("spec") or {}, "nodeName")
    return {**_some(raw, "apiVersion", "kind"), "metadata": kept, "spec": spec, "status": said}


def _job(raw: Object) -> Object:
    template = raw["spec"]["template"]["spec"]
    pod: Object = {
        field: [_container(entry) for entry in template[field]]
        for field in ("initContainers", "containers")
        if template.get(field)
    }
    claims = [each for each in template.get("volumes") or () if each.get("persistentVolumeClaim")]
    if claims:
        pod["volumes"] = claims
    return {**_own(raw), "spec": {"template": {"spec": pod}}}


def _container(raw: Object) -> Object:
    env = [each for each in raw.get("env") or () if each.get("name") == "COMPONENT_NAME"]
    return {"name": raw["name"], **({"env": env} if env else {})}


def _cron_job(raw: Object) -> Object:
    spec = _some(raw.get("spec") or {}, "schedule", "suspend", "timeZone")
    return {**_some(_own(raw), "apiVersion", "kind", "metadata"), "spec": spec}


def _some(raw: Mapping[str, Any], *fields: str) -> Object:
    return {field: raw[field] for field in fields if field in raw}


_SLIM: Mapping[Resource, Callable[[Object], Object]] = {
    POD: _pod,
    JOB: _job,
    CRON_JOB: _cron_job,
}
