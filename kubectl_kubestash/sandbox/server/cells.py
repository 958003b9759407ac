"""Cells that are more than a field: named in `cells.json` as `&name`, functions of an object here.

As `kubectl get` shows them: https://kubernetes.io/docs/reference/kubectl/#output-options.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .wire import Object

NONE = "<none>"
_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX"}
_MODES["ReadWriteOncePod"] = "RWOP"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age(moment: Any) -> str:
    """How long ago, as in `5m30s`."""
    since = _time(moment)
    return "<unknown>" if since is None else duration((datetime.now(UTC) - since).total_seconds())


def duration(seconds: float) -> str:  # noqa: PLR0911 - one for each range
    """Two units at most, the smaller only while it says something."""
    left = int(seconds)
    if left < 0:
        return "0s" if left > -2 else "<invalid>"
    if left < 2 * _MINUTE:
        return f"{left}s"
    if left < 10 * _MINUTE:
        return _two(left, _MINUTE, "m", 1, "s")
    if left < 3 * _HOUR:
        return f"{left // _MINUTE}m"
    if left < 8 * _HOUR:
        return _two(left, _HOUR, "h", _MINUTE, "m")
    if left < 2 * _DAY:
        return f"{left // _HOUR}h"
    if left < 8 * _DAY:
        return _two(left, _DAY, "d", _HOUR, "h")
    if left < 730 * _DAY:
        return f"{left // _DAY}d"
    return _two(left, 365 * _DAY, "y", _DAY, "d")


def at(obj: Any, path: str) -> Any:
    """The value at a path such as `.status.phase`, also of items such as `[0]`; None without."""
    for part in path.strip(".").replace("[", ".").replace("]", "").split("."):
        if isinstance(obj, list) and part.isdecimal():
            obj = obj[int(part)] if int(part) < len(obj) else None
        else:
            obj = obj.get(part.strip("'\"")) if isinstance(obj, dict) else None
    return obj


def _two(left: int, big: int, name: str, small: int, small_name: str) -> str:
    rest = left % big // small
    return f"{left // big}{name}" + (f"{rest}{small_name}" if rest else "")


def _time(moment: Any) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None


def _pod_ready(pod: Object) -> str:
    found = pod["status"].get("containerStatuses", ())
    sidecars = [s for s in pod["status"].get("initContainerStatuses", ()) if _is_sidecar(pod, s)]
    ready = sum(bool(one.get("ready")) for one in (*found, *sidecars))
    return f"{ready}/{len(pod['spec'].get('containers', ())) + len(sidecars)}"


def _is_sidecar(pod: Object, status: Object) -> bool:
    names = {
        one["name"]
        for one in pod["spec"].get("initContainers", ())
        if one.get("restartPolicy") == "Always"
    }
    return status["name"] in names


def _pod_status(pod: Object) -> str:
    status = pod["status"]
    shown = status.get("reason") or status.get("phase") or ""
    inits = status.get("initContainerStatuses", ())
    starting = ""
    for index, one in enumerate(inits):
        ended = one.get("state", {}).get("terminated")
        if (ended and not ended.get("exitCode")) or (_is_sidecar(pod, one) and one.get("started")):
            continue
        said = _said(one)
        total = len(pod["spec"].get("initContainers", ()))
        starting = f"Init:{said if said not in {'', 'PodInitializing'} else f'{index}/{total}'}"
        break
    running = False
    for one in () if starting else reversed(status.get("containerStatuses", ())):
        running |= bool(one.get("ready") and one.get("state", {}).get("running"))
        shown = _said(one) or shown
    if shown == "Completed" and running:
        shown = "Running"
    if "deletionTimestamp" in pod["metadata"]:
        return "Terminating"
    return starting or shown


def _said(status: Object) -> str:
    state = status.get("state", {})
    if reason := (state.get("waiting") or {}).get("reason"):
        return str(reason)
    ended = state.get("terminated")
    if not ended:
        return ""
    code = f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended['exitCode']}"
    return str(ended.get("reason") or code)


def _pod_restarts(pod: Object) -> str:
    found = pod["status"].get("containerStatuses", ())
    count = sum(one.get("restartCount", 0) for one in found)
    ends = [at(one, ".lastState.terminated.finishedAt") for one in found]
    last = max((end for end in ends if end), default=None)
    return f"{count} ({age(last)} ago)" if count and last else str(count)


def _job_status(job: Object) -> str:
    found = {c["type"] for c in job["status"].get("conditions", ()) if c["status"] == "True"}
    for type_, shown in (
        ("Complete", "Complete"),
        ("Failed", "Failed"),
        ("Suspended", "Suspended"),
        ("FailureTarget", "FailureTarget"),
        ("SuccessCriteriaMet", "SuccessCriteriaMet"),
    ):
        if type_ in found:
            return shown
    return "Terminating" if "deletionTimestamp" in job["metadata"] else "Running"


def _job_duration(job: Object) -> str:
    begin, end = _time(job["status"].get("startTime")), _time(job["status"].get("completionTime"))
    if begin is None:
        return ""
    return duration(((end or datetime.now(UTC)) - begin).total_seconds())


def _completions(job: Object) -> str:
    wanted, done = job["spec"].get("completions"), job["status"].get("succeeded", 0)
    if wanted is not None:
        return f"{done}/{wanted}"
    parallel = job["spec"].get("parallelism", 0)
    return f"{done}/1 of {parallel}" if parallel > 1 else f"{done}/1"


def _containers(obj: Object, field: str) -> str:
    template = at(obj, ".spec.jobTemplate.spec.template") or obj["spec"].get("template") or {}
    return ",".join(one.get(field, "") for one in at(template, ".spec.containers") or ())


def _selector(obj: Object) -> str:
    found = obj["spec"].get("selector") or {}
    labels = found.get("matchLabels", found)
    return ",".join(f"{k}={v}" for k, v in sorted(labels.items()) if isinstance(v, str)) or NONE


def _modes(modes: Any) -> str:
    return ",".join(_MODES.get(one, one) for one in modes or ())


def _subjects(obj: Object, kind: str) -> str:
    found = [one for one in obj.get("subjects") or () if one["kind"] == kind]
    return ", ".join(
        f"{one['namespace']}/{one['name']}" if kind == "ServiceAccount" else one["name"]
        for one in found
    )


def _endpoints(obj: Object) -> str:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or ()
        for port in subset.get("ports", ())
        for address in subset.get("addresses", ())
    ]
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "") or NONE


def _event_age(event: Object, *fields: str) -> str:
    found = next((event[field] for field in fields if event.get(field)), None)
    return age(found or event["metadata"].get("creationTimestamp"))


def _node_status(node: Object) -> str:
    ready = [c["status"] for c in at(node, ".status.conditions") or () if c["type"] == "Ready"]
    shown = "Ready" if ready == ["True"] else "NotReady" if ready else "Unknown"
    return f"{shown},SchedulingDisabled" if node["spec"].get("unschedulable") else shown


def _node_roles(node: Object) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = node["metadata"].get("labels") or {}
    return ",".join(sorted(k.removeprefix(prefix) for k in labels if k.startswith(prefix))) or NONE


def _internal_ip(node: Object) -> str:
    found = at(node, ".status.addresses") or ()
    return next((one["address"] for one in found if one["type"] == "InternalIP"), NONE)


def _phase(obj: Object) -> str:
    gone = "deletionTimestamp" in obj["metadata"]
    return "Terminating" if gone else str(obj["status"].get("phase", ""))


FUNCTIONS: dict[str, Any] = {
    "pod_ready": _pod_ready,
    "pod_status": _pod_status,
    "pod_restarts": _pod_restarts,
    "job_status": _job_status,
    "job_duration": _job_duration,
    "completions": _completions,
    "containers": lambda obj: _containers(obj, "name"),
    "images": lambda obj: _containers(obj, "image"),
    "selector": _selector,
    "node_selector": lambda obj: (
        ",".join(f"{k}={v}" for k, v in (at(obj, ".spec.template.spec.nodeSelector") or {}).items())
        or NONE
    ),
    "replicas_ready": lambda obj: (
        f"{obj['status'].get('readyReplicas', 0)}/{obj['spec'].get('replicas', 0)}"
    ),
    "suspend": lambda obj: str(bool(obj["spec"].get("suspend"))),
    "last_schedule": lambda obj: (
        age(when) if (when := at(obj, ".status.lastScheduleTime")) else NONE
    ),
    "endpoints": _endpoints,
    "last_seen": lambda event: _event_age(event, "lastTimestamp", "eventTime", "firstTimestamp"),
    "first_seen": lambda event: _event_age(event, "firstTimestamp", "eventTime"),
    "about": lambda event: (
        f"{(at(event, '.involvedObject.kind') or '').lower()}/{at(event, '.involvedObject.name')}"
    ),
    "source": lambda event: ", ".join(
        one
        for one in (
            at(event, ".source.component") or event.get("reportingComponent"),
            at(event, ".source.host") or event.get("reportingInstance"),
        )
        if one
    ),
    "node_status": _node_status,
    "node_roles": _node_roles,
    "internal_ip": _internal_ip,
    "claim_phase": _phase,
    "claim_modes": lambda claim: _modes(claim["status"].get("accessModes")),
    "volume_modes": lambda volume: _modes(volume["spec"].get("accessModes")),
    "claim": lambda volume: (
        f"{one['namespace']}/{one['name']}" if (one := volume["spec"].get("claimRef")) else ""
    ),
    "ports": lambda service: (
        ",".join(
            f"{one['port']}{':' + str(one['nodePort']) if one.get('nodePort') else ''}"
            f"/{one.get('protocol', 'TCP')}"
            for one in service["spec"].get("ports", ())
        )
        or NONE
    ),
    "role": lambda binding: f"{binding['roleRef']['kind']}/{binding['roleRef']['name']}",
    "users": lambda binding: _subjects(binding, "User"),
    "groups": lambda binding: _subjects(binding, "Group"),
    "accounts": lambda binding: _subjects(binding, "ServiceAccount"),
    "expansion": lambda found: bool(found.get("allowVolumeExpansion")),
}
