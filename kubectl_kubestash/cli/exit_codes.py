"""What the exit code says. Scripts depend on these numbers: add, never renumber."""

from __future__ import annotations

from enum import IntEnum

from .. import errors


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    FAILURE = 1
    """The API server or something unexpected said no."""
    USAGE = 2
    RUN_FAILED = 3
    """The backup or restore ran, and failed."""
    PARTLY_DONE = 4
    """Some sessions or components failed, others did not."""
    SKIPPED = 5
    """The operator skipped the session."""
    STILL_RUNNING = 6
    """We waited long enough; it still runs."""
    NOT_FOUND = 7
    REFUSED = 8
    """Paused, not ready, already running, guarded, or the prompt was answered no."""
    NOT_ALLOWED = 9
    """Not logged in, or RBAC says no."""
    LOCKED = 11
    INTERRUPTED = 130
    BROKEN_PIPE = 141


MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.FAILURE: "the API server or something unexpected said no",
    ExitCode.USAGE: "wrong usage",
    ExitCode.RUN_FAILED: "the backup or restore ran, and failed",
    ExitCode.PARTLY_DONE: "some sessions or components failed, others did not",
    ExitCode.SKIPPED: "skipped by the operator",
    ExitCode.STILL_RUNNING: "waited long enough; it still runs",
    ExitCode.NOT_FOUND: "there is no such object",
    ExitCode.REFUSED: "refused: paused, not ready, running already, guarded, or answered no",
    ExitCode.NOT_ALLOWED: "not logged in, or RBAC says no",
    ExitCode.LOCKED: "the repository is locked",
    ExitCode.INTERRUPTED: "Ctrl-C; what runs in the cluster goes on",
}
"""What people read about those that mean something to them."""


_BY_ERROR: tuple[tuple[type[errors.KubeStashError], ExitCode], ...] = (
    (errors.UsageError, ExitCode.USAGE),
    (errors.Refused, ExitCode.REFUSED),
    (errors.Unsupported, ExitCode.REFUSED),
    (errors.NotFound, ExitCode.NOT_FOUND),
    (errors.Forbidden, ExitCode.NOT_ALLOWED),
    (errors.Unauthorized, ExitCode.NOT_ALLOWED),
    (errors.RepositoryLocked, ExitCode.LOCKED),
)


def of_error(error: errors.KubeStashError) -> ExitCode:
    """The code that goes with this error."""
    for kind, code in _BY_ERROR:
        if isinstance(error, kind):
            return code
    return ExitCode.FAILURE


PHASES = {
    "Succeeded": ExitCode.OK,
    "Failed": ExitCode.RUN_FAILED,
    "Invalid": ExitCode.RUN_FAILED,
    "Unknown": ExitCode.RUN_FAILED,
    "Skipped": ExitCode.SKIPPED,
}


def of_phases(phases: list[str]) -> ExitCode:
    """The code for sessions that were waited for; a phase that is not final still runs."""
    codes = {PHASES.get(phase, ExitCode.STILL_RUNNING) for phase in phases}
    if len(codes) == 1:
        return codes.pop()
    if ExitCode.STILL_RUNNING in codes:
        return ExitCode.STILL_RUNNING
    if ExitCode.RUN_FAILED in codes:
        return ExitCode.PARTLY_DONE
    return ExitCode.SKIPPED if ExitCode.SKIPPED in codes else ExitCode.OK
