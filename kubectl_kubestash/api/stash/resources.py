"""Where Stash's kinds live in the Kubernetes API. Plain data, no pydantic."""

from __future__ import annotations

from ..resources import Resource

GROUP = "stash.appscode.com"
_NEW = "v1beta1"

REPOSITORY = Resource(GROUP, "v1alpha1", "Repository", "repositories")
BACKUP_CONFIGURATION = Resource(GROUP, _NEW, "BackupConfiguration", "backupconfigurations")
RESTORE_SESSION = Resource(GROUP, _NEW, "RestoreSession", "restoresessions")
BACKUP_BLUEPRINT = Resource(GROUP, _NEW, "BackupBlueprint", "backupblueprints", False)
FUNCTION = Resource(GROUP, _NEW, "Function", "functions", False)
TASK = Resource(GROUP, _NEW, "Task", "tasks", False)
