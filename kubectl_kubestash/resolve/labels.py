"""Which labels, annotations and finalizer do objects carry?

The keys are KubeStash's own. On a BackupSession, `invoker-name` holds the name of its
BackupConfiguration; on the Jobs, Pods and RoleBindings of a session it holds the session's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .names import unique

if TYPE_CHECKING:
    from ..api.resources import ObjectKey

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "kubestash.com"
COMPONENT = "app.kubernetes.io/component"
INVOKER_KIND = "kubestash.com/invoker-kind"
INVOKER_NAME = "kubestash.com/invoker-name"
INVOKER_NAMESPACE = "kubestash.com/invoker-namespace"
SESSION_NAME = "kubestash.com/session-name"
REPOSITORY_NAME = "kubestash.com/repo-name"
APP_KIND = "kubestash.com/app-ref-kind"
APP_NAMESPACE = "kubestash.com/app-ref-namespace"
APP_NAME = "kubestash.com/app-ref-name"

GRANTED_FROM = "kubestash.com/granted-from"
"""On rights that a Job has in another namespace: the Job's own namespace."""

FINALIZER = "kubestash.com/cleanup"

REPOSITORIES = "kubestash.com/repositories"
"""Annotation of a Job: `namespace/name` of each Repository it writes to, joined by commas."""

FORGOTTEN_BY = "kubestash.com/forgotten-by"
"""Annotation of a Snapshot: the BackupSession whose retention is about to remove it."""

OWNER_UID = "kubestash.com/owner-uid"
"""Annotation of a Job or Snapshot: uid of what it was made for, which tells it from a namesake."""

TAKEN_OVER = "kubestash.com/taken-over-from"
"""Annotation of a Repository's record in a backend: uid of the namesake that the directory was of.
It is there until the first backup by the Repository of the record."""

INPUTS = "kubestash.com/inputs"
"""Annotation of a Job: hash of what it was made from. Another hash means another Job is due."""

UNSUPPORTED_TASKS = "kubestash.com/unsupported-tasks"
"""Annotation of an Addon: the tasks that this version cannot run yet, joined by commas. It is for
people; what counts is the Function of the task."""

STEPS = "kubestash.com/steps"
"""Annotation of an Addon: tasks, joined by commas, that are the steps of one piece of work, so that
a session may name several of them although they work on the same component."""

UNSUPPORTED_COMMAND = "kubestash.com/unsupported-command"
"""Annotation of a Function: the sub-command of our image that it needs and this version lacks."""

BACKUP = "kubestash-backup"
RESTORE = "kubestash-restore"
INITIALIZER = "kubestash-initializer"
CLEANER = "kubestash-cleaner"
FINISHER = "kubestash-retention-policy"

OURS = f"{MANAGED_BY}={MANAGER}"
"""Label selector of everything that the operator makes."""


def of_run(kind: str, key: ObjectKey, component: str, *, session: str = "") -> dict[str, str]:
    """Labels of what a BackupSession, RestoreSession, BackupStorage, Repository or Snapshot makes.

    `kind` is the kind of the object at `key`, `component` one of the values above.
    """
    labels = {
        MANAGED_BY: MANAGER,
        COMPONENT: component,
        INVOKER_KIND: kind,
        INVOKER_NAME: unique(key.name),
        INVOKER_NAMESPACE: key.namespace,
    }
    if session:
        labels[SESSION_NAME] = unique(session)
    return labels


def of_snapshot(repository: str, app_kind: str, app: ObjectKey) -> dict[str, str]:
    """Labels of a Snapshot."""
    return {
        APP_KIND: unique(app_kind),
        APP_NAMESPACE: app.namespace,
        APP_NAME: unique(app.name),
        REPOSITORY_NAME: unique(repository),
    }


def selector(labels: dict[str, str]) -> str:
    """The label selector that finds objects with these labels."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
