"""Drives a RestoreSession from Pending to its end.

Watches:  RestoreSession, its Jobs and Pods.
Writes:   its status, but for components that a runner has claimed; its Jobs and their rights.
Never:    starts again what has ended; a restore that was judged Invalid is judged again until its
          deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.core.restore_session import RestoreSession
from ..api.resources import RESTORE_SESSION
from ..kube.store import key_of
from ..resolve import restore_session as steps
from ..resolve.restore_session import FINAL, Step, next_step
from ..resolve.results import decode
from . import finalizers, jobs, restore_start
from .result import Result, after, done
from .writer import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..api.resources import ObjectKey
    from ..kube.client import Object
    from ..resolve.job_state import JobState
    from .context import Context


@dataclass(frozen=True)
class RestoreRun:
    """One restore and its Jobs, as they are now."""

    raw: Object
    session: RestoreSession
    jobs: tuple[tuple[Object, JobState], ...]

    @property
    def status(self) -> Mapping[str, Any]:
        """What is recorded."""
        return self.raw.get("status") or {}

    @property
    def states(self) -> list[JobState]:
        """The states of the Jobs."""
        return [state for _, state in self.jobs]


class RestoreSessionReconciler:
    """One pass over one RestoreSession."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._take: dict[Step, Callable[[RestoreRun], Result]] = {
            Step.PREPARE: self._prepare,
            Step.LAUNCH: self._launch,
            Step.OBSERVE: self._observe,
            Step.COLLECT: self._collect,
            Step.EXPIRE: self._expire,
            Step.CONCLUDE: self._conclude,
        }

    def reconcile(self, key: ObjectKey) -> Result:
        """Find, observe, judge, act, record."""
        context = self._context
        raw = context.store.find(RESTORE_SESSION, key)
        if raw is None:
            return self._sweep(key)
        if finalizers.is_being_deleted(raw):
            jobs.remove_all(context, RESTORE_SESSION.kind, key)
            finalizers.take_off(context.writer, RESTORE_SESSION, raw)
            return done()
        raw = finalizers.put_on(context.writer, RESTORE_SESSION, raw)
        run = self._gather(raw)
        if run.status.get("phase") in FINAL:
            return done()
        step = next_step(run.status, run.states, now=context.now())
        return self._take[step](run)

    def _gather(self, raw: Object) -> RestoreRun:
        context = self._context
        uid = str(raw["metadata"]["uid"])
        found = jobs.of_owner(context, RESTORE_SESSION.kind, key_of(raw), uid=uid)
        states = tuple((job, jobs.state(context, job)) for job in found)
        return RestoreRun(raw, context.store.parse(RestoreSession, raw), states)

    def _prepare(self, run: RestoreRun) -> Result:
        fields, look_again = restore_start.judge(self._context, run.raw, run.session)
        self._record(run, fields)
        return look_again

    def _launch(self, run: RestoreRun) -> Result:
        fields = restore_start.launch(self._context, run.raw, run.session)
        if fields is None:
            return after(self._context.settings.poll)
        self._record(run, fields)
        return after(self._context.settings.poll if "components" in fields else timedelta())

    def _observe(self, run: RestoreRun) -> Result:
        context = self._context
        jobs.tell_missing_images(context, run.raw, run.states)
        late = [(job, state) for job, state in run.jobs if jobs.waits_too_long(context, state)]
        fields: dict[str, Any] = {}
        for job, state in late:
            cause = jobs.why_it_does_not_start(context, job, state)
            reason = f"Job {state.name} has not started in time: {cause}"
            fields = merged(fields, self._incomplete(run, reason, jobs.components(job)))
            jobs.remove(context, job)
            context.events.warning(run.raw, "RestoreJobNotStarted", reason)
        self._record(run, fields)
        return after(timedelta() if late else context.settings.poll)

    def _collect(self, run: RestoreRun) -> Result:
        """All Jobs have ended, but not all components: take over their results, or fail them."""
        context = self._context
        live = context.client.get(RESTORE_SESSION, key_of(run.raw))
        context.store.remember(RESTORE_SESSION, live)
        run = RestoreRun(live, context.store.parse(RestoreSession, live), run.jobs)
        if steps.is_reported(run.status):
            return after(timedelta())
        parts = {
            name: reported
            for name, part in (run.status.get("components") or {}).items()
            if part.get("phase") not in FINAL
            and (reported := self._reported(run, name)) is not None
        }
        fields: dict[str, Any] = {"components": parts}
        status = merged(run.status, fields)
        if not steps.is_reported(status):
            why = {
                name: jobs.why_without_result(run.jobs, name)
                for name, part in (status.get("components") or {}).items()
                if part.get("phase") not in FINAL
            }
            reason = f"Failed to complete restore. Reason: {jobs.told_once(why)}"
            fields = merged(fields, steps.incomplete(status, reason, now=context.now()))
            context.events.warning(run.raw, "RestoreIncomplete", reason)
        self._record(run, fields)
        return after(timedelta())

    def _expire(self, run: RestoreRun) -> Result:
        reason = f"The deadline {run.status.get('restoreDeadline')} has passed."
        jobs.remove_all(self._context, RESTORE_SESSION.kind, key_of(run.raw))
        return self._conclude(run, self._incomplete(run, reason, ()))

    def _conclude(self, run: RestoreRun, fields: Mapping[str, Any] | None = None) -> Result:
        context = self._context
        status = merged(run.status, fields or {})
        created = datetime.fromisoformat(run.raw["metadata"]["creationTimestamp"])
        ended = steps.conclusion(status, created=created, now=context.now())
        final = merged(status, ended)
        reason = steps.failure(final)
        self._record(run, {**(fields or {}), **ended}, reason or str(final["duration"]))
        if final["phase"] == steps.SUCCEEDED:
            context.events.normal(run.raw, "RestoreSucceeded", f"It took {final['duration']}.")
        else:
            context.events.warning(run.raw, "RestoreFailed", reason)
        return done()

    def _record(self, run: RestoreRun, fields: Mapping[str, Any], detail: str = "") -> None:
        """The one status write of a pass."""
        status = merged(run.status, fields)
        wanted = {**fields, "phase": steps.phase(status)}
        self._context.writer.patch_status(RESTORE_SESSION, run.raw, wanted)
        before = str(run.status.get("phase") or "")
        self._context.note_phase(run.raw, before, wanted["phase"], detail)

    def _incomplete(
        self, run: RestoreRun, reason: str, components: tuple[str, ...]
    ) -> dict[str, Any]:
        changes = steps.incomplete(run.status, reason, now=self._context.now())
        if components:
            parts = changes["components"]
            changes["components"] = {name: parts[name] for name in components if name in parts}
        return changes

    def _reported(self, run: RestoreRun, component: str) -> dict[str, Any] | None:
        """The final status of a component as its runner has left it with the kubelet."""
        for state in run.states:
            for message in state.messages:
                document = decode(message, "restore", f"{key_of(run.raw)}")
                if document is None or document.get("component") != component:
                    continue
                if document.get("phase") in FINAL:
                    fields = ("phase", "error", "duration", "restoredFiles", "restoredBytes")
                    return {name: document[name] for name in fields if document.get(name)}
        return None

    def _sweep(self, key: ObjectKey) -> Result:
        left = jobs.of_owner(self._context, RESTORE_SESSION.kind, key)
        if left and self._context.client.find(RESTORE_SESSION, key) is None:
            for job in left:
                jobs.remove(self._context, job)
        return done()
