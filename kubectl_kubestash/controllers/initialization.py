"""Runs the Job that prepares a backend or a directory in it, and reads its result."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import AlreadyExists, Forbidden, Invalid
from ..kube.store import key_of
from ..resolve.access import BY_NAME_ONLY
from ..resolve.labels import INPUTS
from . import jobs
from .result import Result, after

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..kube.client import Object
    from ..resolve.access import Named
    from .context import Context

AGAIN_AFTER = timedelta(minutes=1)
"""A failed initialisation is tried again after this."""


class Outcome(NamedTuple):
    """How far the initialisation is."""

    result: dict[str, Any] | None
    """What the Job has reported; None while it runs."""
    error: str
    """Why it has failed or cannot start; empty otherwise."""
    look_again: Result


def initialize(
    context: Context,
    raw: Object,
    wanted: Object,
    *,
    task: str,
    reads: Collection[Named],
    role: str = BY_NAME_ONLY,
    other_namespaces: Collection[str] = (),
) -> Outcome:
    """Start the Job if it is not there or was made from other inputs, and see what it says."""
    found = [
        job
        for job in jobs.of_owner(context, raw["kind"], key_of(raw), uid=raw["metadata"]["uid"])
        if job["metadata"]["name"] == wanted["metadata"]["name"]
    ]
    if not found:
        grant = {"role": role, "reads": reads, "other_namespaces": other_namespaces}
        problem = _launch(context, raw, wanted, grant)
        return Outcome(None, problem, after(AGAIN_AFTER if problem else context.settings.poll))
    job = found[0]
    state = jobs.state(context, job)
    if inputs_of(job) != inputs_of(wanted):
        jobs.remove(context, job)
        return Outcome(None, "", after(timedelta(seconds=1)))
    if not state.is_final:
        return _waiting(context, raw, job)
    document = jobs.result(state, task, f"{key_of(raw)}")
    if document is not None and document.get("initialized"):
        return Outcome(document, "", Result())
    error = str((document or {}).get("error") or state.reason or "the Job left no result")
    age = context.now() - datetime.fromisoformat(job["metadata"]["creationTimestamp"])
    if age >= AGAIN_AFTER:
        jobs.remove(context, job)
        return Outcome(document, error, after(timedelta(seconds=1)))
    return Outcome(document, error, after(AGAIN_AFTER - age))


def _launch(context: Context, raw: Object, wanted: Object, grant: Mapping[str, Any]) -> str:
    """Start the Job; why that is not possible."""
    try:
        jobs.launch(context, raw, [wanted], **grant)
    except (AlreadyExists, Invalid, Forbidden) as error:
        return error.message
    return ""


def inputs_of(job: Object) -> str:
    """The digest of what a Job was made from."""
    return str((job["metadata"].get("annotations") or {}).get(INPUTS, ""))


def _waiting(context: Context, raw: Object, job: Object) -> Outcome:
    state = jobs.state(context, job)
    jobs.tell_missing_images(context, raw, [state])
    if not jobs.waits_too_long(context, state):
        return Outcome(None, "", after(context.settings.poll))
    cause = jobs.why_it_does_not_start(context, job, state)
    jobs.remove(context, job)
    return Outcome(None, f"Job {state.name} does not start: {cause}", after(AGAIN_AFTER))
