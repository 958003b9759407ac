"""What do the conditions of an object say, and what do they become?

Conditions are kept as the API holds them: lists of mappings in order of first appearance. Types
and reasons are KubeStash's own. The rule of change: an entry with equal status, reason and message
stays as it is; otherwise it is replaced in place, with a new `lastTransitionTime`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

Conditions = Sequence[Mapping[str, Any]]


class ConditionType(NamedTuple):
    """A type with the reasons that go with True and with False."""

    type: str
    when_true: str
    when_false: str


VALIDATION_PASSED = ConditionType(
    "ValidationPassed", "ResourceValidationPassed", "ResourceValidationFailed"
)

BACKEND_SECRET_FOUND = ConditionType(
    "BackendSecretFound", "BackendSecretAvailable", "BackendSecretNotAvailable"
)
BACKEND_INITIALIZED = ConditionType(
    "BackendInitialized", "BackendInitializationSucceeded", "BackendInitializationFailed"
)
REPOSITORY_INITIALIZED = ConditionType(
    "RepositoryInitialized", "RepositoryInitializationSucceeded", "RepositoryInitializationFailed"
)

RECENT_SNAPSHOT_LIST_UPDATED = ConditionType(
    "RecentSnapshotListUpdated",
    "SuccessfullyUpdatedRecentSnapshotList",
    "FailedToUpdateRecentSnapshotList",
)
SNAPSHOT_METADATA_UPLOADED = ConditionType(
    "SnapshotMetadataUploaded",
    "SuccessfullyUploadedSnapshotMetadata",
    "FailedToUploadSnapshotMetadata",
)
BACKUP_INCOMPLETE = ConditionType(
    "BackupIncomplete", "BackupExecutorTerminatedBeforeCompletion", ""
)

VOLUMES_LEFT_OUT = ConditionType("VolumesLeftOut", "NotInTheBackup", "NothingLeftOut")

SCHEDULER_ENSURED = ConditionType("SchedulerEnsured", "SchedulerEnsured", "SchedulerNotEnsured")
INITIAL_BACKUP_TRIGGERED = ConditionType(
    "InitialBackupTriggered", "SuccessfullyTriggeredInitialBackup", "FailedToTriggerInitialBackup"
)

BACKUP_SKIPPED = ConditionType("BackupSkipped", "PreRequisitesNotSatisfied", "")
SNAPSHOTS_ENSURED = ConditionType(
    "SnapshotsEnsured", "SuccessfullyEnsuredSnapshots", "FailedToEnsureSnapshots"
)
BACKUP_EXECUTOR_ENSURED = ConditionType(
    "BackupExecutorEnsured", "SuccessfullyEnsuredBackupExecutor", "FailedToEnsureBackupExecutor"
)
RETENTION_POLICY_EXECUTOR_ENSURED = ConditionType(
    "RetentionPolicyExecutorEnsured",
    "SuccessfullyEnsuredRetentionPolicyExecutor",
    "FailedToEnsureRetentionPolicyExecutor",
)
SNAPSHOT_CLEANUP_INCOMPLETE = ConditionType(
    "SnapshotCleanupIncomplete",
    "SnapshotCleanupTerminatedBeforeCompletion",
    "SnapshotCleanupStartedAgain",
)
SESSION_HISTORY_CLEANED = ConditionType(
    "SessionHistoryCleaned", "SuccessfullyCleanedSessionHistory", "FailedToCleanSessionHistory"
)
METRICS_PUSHED = ConditionType("MetricsPushed", "SuccessfullyPushedMetrics", "FailedToPushMetrics")
POD_PENDING_TOO_LONG = ConditionType(
    "PodHasBeenInPendingStateForLongerThanExpected",
    "PodHasBeenInPendingStateForLongerThanExpected",
    "PodHasStarted",
)

RESTORE_TARGET_FOUND = ConditionType(
    "RestoreTargetFound", "RestoreTargetAvailable", "UnableToCheckTargetAvailability"
)
RESTORE_EXECUTOR_ENSURED = ConditionType(
    "RestoreExecutorEnsured", "SuccessfullyEnsuredRestoreExecutor", "FailedToEnsureRestoreExecutor"
)
RESTORE_INCOMPLETE = ConditionType(
    "RestoreIncomplete", "RestoreExecutorTerminatedBeforeCompletion", ""
)


def find(conditions: Conditions, kind: ConditionType) -> Mapping[str, Any] | None:
    """The entry of this type, or None."""
    return next((entry for entry in conditions if entry.get("type") == kind.type), None)


def is_true(conditions: Conditions, kind: ConditionType) -> bool:
    """Whether the entry is there and True."""
    return status_of(conditions, kind) == "True"


def is_false(conditions: Conditions, kind: ConditionType) -> bool:
    """Whether the entry is there and False."""
    return status_of(conditions, kind) == "False"


def status_of(conditions: Conditions, kind: ConditionType) -> str | None:
    """`True`, `False`, `Unknown`, or None when there is no such entry."""
    entry = find(conditions, kind)
    return None if entry is None else str(entry.get("status", "Unknown"))


def with_condition(
    conditions: Conditions, kind: ConditionType, status: bool, message: str = "", *, now: datetime
) -> list[Mapping[str, Any]]:
    """The conditions after this observation; the same entries when nothing changed."""
    entry: dict[str, Any] = {
        "type": kind.type,
        "status": "True" if status else "False",
        "reason": kind.when_true if status else kind.when_false,
        "message": message,
    }
    before = find(conditions, kind)
    if before is not None and all(before.get(name, "") == value for name, value in entry.items()):
        return list(conditions)
    entry["lastTransitionTime"] = timestamp(now)
    if before is None:
        return [*conditions, entry]
    return [entry if existing is before else existing for existing in conditions]


def without(conditions: Conditions, kind: ConditionType) -> list[Mapping[str, Any]]:
    """The conditions without the entry of this type."""
    return [entry for entry in conditions if entry.get("type") != kind.type]


def first_false_message(conditions: Conditions, kinds: Iterable[ConditionType]) -> str:
    """The message of the first of these conditions that is False, or empty."""
    for kind in kinds:
        entry = find(conditions, kind)
        if entry is not None and entry.get("status") == "False":
            return str(entry.get("message") or entry.get("reason"))
    return ""


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with whole seconds, as Kubernetes writes `metav1.Time`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
