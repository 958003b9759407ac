"""What becomes of the data when the object that stands for it is deleted."""

from __future__ import annotations

from .meta import OpenEnum


class DeletionPolicy(OpenEnum):
    """Of a BackupStorage, Repository or Snapshot."""

    DELETE = "Delete"
    WIPE_OUT = "WipeOut"


class RepositoryDeletionPolicy(OpenEnum):
    """Of a Repository, as asked for by the session that creates it."""

    DELETE = "Delete"
    WIPE_OUT = "WipeOut"
    RETAIN = "Retain"
