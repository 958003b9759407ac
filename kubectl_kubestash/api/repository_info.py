"""A repository that a session backs up to."""

from __future__ import annotations

from .deletion_policy import RepositoryDeletionPolicy
from .meta import KubeModel, ObjectReference


class RepositoryInfo(KubeModel):
    """A Repository that is made for a session, in the namespace of the BackupConfiguration."""

    name: str = ""
    """Name of the Repository."""

    backend: str = ""
    """Name of the backend that holds it; empty means the only one, which has no name."""

    directory: str = ""
    """Where in the backend it is, relative to the prefix of the storage."""

    encryption_secret: ObjectReference | None = None
    """Secret whose key RESTIC_PASSWORD encrypts the data. Whoever loses it loses the backups."""

    backup_verifier: ObjectReference | None = None
    """BackupVerifier that checks the backups in this repository."""

    deletion_policy: RepositoryDeletionPolicy | None = None
    """What becomes of the Repository when the BackupConfiguration is deleted: `Delete` removes the
    object and keeps the data, `WipeOut` erases the data as well, `Retain` keeps both."""
