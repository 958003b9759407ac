"""Waiting for runs to end, and showing how far they are.

Nothing here changes the run: whoever stops watching loses nothing, and the exit code says how it
ended. On a terminal the steps are redrawn in place; elsewhere each change is one line.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import BACKUP_SESSION, SNAPSHOT, ObjectKey
from ..errors import NotFound, Unreachable
from ..resolve.durations import age
from ..views import backup_session, restore_session
from ..views.cells import one_line
from ..views.fields import items, text
from ..views.run import is_final, phase
from . import diagnostics, exit_codes, style
from .exit_codes import ExitCode
from .follow_display import Log, Screen
from .help_page import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..api.resources import Resource
    from ..kube.client import Client
    from ..views.section import Step
    from .settings import Settings

_UNSEEN_LIMIT = 30.0
"""Seconds after which a run that no operator has touched is worth a word."""
_SILENCE_LIMIT = 120.0
"""Seconds without an answer of the API server after which we give up."""


class Seen(NamedTuple):
    """A run as it is now."""

    phase: str
    is_final: bool
    is_touched: bool
    """Whether an operator has written any status."""

    steps: list[Step]
    result: str
    stuck: str = ""


class Run(NamedTuple):
    """A BackupSession or a RestoreSession to wait for."""

    resource: Resource
    key: ObjectKey

    @property
    def look_closer(self) -> str:
        """How to find out what happened."""
        return (
            f"{PROGRAM} describe {self.resource.singular} {self.key.name} -n {self.key.namespace}"
        )

    @property
    def command(self) -> str:
        """How to look again."""
        verb = "backup" if self.resource == BACKUP_SESSION else "restore"
        return f"{PROGRAM} {verb} wait {self.key.name} -n {self.key.namespace}"


def read(client: Client, run: Run) -> Seen:
    """The run as it is now. Raises NotFound when it was deleted."""
    session = client.get(run.resource, run.key)
    now, touched = datetime.now(UTC), bool(session.get("status"))
    if run.resource != BACKUP_SESSION:
        return Seen(
            phase(session),
            is_final(session),
            touched,
            restore_session.steps(session),
            restore_session.result_line(session, now),
        )
    keys = [
        ObjectKey(run.key.namespace, text(entry, "name"))
        for entry in items(session, "status", "snapshots")
    ]
    found = [client.find(SNAPSHOT, key) for key in keys]
    snapshots = [snapshot for snapshot in found if snapshot is not None]
    return Seen(
        phase(session),
        is_final(session),
        touched,
        backup_session.steps(session, snapshots),
        backup_session.result_line(session, snapshots, now),
        backup_session.stuck(session),
    )


def wait(
    settings: Settings, runs: Sequence[Run], *, steps: bool = False, timeout: float | None = None
) -> ExitCode:
    """Wait until all have ended; the code says how. `timeout` is in seconds, None for no limit."""
    watch = _Watch(settings, runs, steps=steps)
    try:
        return watch.until_done(timeout)
    except KeyboardInterrupt:
        what = "backup" if runs[0].resource == BACKUP_SESSION else "restore"
        diagnostics.line(f"\nstopped watching; the {what} goes on. See again:")
        for run in runs:
            diagnostics.line(f"  {run.command}")
        return ExitCode.INTERRUPTED


class _Watch:
    def __init__(self, settings: Settings, runs: Sequence[Run], *, steps: bool) -> None:
        self.settings = settings
        self.runs = runs
        self.look = style.of_stderr(settings)
        self.display: Screen | Log | None = None
        can_draw = settings.draws(terminal=sys.stderr.isatty())
        if steps and not settings.quiet:
            self.display = Screen(self.look) if can_draw else Log(self.look)
        self.seen: dict[Run, Seen] = {}
        self.started = time.monotonic()
        self.warned = False

    def until_done(self, timeout: float | None) -> ExitCode:
        end = None if timeout is None else self.started + timeout
        while True:
            self._look()
            has_ended = all(seen.is_final for seen in self.seen.values())
            if self.display:
                self.display.show([(run, self.seen[run]) for run in self.runs], is_last=has_ended)
            if has_ended:
                return self._finish()
            if end is not None and time.monotonic() >= end:
                return self._give_up(timeout or 0)
            self._warn()
            time.sleep(self._pause(end))

    def _look(self) -> None:
        for run in self.runs:
            seen = self.seen.get(run)
            if seen is None or not seen.is_final:
                self.seen[run] = self._read(run)

    def _read(self, run: Run) -> Seen:
        silent_since = time.monotonic()
        while True:
            try:
                return read(self.settings.client, run)
            except Unreachable:
                if time.monotonic() - silent_since > _SILENCE_LIMIT:
                    raise
                time.sleep(1)
            except NotFound as error:
                if run not in self.seen:
                    raise
                message = f"{run.resource.singular} {run.key} was deleted while it was watched"
                raise NotFound(message, code=0, reason=error.reason) from None

    def _pause(self, end: float | None) -> float:
        now = time.monotonic()
        pause = 0.3 if now - self.started < 30 else 1.0
        return pause if end is None else max(0.0, min(pause, end - now))

    def _warn(self) -> None:
        if self.warned or time.monotonic() - self.started < _UNSEEN_LIMIT:
            return
        self.warned = True
        if not any(seen.is_touched for seen in self.seen.values()):
            diagnostics.warn(
                "no operator has looked at it yet; is one running? "
                f"On a development cluster: {PROGRAM} controller run"
            )

    def _finish(self) -> ExitCode:
        for run, seen in self.seen.items():
            state = {"Succeeded": "done", "Skipped": "skipped"}.get(seen.phase, "failed")
            result = self.look.phases(self.look.ascii(one_line(seen.result)))
            diagnostics.note(
                f"{self.look.glyph(state)} {result}",
                quiet=self.settings.quiet and seen.phase == "Succeeded",
            )
            if state == "failed":
                diagnostics.line(f"hint: {run.look_closer}")
        return exit_codes.of_phases([seen.phase for seen in self.seen.values()])

    def _give_up(self, timeout: float) -> ExitCode:
        waited = age(timedelta(seconds=timeout))
        for run, seen in self.seen.items():
            if not seen.is_final:
                diagnostics.line(
                    f"error: {run.resource.singular} {run.key} is still {seen.phase} after "
                    f"{waited}; it goes on"
                )
                diagnostics.line(f"hint: {run.command}")
        return exit_codes.of_phases([seen.phase for seen in self.seen.values()])
