"""Makes a BackupConfiguration ready: Repositories, schedules, the first backup.

Watches:  BackupConfiguration, and the storages, policies, addons, Repositories and CronJobs of it.
Writes:   its status; Repositories; a CronJob with its rights for each session; one BackupSession
          for each session that has never run.
Never:    starts a backup on schedule itself: the CronJob does.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..api.core.backup_configuration import BackupConfiguration
from ..api.resources import BACKUP_CONFIGURATION, BACKUP_STORAGE, REPOSITORY, ObjectKey
from ..errors import Conflict, KubeStashError, Unreachable
from ..gather.configuration import configuration_inputs
from ..gather.target import target_exists
from ..resolve import conditions, configuration_status
from ..resolve.findings import summary
from ..resolve.schedule import next_run
from ..resolve.validation import configuration_findings
from . import finalizers
from .configured import (
    ensure_first_backup,
    ensure_repositories,
    ensure_schedule,
    remove_old_schedules,
)
from .deletion import namespace_is_ending
from .result import Result, after, done, soonest

if TYPE_CHECKING:
    from ..api.core.backup_configuration import Session
    from ..kube.client import Object
    from ..resolve.validation import ConfigurationInputs
    from .context import Context

_TARGET_HOLDS_FOR = 300.0
"""Seconds. Targets are not watched; one that was there is looked for again after this."""


class BackupConfigurationReconciler:
    """One pass over one BackupConfiguration."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._target_seen: dict[str, float] = {}

    def reconcile(self, key: ObjectKey) -> Result:
        """Find, gather, judge, ensure, record."""
        context = self._context
        raw = context.store.find(BACKUP_CONFIGURATION, key)
        if raw is None:
            return done()
        if finalizers.is_being_deleted(raw):
            return self._release(raw)
        configuration = context.store.parse(BackupConfiguration, raw)
        raw = finalizers.put_on(context.writer, BACKUP_CONFIGURATION, raw)
        inputs = configuration_inputs(
            context.store,
            configuration,
            allow_cross_namespace=context.settings.allow_cross_namespace,
        )
        findings = configuration_findings(inputs)
        entries = conditions.with_condition(
            (raw.get("status") or {}).get("conditions") or (),
            conditions.VALIDATION_PASSED,
            not findings,
            summary(findings) or "Validation has been passed successfully.",
            now=context.now(),
        )
        fields: dict[str, Any] = {"conditions": entries}
        remove_old_schedules(context, raw, configuration)
        if not findings:
            fields |= self._ensure(raw, inputs)
        return self._record(raw, inputs.configuration, fields)

    def _ensure(self, raw: Object, inputs: ConfigurationInputs) -> dict[str, Any]:
        """Everything that the configuration asks for, and the status that follows."""
        whole = inputs.configuration
        backends = self._backends(inputs)
        ready = {entry.get("name", ""): entry["ready"] for entry in backends}
        ensure_repositories(self._context, whole, ready)
        return {
            "targetFound": self._target_found(raw, whole),
            "backends": backends,
            "repositories": self._repositories(whole),
            "dependencies": _dependencies(inputs),
            "sessions": [self._session(raw, whole, session) for session in whole.spec.sessions],
        }

    def _record(self, raw: Object, whole: BackupConfiguration, fields: dict[str, Any]) -> Result:
        context = self._context
        recorded = raw.get("status") or {}
        fields["phase"] = configuration_status.phase(
            {**recorded, **fields},
            backends=len(whole.spec.backends),
            sessions=len(whole.spec.sessions),
        )
        context.writer.patch_status(BACKUP_CONFIGURATION, raw, fields)
        before = str(recorded.get("phase") or "NotReady")
        context.note_phase(raw, before, fields["phase"])
        if before != fields["phase"] and fields["phase"] == configuration_status.INVALID:
            entry = conditions.find(fields["conditions"], conditions.VALIDATION_PASSED) or {}
            context.events.warning(raw, "ValidationFailed", str(entry.get("message", "")))
        if before != fields["phase"]:
            return after(timedelta())  # What is Ready gets its first backup.
        if fields["phase"] != configuration_status.READY:
            return after(context.patience(raw))
        return soonest(*map(self._at_next_schedule, fields.get("sessions") or ()))

    def _session(self, raw: Object, whole: BackupConfiguration, session: Session) -> dict[str, Any]:
        context = self._context
        recorded = (raw.get("status") or {}).get("sessions") or ()
        known = {entry.get("name"): entry for entry in recorded}
        before: dict[str, Any] = known.get(session.name) or {}
        entries = list(before.get("conditions") or ())
        try:
            ensure_schedule(context, raw, whole, session)
            ok, message = True, "Scheduler has been ensured successfully."
        except (Conflict, Unreachable):
            raise
        except KubeStashError as error:
            ok, message = False, error.message
        entries = conditions.with_condition(
            entries, conditions.SCHEDULER_ENSURED, ok, message, now=context.now()
        )
        is_ready = (raw.get("status") or {}).get("phase") == configuration_status.READY
        if (
            is_ready
            and not whole.spec.paused
            and configuration_status.is_initial_backup_due(before)
        ):
            ensure_first_backup(context, raw, whole, session)
            entries = conditions.with_condition(
                entries,
                conditions.INITIAL_BACKUP_TRIGGERED,
                True,
                "Initial backup has been triggered successfully.",
                now=context.now(),
            )
        entry = {"name": session.name, "conditions": entries}
        if moment := self._next(whole, session):
            entry["nextSchedule"] = conditions.timestamp(moment)
        return entry

    def _next(self, whole: BackupConfiguration, session: Session) -> datetime | None:
        scheduler = session.scheduler
        if scheduler is None or whole.spec.paused or scheduler.suspend:
            return None
        return next_run(scheduler.schedule, after=self._context.now())

    def _at_next_schedule(self, entry: dict[str, Any]) -> Result:
        if not entry.get("nextSchedule"):
            return done()
        moment = datetime.fromisoformat(entry["nextSchedule"])
        return after(moment - self._context.now() + timedelta(seconds=1))

    def _target_found(self, raw: Object, whole: BackupConfiguration) -> bool:
        target, uid = whole.spec.target, whole.metadata.uid
        if target is None:
            return True
        recorded = (raw.get("status") or {}).get("targetFound") is True
        fresh = time.monotonic() < self._target_seen.get(uid, float("-inf")) + _TARGET_HOLDS_FOR
        if recorded and fresh:
            return True
        found = target_exists(self._context.client, target, whole.metadata.namespace)
        if found:
            self._target_seen[uid] = time.monotonic()
        return found

    def _backends(self, inputs: ConfigurationInputs) -> list[dict[str, Any]]:
        home = inputs.configuration.metadata.namespace
        entries = []
        for backend in inputs.configuration.spec.backends:
            if backend.storage_ref is None or backend.retention_policy is None:
                continue
            storage_key = backend.storage_ref.key(home)
            policy_key = backend.retention_policy.key(home)
            storage = self._context.store.find(BACKUP_STORAGE, storage_key)
            phase = None
            if storage is not None and not finalizers.is_being_deleted(storage):
                phase = str((storage.get("status") or {}).get("phase") or "NotReady")
            entries.append(
                configuration_status.backend_entry(
                    backend.name,
                    (storage_key, phase),
                    (policy_key, inputs.policies.get(policy_key) is not None),
                )
            )
        return entries

    def _repositories(self, whole: BackupConfiguration) -> list[dict[str, Any]]:
        names = {wanted.name: None for s in whole.spec.sessions for wanted in s.repositories}
        entries = []
        for name in names:
            raw = self._context.store.find(REPOSITORY, ObjectKey(whole.metadata.namespace, name))
            status = (raw or {}).get("status") or {}
            entry = {"name": name, "phase": status.get("phase") or "NotReady"}
            kinds = (conditions.REPOSITORY_INITIALIZED,)
            reason = conditions.first_false_message(status.get("conditions") or (), kinds)
            entries.append({**entry, "reason": reason} if reason else entry)
        return entries

    def _release(self, raw: Object) -> Result:
        context = self._context
        if not finalizers.has_ours(raw):
            return done()
        if not namespace_is_ending(context, raw):
            for repository in self._orphaned(raw):
                context.writer.delete(REPOSITORY, repository)
        finalizers.take_off(context.writer, BACKUP_CONFIGURATION, raw)
        return done()

    def _orphaned(self, raw: Object) -> list[Object]:
        """The Repositories that go with the configuration: not retained, and used by no other."""
        context, home = self._context, raw["metadata"]["namespace"]
        wanted = _repositories_named(raw)
        for other in context.store.each(BACKUP_CONFIGURATION):
            if (
                other["metadata"]["namespace"] == home
                and other["metadata"]["uid"] != raw["metadata"]["uid"]
            ):
                for name in _repositories_named(other):
                    wanted.pop(name, None)
        found = (
            (info, context.store.find(REPOSITORY, ObjectKey(home, name)))
            for name, info in wanted.items()
            if info.get("deletionPolicy") != "Retain"
        )
        return [
            entry
            for info, entry in found
            if entry and not finalizers.is_being_deleted(entry) and _is_in_place(entry, info)
        ]


def _repositories_named(raw: Object) -> dict[str, Object]:
    """What a configuration says about each Repository that it names."""
    sessions = (raw.get("spec") or {}).get("sessions") or ()
    return {
        str(wanted.get("name")): wanted
        for session in sessions
        for wanted in session.get("repositories") or ()
    }


def _is_in_place(repository: Object, info: Object) -> bool:
    """Whether it is where the configuration wanted it; a namesake elsewhere is somebody else's."""
    path = str((repository.get("spec") or {}).get("path") or "")
    return path.strip("/") == str(info.get("directory") or "").strip("/")


def _dependencies(inputs: ConfigurationInputs) -> list[dict[str, Any]]:
    return [
        {"kind": "Addon", "name": name, "found": addon is not None}
        for name, addon in inputs.addons.items()
    ]
