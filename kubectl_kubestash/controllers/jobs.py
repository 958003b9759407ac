"""The Jobs of an object: found by labels, started once, removed with what was made for them.

Names are fixed, so a Job that is already there is the one that was wanted. Whether a Job must wait
for others is judged by the caches together with our own writes: only the holder of the Lease makes
Jobs, and its caches are filled after it got the Lease. The runner's own Lease on each restic
repository is the second line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.resources import JOB, POD, RESTORE_SESSION, SNAPSHOT
from ..errors import Conflict, Invalid
from ..gather.job_events import events_about
from ..kube.store import key_of
from ..resolve import access, exclusive, labels
from ..resolve.job_state import JobState, job_state, newest_event
from ..resolve.load_image import is_built_here, load_command
from ..resolve.results import decode
from ..resolve.volume_affinity import claims_of
from . import reach
from .rights import grant, owner_value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ..api.resources import ObjectKey
    from ..kube.client import Object
    from ..resolve.access import Named
    from .context import Context


def owner_of(job: Object) -> str:
    """The index value of a Job's labels; empty when it is not one of ours.

    A Job is beside the object that it was made for: labels that name another namespace are
    somebody's who may write there, but not here.
    """
    marks = job["metadata"].get("labels") or {}
    kind, namespace = marks.get(labels.INVOKER_KIND, ""), marks.get(labels.INVOKER_NAMESPACE, "")
    if marks.get(labels.MANAGED_BY) != labels.MANAGER or not kind:
        return ""
    if namespace != job["metadata"].get("namespace"):
        return ""
    return f"{kind}/{namespace}/{marks.get(labels.INVOKER_NAME, '')}"


def of_owner(context: Context, kind: str, key: ObjectKey, *, uid: str = "") -> list[Object]:
    """All Jobs that were made for an object; with its `uid`, none of a namesake before it."""
    found = context.store.by_index(JOB, "owner", owner_value(kind, key))
    return [
        job
        for job in found
        if not job["metadata"].get("deletionTimestamp") and not is_of_namesake(job, uid)
    ]


def is_of_namesake(made: Object, uid: str) -> bool:
    """Whether a Job or Snapshot was made for an earlier object of that name: it is not ours.

    Its object may have gone without us, when somebody took our finalizer off.
    """
    noted = (made["metadata"].get("annotations") or {}).get(labels.OWNER_UID, "")
    return bool(uid and noted) and noted != uid


def state(context: Context, job: Object) -> JobState:
    """How far a Job is."""
    pods = context.store.by_index(POD, "owner", str(job["metadata"].get("uid", "")))
    return job_state(job, pods, now=context.now())


def has_component(job: Object, *wanted: str) -> bool:
    """Whether the Job's component label is one of these."""
    return (job["metadata"].get("labels") or {}).get(labels.COMPONENT) in wanted


def components(job: Object) -> tuple[str, ...]:
    """The components that the containers of a Job work on, in their order."""
    spec = job["spec"]["template"]["spec"]
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    found = {
        str(variable.get("value", "")): None
        for container in containers
        for variable in container.get("env") or ()
        if variable.get("name") == "COMPONENT_NAME" and variable.get("value")
    }
    return tuple(found)


def in_the_way(context: Context, wanted: Iterable[Object]) -> list[str]:
    """Names of active Jobs that must end before these may start."""
    return sorted(
        {
            name
            for job in wanted
            for repository in exclusive.repositories(job)
            for name in exclusive.in_the_way(job, _jobs_on(context, repository))
        }
    )


def _jobs_on(context: Context, repository: str) -> list[Object]:
    """The Jobs on a Repository, `namespace/name`; restores elsewhere only as they are on record.

    Who may make Jobs in one namespace could otherwise hold up the backups of another.
    """
    home, _, name = repository.partition("/")
    return [
        job
        for job in context.store.by_index(JOB, "repository", repository)
        if job["metadata"]["namespace"] == home or _reads_on_record(context, job, home, name)
    ]


def _reads_on_record(context: Context, job: Object, home: str, repository: str) -> bool:
    """Whether the RestoreSession of this Job has chosen a Snapshot of this Repository."""
    snapshots = (
        context.store.find(SNAPSHOT, key)
        for session in context.store.by_index(RESTORE_SESSION, "label", owner_of(job))
        for key in exclusive.snapshots_read(session)
        if key.namespace == home
    )
    return any(found and found["spec"].get("repository") == repository for found in snapshots)


def launch(
    context: Context,
    owner: Object,
    bodies: Sequence[Object],
    *,
    role: str,
    run_name: str = "",
    reads: Iterable[Named] = (),
    other_namespaces: Collection[str] = (),
) -> None:
    """Make these Jobs, which run as one ServiceAccount, and their rights, unless they are there.

    They have the `role` beside themselves and, cut down, in the other namespaces, and read by name
    what they `read`. `run_name` is what their rights are called, the first Job's name when empty; a
    ServiceAccount is made when the Jobs ask for one of that name, and any other is taken as it is.
    Raises AlreadyExists when somebody else's Job has the name, Invalid when a namespace is not
    there or something in it must not be read, Conflict while an earlier Job of that name is still
    on its way out.
    """
    first, reads = bodies[0], list(reads)
    key = key_of(first)
    if objection := reach.objection(context, key.namespace, reads):
        raise Invalid(f"Job {key} cannot be made: {objection}", code=403)
    account = first["spec"]["template"]["spec"].get("serviceAccountName") or key.name
    name = run_name or key.name
    rights = access.job_access(
        role=role,
        name=name,
        namespace=key.namespace,
        other_namespaces=sorted({*other_namespaces} - {key.namespace, ""}),
        reads=reads,
        labels=first["metadata"].get("labels") or {},
        service_account="" if account == name else account,
    )
    grant(context, owner, rights)
    for body in bodies:
        start(context, owner, body)


def start(context: Context, owner: Object, job: Object) -> bool:
    """Make a Job whose rights are there already; otherwise as `launch`."""
    key, uid = key_of(job), str(owner["metadata"].get("uid", ""))
    there, created = context.writer.ensure(
        JOB, _marked(job, uid), ours=lambda there: owner_of(there) == owner_of(job)
    )
    if there["metadata"].get("deletionTimestamp"):
        raise Conflict(f"Job {key} is still being removed.")
    if is_of_namesake(there, uid):
        remove(context, there)
        raise Conflict(f"Job {key} of an earlier {owner['kind']} of that name is being removed.")
    if created:
        context.note(f"{owner['kind']}/{owner['metadata']['name']}  job {key.name} created")
    return created


def _marked(job: Object, uid: str) -> Object:
    metadata = job["metadata"]
    notes = {**(metadata.get("annotations") or {}), labels.OWNER_UID: uid}
    return {**job, "metadata": {**metadata, "annotations": notes}}


def remove(context: Context, job: Object) -> None:
    """Delete a Job and its Pods; its rights go when its owner is looked at next."""
    context.writer.delete(JOB, job)


def remove_all(context: Context, kind: str, key: ObjectKey) -> None:
    """Delete all Jobs that were made for an object."""
    for job in of_owner(context, kind, key):
        remove(context, job)


def remove_by_name(context: Context, kind: str, key: ObjectKey, name: str) -> None:
    """Delete one of the Jobs that were made for an object."""
    for job in of_owner(context, kind, key):
        if job["metadata"]["name"] == name:
            remove(context, job)


def result(state: JobState, task: str, owner: str) -> dict[str, Any] | None:
    """What the runner has left in a termination message, or None."""
    found = (decode(message, task, owner) for message in state.messages)
    return next((document for document in found if document is not None), None)


def why_without_result(found: Sequence[tuple[Object, JobState]], component: str) -> str:
    """Why nothing was heard of a component whose Job has ended."""
    mine = [state for job, state in found if component in components(job)]
    if not mine:
        return "the Job is gone"
    failed = [state.reason for state in mine if state.phase == "Failed"]
    return failed[0] if failed else "the Job has ended without a result"


def told_once(reasons: Mapping[str, str]) -> str:
    """The reasons of all components in one sentence; each is named when they differ."""
    if len(set(reasons.values())) <= 1:
        return next(iter(reasons.values()), "")
    return "; ".join(f"{name}: {reason}" for name, reason in reasons.items())


def why_it_does_not_start(context: Context, job: Object, state: JobState) -> str:
    """The cause from Events about the Job, its Pods and its claims, else from its Pods."""
    uids = [*state.pod_uids, str(job["metadata"].get("uid", ""))]
    told = newest_event(events_about(context.client, state.namespace, uids, claims_of(job)))
    if state.missing_image or not told:
        return state.reason
    return told


def waits_too_long(context: Context, state: JobState) -> bool:
    """Whether no container of the Job has started within the start deadline."""
    if state.waiting_since is None:
        return False
    return context.now() >= state.waiting_since + context.settings.start_deadline


def tell_missing_images(context: Context, owner: Object, states: Sequence[JobState]) -> None:
    """Name the image that cannot be pulled, and the command that loads one of ours."""
    for entry in states:
        if not entry.missing_image:
            continue
        message = f"Image {entry.missing_image} of job {entry.name} cannot be pulled."
        ours = context.settings.image
        if entry.missing_image == str(ours) and is_built_here(ours):
            message += f" Load it: {load_command(ours, context.client.login.context)}"
        if context.events.warning(owner, "ErrImagePull", message):
            context.note(f"{owner['kind']}/{owner['metadata']['name']}  {message}")
