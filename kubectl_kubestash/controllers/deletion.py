"""What becomes of the data when an object is deleted?

Data goes only on a direct delete with the policy WipeOut, by a cleaning Job. When the namespace is
being deleted, no Job can be started and no Event be written there any more: the data stays, the
object goes, and an Event beside the operator's Lease and a counter say so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from ..api.meta import KubeResource
from ..api.resources import NAMESPACE, SECRET, ObjectKey, Resource
from ..errors import KubeStashError, Unsupported
from ..kube.store import key_of
from ..resolve import labels
from ..resolve.access import BY_NAME_ONLY
from . import finalizers, jobs, reach
from .result import Result, after, done

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..kube.client import Object
    from ..resolve.access import Named
    from .context import Context

M = TypeVar("M", bound=KubeResource)

KEPT = "Its namespace is being deleted, so its data stays in the backend."
AGAIN_AFTER = timedelta(minutes=1)
"""A cleaning Job that failed is started again after this."""


def wipes_out(raw: Object) -> bool:
    """Whether the object's data is to go with it."""
    return bool((raw.get("spec") or {}).get("deletionPolicy") == "WipeOut")


def readable(context: Context, kind: type[M], raw: Object) -> M:
    """The object as a model. Raises DataStays: what cannot be read shall not stay for ever."""
    try:
        return context.store.parse(kind, raw)
    except Unsupported as error:
        raise DataStays(f"{error.message} Its data stays in the backend.") from error


def namespace_is_ending(context: Context, raw: Object) -> bool:
    """Whether the namespace of an object is being deleted."""
    name = raw["metadata"].get("namespace", "")
    found = context.store.find(NAMESPACE, ObjectKey("", name))
    return found is None or bool(found["metadata"].get("deletionTimestamp"))


class DataStays(KubeStashError):
    """Why data that was to be removed cannot be, so that it stays and the object may go."""


def release(
    context: Context,
    resource: Resource,
    raw: Object,
    *,
    wipe: Callable[[], Result | None],
    follow: Callable[[], Result | None] = lambda: None,
) -> Result:
    """One pass over an object that is being deleted, until our finalizer is off.

    `wipe` removes its data where that was asked for, `follow` the objects that go with it; each
    gives a Result while it is not done. When `wipe` raises DataStays, the object goes without it.
    """
    if not finalizers.has_ours(raw):
        return done()
    wanted = wipes_out(raw)
    if namespace_is_ending(context, raw):
        _let_go(context, resource, raw, KEPT if wanted else "")
        return done()
    pending, reason = None, ""
    if wanted:
        try:
            pending = wipe()
        except KubeStashError as error:
            reason = _why_data_stays(error)
    pending = pending or follow()
    if pending is None:
        _let_go(context, resource, raw, reason)
    return pending or done()


def _why_data_stays(error: KubeStashError) -> str:
    """The reason for which an object may go without its data. Raises what is no such reason."""
    if isinstance(error, DataStays):
        return error.message
    if finalizers.is_refused_by_end_of_namespace(error):
        return KEPT
    raise error


def _let_go(context: Context, resource: Resource, raw: Object, why_data_stays: str) -> None:
    """Take our finalizer off, and say when data stays that was to be removed."""
    if why_data_stays:
        _tell(context, resource, raw, why_data_stays)
    jobs.remove_all(context, resource.kind, key_of(raw))
    finalizers.take_off(context.writer, resource, raw)


def _tell(context: Context, resource: Resource, raw: Object, why: str) -> None:
    """Beside the object, or beside the Lease where no Event can be written any more."""
    if namespace_is_ending(context, raw):
        about, told = context.home, f"{resource.kind} {key_of(raw)}{_place(raw)}: {why}"
    else:
        about, told = raw, why
    if context.events.warning(about, "DataKept", told):
        context.kept[resource.kind] += 1
        context.note(f"{resource.kind}/{raw['metadata']['name']}  {why}")


def _place(raw: Object) -> str:
    """Where the data is, as far as the object itself says so."""
    spec = raw.get("spec") or {}
    reference = spec.get("storageRef") or {}
    if spec.get("path") and reference.get("name"):
        home = reference.get("namespace") or raw["metadata"]["namespace"]
        return f" ({spec['path']} of BackupStorage {home}/{reference['name']})"
    return f" (Repository {spec['repository']})" if spec.get("repository") else ""


def wipe_out(
    context: Context,
    raw: Object,
    build: Callable[[], Object],
    *,
    reads: Collection[Named],
    role: str = BY_NAME_ONLY,
    repositories: Collection[ObjectKey] = (),
) -> Result | None:
    """Run the cleaning Job of an object; None when its data is gone.

    It waits for the Jobs on these `repositories`, beside those on the Job's own. Raises DataStays
    when a Secret that it `reads` is gone or the namespace is being deleted, and when the Job has
    left something; Forbidden when the API server says so first, and what `build` raises.
    """
    key = key_of(raw)
    wanted = build()
    found = [
        job
        for job in jobs.of_owner(context, raw["kind"], key, uid=raw["metadata"]["uid"])
        if job["metadata"]["name"] == wanted["metadata"]["name"]
    ]
    if not found:
        if blocking := jobs.in_the_way(context, [wanted, *_alike(wanted, repositories)]):
            context.events.normal(raw, "CleanupWaits", f"It waits for {', '.join(blocking)}.")
            return after(context.settings.poll)
        _check(context, raw, reads)
        jobs.launch(context, raw, [wanted], role=role, reads=reads)
        return after(context.settings.poll)
    state = jobs.state(context, found[0])
    if not state.is_final:
        return _watch(context, raw, found[0])
    document = jobs.result(state, "cleanup", f"{raw['kind']}:{key}") or {}
    if document.get("removed"):
        if kept := str(document.get("kept") or ""):
            raise DataStays(kept)
        return None
    reason = str(document.get("error") or state.reason or "it left no result")
    message = (
        f"The data could not be removed: {reason} It is tried again; to let the object go and keep "
        "the data, set spec.deletionPolicy to Delete."
    )
    context.events.warning(raw, "CleanupFailed", message)
    ended = _age(context, found[0])
    if ended >= AGAIN_AFTER:
        jobs.remove(context, found[0])
        return after(timedelta(seconds=1))
    return after(AGAIN_AFTER - ended)


def _check(context: Context, raw: Object, reads: Collection[Named]) -> None:
    """Raises DataStays. The API server is asked: the caches may not know yet."""
    name = raw["metadata"].get("namespace", "")
    namespace = context.client.find(NAMESPACE, ObjectKey("", name))
    if namespace is None or namespace["metadata"].get("deletionTimestamp"):
        raise DataStays(KEPT)
    if objection := reach.objection(context, name, reads):
        raise DataStays(f"{objection} Its data stays in the backend.")
    for resource, key in reads:
        if resource == SECRET and context.client.find_metadata(SECRET, key) is None:
            raise DataStays(f"Secret {key} is gone, so its data stays in the backend.")


def _alike(job: Object, repositories: Collection[ObjectKey]) -> list[Object]:
    """The Job as it would be if it worked on these Repositories, each beside its own."""
    return [
        {
            **job,
            "metadata": {
                **job["metadata"],
                "namespace": key.namespace,
                "annotations": {labels.REPOSITORIES: str(key)},
            },
        }
        for key in repositories
    ]


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
