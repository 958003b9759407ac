"""Every error a user can meet.

* KubeStashError
  + UsageError              the request itself cannot be right
  + Refused                 right, but not now: paused, not ready, guarded, answered no
  + Unsupported             a field or value that this version does not honour
  + SubstitutionError       a template names a variable that nobody sets
  + ClusterError            the API server said no, or said nothing
    - NotFound
    - AlreadyExists
    - Conflict              another writer was faster; read again and repeat
    - Gone                  the resourceVersion is too old; list again
    - Invalid               the object breaks its schema or a rule
    - Forbidden             RBAC says no
    - Unauthorized          who are you?
    - Unreachable           no answer
  + ToolError               a program that we ran has failed; has the exit code and its last lines
    - RepositoryMissing     restic exit 10: the only one that may lead to `restic init`
    - RepositoryLocked      restic exit 11
    - WrongPassword         restic exit 12
    - SourceIncomplete      restic exit 3, or a configured path is not in the snapshot
    - Stalled               it lived, but made no progress
    - Interrupted           it was asked to stop, because we were
  + BackendError            the store of the backend's own files said no

A message is one sentence that names the object and the field. A hint is the next command to type.
Which exit code belongs to which error is decided by the command line (`cli/exit_codes.py`).
"""


class KubeStashError(Exception):
    """Base of all of the above. Anything else that escapes is a bug."""

    def __init__(self, message: str, *hints: str) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints


class UsageError(KubeStashError):
    """The request itself cannot be right."""


class Refused(KubeStashError):
    """The request is right, but must not be carried out now."""


class Unsupported(KubeStashError):
    """A field or value that this version does not honour; nothing was run."""


class SubstitutionError(KubeStashError):
    """A template names a variable that nobody sets, or is not well formed."""


class ClusterError(KubeStashError):
    """The API server said no. `code` is the HTTP status, 0 when there was no answer."""

    def __init__(self, message: str, *hints: str, code: int = 0, reason: str = "") -> None:
        super().__init__(message, *hints)
        self.code = code
        self.reason = reason


class NotFound(ClusterError):
    """The object, its namespace, or its kind is not there."""


class AlreadyExists(ClusterError):
    """An object of that name is there already."""


class Conflict(ClusterError):
    """Another writer was faster: read the object again and repeat."""


class Gone(ClusterError):
    """The resourceVersion is too old to continue from: list again."""


class Invalid(ClusterError):
    """The object breaks its schema, or a rule of the API server."""


class Forbidden(ClusterError):
    """The user is known, but may not do this."""


class Unauthorized(ClusterError):
    """The API server does not know the user."""


class Unreachable(ClusterError):
    """No answer: refused, timed out, or cut short."""


class ToolError(KubeStashError):
    """A program that we ran has failed.

    `exit_code` is the program's own; negative values are the signal that ended it.
    `last_lines` are the last lines that it printed to stderr, redacted.
    """

    def __init__(self, message: str, *hints: str, exit_code: int, last_lines: str = "") -> None:
        super().__init__(message, *hints)
        self.exit_code = exit_code
        self.last_lines = last_lines


class RepositoryMissing(ToolError):
    """There is no restic repository at this place."""


class RepositoryLocked(ToolError):
    """The restic repository is locked."""


class WrongPassword(ToolError):
    """No key of the restic repository fits the password."""


class SourceIncomplete(ToolError):
    """Some of the source could not be read, so the snapshot is not whole."""


class Stalled(ToolError):
    """The program made no progress for too long and was ended."""


class Interrupted(ToolError):
    """The program was asked to stop, because whoever runs us asked us to."""


class BackendError(KubeStashError):
    """The store of the backend's own files could not be read or written."""
