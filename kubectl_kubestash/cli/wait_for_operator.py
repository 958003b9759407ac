"""`install --operator --wait`: until it works, or it is clear why it does not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..api.resources import DEPLOYMENT, POD, RETENTION_POLICY, ObjectKey, Resource
from ..errors import ClusterError, Forbidden
from ..resolve.image import Image
from ..resolve.labels import selector
from ..resolve.load_image import is_built_here, load_command
from ..resolve.manifest import manifest
from ..resolve.operator_manifests import SELECTOR
from ..resolve.operator_role import OPERATOR
from ..views.rollout import Rollout, Trouble, rollout
from . import diagnostics
from .running_operator import running_operator

if TYPE_CHECKING:
    from ..kube.client import Client
    from .settings import Settings

_REPLICA_SET = Resource("apps", "v1", "ReplicaSet", "replicasets")
_EVERY = 0.5
_PATIENCE = 10.0
"""Seconds that trouble must last: some of it passes by itself."""
_LOG_LINES = 8
_PASSING = {"unschedulable"}
"""What a cluster that grows by itself heals; it is told, and waited for."""


def wait_for_operator(
    settings: Settings, namespace: str, *, image: str, limit: float
) -> str | None:
    """Block until it is rolled out, one leads, and the webhook answers: the leader's name.

    None when time is up. Raises ClusterError that says why it does not come up.
    """
    client, end = settings.client, time.monotonic() + limit
    told, since = "", time.monotonic()
    trouble: Trouble | None = None
    while True:
        state = _state(client, namespace)
        says = state.trouble.message if state.trouble else state.says
        if state.is_done and (leader := running_operator(client)):
            if not (silence := _silence_of_webhook(client, namespace)):
                return leader
            says = silence
        if says != told:
            told = says
            diagnostics.note(f"operator: {says}", quiet=settings.quiet)
        now = time.monotonic()
        if (state.trouble and state.trouble.kind) != (trouble and trouble.kind):
            since = now
        trouble = state.trouble
        is_over = now >= end
        if trouble and (is_over or (now - since > _PATIENCE and trouble.kind not in _PASSING)):
            raise _explained(client, namespace, trouble, image)
        if is_over:
            return None
        time.sleep(_EVERY)


def _state(client: Client, namespace: str) -> Rollout:
    deployment = client.get(DEPLOYMENT, ObjectKey(namespace, OPERATOR))
    uid = deployment["metadata"]["uid"]
    found = client.list(_REPLICA_SET, namespace, labels=selector(SELECTOR))
    owned = [
        each
        for each in found
        if any(owner["uid"] == uid for owner in each["metadata"].get("ownerReferences") or ())
    ]
    return rollout(deployment, owned, client.list(POD, namespace, labels=selector(SELECTOR)))


def _silence_of_webhook(client: Client, namespace: str) -> str:
    """Why the API server gets no answer from it yet; else empty. Nothing is written for that."""
    spec = {"successfulSnapshots": {"last": 1}}
    policy = manifest(RETENTION_POLICY, ObjectKey(namespace, "is-the-webhook-there"), spec=spec)
    try:
        client.create(RETENTION_POLICY, policy, dry_run=True)
    except Forbidden:
        return ""
    except ClusterError as error:
        return error.message
    return ""


def _explained(client: Client, namespace: str, trouble: Trouble, image: str) -> ClusterError:
    """The error for it; what its log says goes before."""
    again = f"kubectl get pods -n {namespace}"
    if trouble.kind == "image" and is_built_here(Image.parse(image)):
        # What a registry says that never had it helps nobody.
        command = load_command(Image.parse(image), client.login.context, image)
        return ClusterError(f"the operator does not start: no node has the image {image}", command)
    if trouble.kind == "crash":
        for line in _last_lines(client, ObjectKey(namespace, trouble.pod)):
            diagnostics.line(f"    {line}")
        again = f"kubectl logs -n {namespace} {trouble.pod} --previous"
    return ClusterError(f"the operator does not start: {trouble.message}", again)


def _last_lines(client: Client, pod: ObjectKey) -> list[str]:
    """Of the container that ended, else of the one that has just begun."""
    for previous in (True, False):
        try:
            lines = list(client.logs(pod, tail=_LOG_LINES, previous=previous))
        except ClusterError:
            continue
        return [line.decode(errors="replace").rstrip() for line in lines]
    return []
