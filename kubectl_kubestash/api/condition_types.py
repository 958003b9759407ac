"""Which conditions may an object have, with which reasons? Plain data, for the reference pages.

Types and reasons are KubeStash's own, so that scripts that wait for one work here as well. The
order is the order in which they appear.
"""

from __future__ import annotations

from typing import NamedTuple

from .resources import (
    BACKUP_BATCH,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    BACKUP_VERIFICATION_SESSION,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    Resource,
)


class ConditionText(NamedTuple):
    """A condition in words. An empty reason means that the condition never has that status."""

    type: str
    when_true: str
    when_false: str
    meaning: str


_VALIDATED = ConditionText(
    "ValidationPassed",
    "ResourceValidationPassed",
    "ResourceValidationFailed",
    "The object contradicts neither itself nor what it refers to, and asks for nothing that is not "
    "supported yet. While it is False nothing is run.",
)
_METRICS = ConditionText(
    "MetricsPushed",
    "SuccessfullyPushedMetrics",
    "FailedToPushMetrics",
    "The last step is done; the phase does not change any more.",
)
_SCHEDULED = ConditionText(
    "SchedulerEnsured",
    "SchedulerEnsured",
    "SchedulerNotEnsured",
    "Of each session: the CronJob that triggers it is there.",
)
_LEFT_OUT = ConditionText(
    "VolumesLeftOut",
    "NotInTheBackup",
    "NothingLeftOut",
    "Some of the application's volumes are not in the backup; the message names them. Ours; "
    "upstream has no such condition.",
)
_INITIAL_BACKUP = ConditionText(
    "InitialBackupTriggered",
    "SuccessfullyTriggeredInitialBackup",
    "FailedToTriggerInitialBackup",
    "Of each session: its first run was started without waiting for the schedule.",
)

CONDITIONS: dict[Resource, tuple[ConditionText, ...]] = {
    BACKUP_STORAGE: (
        ConditionText(
            "BackendSecretFound",
            "BackendSecretAvailable",
            "BackendSecretNotAvailable",
            "The Secret with the credentials is there. Missing when none is named.",
        ),
        ConditionText(
            "BackendInitialized",
            "BackendInitializationSucceeded",
            "BackendInitializationFailed",
            "A Job has reached the backend and prepared it.",
        ),
    ),
    REPOSITORY: (
        ConditionText(
            "RepositoryInitialized",
            "RepositoryInitializationSucceeded",
            "RepositoryInitializationFailed",
            "The directory in the backend is there and belongs to this Repository.",
        ),
    ),
    SNAPSHOT: (
        _LEFT_OUT,
        ConditionText(
            "RecentSnapshotListUpdated",
            "SuccessfullyUpdatedRecentSnapshotList",
            "FailedToUpdateRecentSnapshotList",
            "The Repository lists the Snapshot in `status.recentSnapshots`.",
        ),
        ConditionText(
            "BackupIncomplete",
            "BackupExecutorTerminatedBeforeCompletion",
            "",
            "The Job ended before all components were reported; the message says why.",
        ),
        ConditionText(
            "SnapshotMetadataUploaded",
            "SuccessfullyUploadedSnapshotMetadata",
            "FailedToUploadSnapshotMetadata",
            "The record of the Snapshot is in the backend, beside the data.",
        ),
    ),
    BACKUP_CONFIGURATION: (_VALIDATED, _SCHEDULED, _INITIAL_BACKUP),
    BACKUP_BATCH: (_VALIDATED, _SCHEDULED, _INITIAL_BACKUP),
    BACKUP_SESSION: (
        ConditionText(
            "BackupSkipped",
            "PreRequisitesNotSatisfied",
            "",
            "The run did not start, because the same session is still running.",
        ),
        ConditionText(
            "SnapshotsEnsured",
            "SuccessfullyEnsuredSnapshots",
            "FailedToEnsureSnapshots",
            "There is a Snapshot for each Repository.",
        ),
        ConditionText(
            "PreBackupHooksExecutionSucceeded",
            "SuccessfullyExecutedPreBackupHooks",
            "FailedToExecutePreBackupHooks",
            "The hooks before the backup have run. Missing when there are none.",
        ),
        ConditionText(
            "BackupExecutorEnsured",
            "SuccessfullyEnsuredBackupExecutor",
            "FailedToEnsureBackupExecutor",
            "The Job that moves the data was made.",
        ),
        _LEFT_OUT,
        ConditionText(
            "PodHasBeenInPendingStateForLongerThanExpected",
            "PodHasBeenInPendingStateForLongerThanExpected",
            "PodHasStarted",
            "The Job's pod does not start; the message names the cause.",
        ),
        ConditionText(
            "RetentionPolicyExecutorEnsured",
            "SuccessfullyEnsuredRetentionPolicyExecutor",
            "FailedToEnsureRetentionPolicyExecutor",
            "The Job that uploads the records and removes old Snapshots was made.",
        ),
        ConditionText(
            "SnapshotCleanupIncomplete",
            "SnapshotCleanupTerminatedBeforeCompletion",
            "SnapshotCleanupStartedAgain",
            "That Job ended before it was done.",
        ),
        ConditionText(
            "PostBackupHooksExecutionSucceeded",
            "SuccessfullyExecutedPostBackupHooks",
            "FailedToExecutePostBackupHooks",
            "The hooks after the backup have run. Missing when there are none.",
        ),
        ConditionText(
            "SessionHistoryCleaned",
            "SuccessfullyCleanedSessionHistory",
            "FailedToCleanSessionHistory",
            "Runs beyond `sessionHistoryLimit` were removed with their Jobs.",
        ),
        _METRICS,
    ),
    RESTORE_SESSION: (
        _VALIDATED,
        ConditionText(
            "RestoreTargetFound",
            "RestoreTargetAvailable",
            "UnableToCheckTargetAvailability",
            "What is restored to is there.",
        ),
        ConditionText(
            "PreRestoreHooksExecutionSucceeded",
            "SuccessfullyExecutedPreRestoreHooks",
            "FailedToExecutePreRestoreHooks",
            "The hooks before the restore have run. Missing when there are none.",
        ),
        ConditionText(
            "RestoreExecutorEnsured",
            "SuccessfullyEnsuredRestoreExecutor",
            "FailedToEnsureRestoreExecutor",
            "The Job that moves the data was made.",
        ),
        ConditionText(
            "RestoreIncomplete",
            "RestoreExecutorTerminatedBeforeCompletion",
            "",
            "The Job ended before all components were reported; the message says why.",
        ),
        ConditionText(
            "PostRestoreHooksExecutionSucceeded",
            "SuccessfullyExecutedPostRestoreHooks",
            "FailedToExecutePostRestoreHooks",
            "The hooks after the restore have run. Missing when there are none.",
        ),
        _METRICS,
    ),
    BACKUP_VERIFICATION_SESSION: (
        ConditionText(
            "BackupVerificationSkipped",
            "SnapshotAlreadyVerified",
            "",
            "There was nothing to do: the Snapshot was checked before.",
        ),
        ConditionText(
            "RestoreSucceeded",
            "SuccessfullyRestoredBackup",
            "FailedToRestoreBackup",
            "The backup was restored to the verifier's target.",
        ),
        ConditionText(
            "VerificationExecutorEnsured",
            "SuccessfullyEnsuredVerificationExecutor",
            "FailedToEnsureVerificationExecutor",
            "The Job that checks what was restored was made.",
        ),
        ConditionText(
            "BackupVerified",
            "SuccessfullyVerifiedBackup",
            "FailedToVerifyBackup",
            "What was restored is what it should be.",
        ),
        ConditionText(
            "VerificationSessionHistoryCleaned",
            "SuccessfullyCleanedVerificationSessionHistory",
            "FailedToCleanVerificationSessionHistory",
            "Checks beyond `sessionHistoryLimit` were removed; the last step.",
        ),
    ),
}
"""The conditions of each kind that has any, in their order."""
