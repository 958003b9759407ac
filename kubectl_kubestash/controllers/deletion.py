"""What becomes of the data when an object is deleted?

Data goes only on a direct delete with the policy WipeOut, by a cleaning Job. When the namespace is
being deleted, no Job can be started there any more: the data stays, the object goes, an Event says
so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..api.resources import NAMESPACE, ObjectKey, Resource
from ..resolve.access import BACKEND_JOB
from . import finalizers, jobs
from .result import Result, after
from .store import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..errors import KubeStashError
    from ..kube.client import Object
    from .context import Context

AGAIN_AFTER = timedelta(minutes=1)
"""A cleaning Job that failed is started again after this."""


def namespace_is_ending(context: Context, raw: Object) -> bool:
    """Whether the namespace of an object is being deleted."""
    name = raw["metadata"].get("namespace", "")
    found = context.store.find(NAMESPACE, ObjectKey("", name))
    return found is None or bool(found["metadata"].get("deletionTimestamp"))


def let_go(context: Context, resource: Resource, raw: Object, why_data_stays: str = "") -> None:
    """Take our finalizer off, and say when data stays that was to be removed."""
    if why_data_stays:
        context.events.warning(raw, "DataKept", why_data_stays)
        context.note(f"{raw['kind']}/{raw['metadata']['name']}  {why_data_stays}")
    jobs.remove_all(context, resource.kind, key_of(raw))
    finalizers.take_off(context.writer, resource, raw)


def wipe_out(
    context: Context,
    raw: Object,
    build: Callable[[], Object],
    *,
    other_namespaces: Collection[str] = (),
) -> Result | None:
    """Run the cleaning Job of an object; None when its data is gone.

    Raises Forbidden when the namespace is being deleted, and what `build` raises.
    """
    key = key_of(raw)
    wanted = build()
    found = [
        job
        for job in jobs.of_owner(context, raw["kind"], key)
        if job["metadata"]["name"] == wanted["metadata"]["name"]
    ]
    if not found:
        return _start(context, raw, wanted, other_namespaces)
    state = jobs.state(context, found[0])
    if not state.is_final:
        return _watch(context, raw, found[0])
    document = jobs.result(state, "cleanup", f"{raw['kind']}:{key}") or {}
    if document.get("removed"):
        return None
    reason = str(document.get("error") or state.reason or "it left no result")
    context.events.warning(raw, "CleanupFailed", f"The data could not be removed: {reason}")
    ended = _age(context, found[0])
    if ended >= AGAIN_AFTER:
        jobs.remove(context, found[0])
        return after(timedelta(seconds=1))
    return after(AGAIN_AFTER - ended)


def _start(
    context: Context, raw: Object, wanted: Object, other_namespaces: Collection[str]
) -> Result:
    if blocking := jobs.in_the_way(context, [wanted]):
        context.events.normal(raw, "CleanupWaits", f"It waits for {', '.join(blocking)}.")
        return after(context.settings.poll)
    jobs.launch(context, raw, wanted, role=BACKEND_JOB, other_namespaces=other_namespaces)
    return after(context.settings.poll)


def _watch(context: Context, raw: Object, job: Object) -> Result:
    state = jobs.state(context, job)
    jobs.tell_missing_images(context, raw, [state])
    if jobs.waits_too_long(context, state):
        cause = jobs.why_it_does_not_start(context, job, state)
        context.events.warning(raw, "CleanupNotStarted", cause)
        jobs.remove(context, job)
    return after(context.settings.poll)


def _age(context: Context, job: Object) -> timedelta:
    return context.now() - datetime.fromisoformat(job["metadata"]["creationTimestamp"])


def is_end_of_namespace(error: KubeStashError) -> bool:
    """Whether a Job or anything else was refused because the namespace is being deleted."""
    return finalizers.is_refused_by_end_of_namespace(error)
