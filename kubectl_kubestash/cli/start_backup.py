"""Starting a backup: ask whether it may run, create it, say what was created."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from ..api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION, ObjectKey
from ..errors import AlreadyExists, NotFound
from . import diagnostics, lookup, output
from .exit_codes import ExitCode
from .output import NAME, TABLE, Format

if TYPE_CHECKING:
    from ..kube.client import Object
    from ..resolve.trigger import TriggerInputs
    from .settings import Settings

_NAME_TRIES = 5
"""Seconds to go ahead when a run of this second is there already: its name ends in the time."""


@dataclass(frozen=True)
class Order:
    """What the user asked for."""

    names: tuple[str, ...]
    sessions: tuple[str, ...] = ()
    all_sessions: bool = False
    force: bool = False
    reason: str = ""
    dry_run: str = ""
    form: Format = TABLE
    wait: bool = False
    follow: bool = False
    timeout: float | None = None
    namespace: str = ""
    """Where the configurations are; empty for the namespace of the settings."""


def start(settings: Settings, order: Order) -> None:
    """Create the BackupSessions, all or none as far as we can tell, and wait when asked to."""
    settings.json_errors = order.form.name == "json"
    inputs = [_inputs(settings, order, name) for name in order.names]
    now = datetime.now(UTC)
    planned = [(one, body) for one in inputs for body in _manifests(settings, order, one, now)]
    _say_which(settings, order, [body for _, body in planned])
    _say_what_is_skipped(inputs)
    if order.dry_run == "client":
        output.documents([body for _, body in planned], order.form)
        return
    created = [_create(settings, order, one, body, now) for one, body in planned]
    if order.dry_run or not order.wait:
        _print_created(order, created)
        return
    _wait(settings, order, created)


def create(settings: Settings, order: Order) -> list[Object]:
    """Create the BackupSessions without a word. Raises what `start` would refuse with."""
    now = datetime.now(UTC)
    inputs = [_inputs(settings, order, name) for name in order.names]
    planned = [(one, body) for one in inputs for body in _manifests(settings, order, one, now)]
    return [_create(settings, order, one, body, now) for one, body in planned]


def _inputs(settings: Settings, order: Order, name: str) -> TriggerInputs:
    from ..api.core.backup_configuration import BackupConfiguration  # noqa: PLC0415 - pydantic
    from ..api.core.backup_session import BackupSession  # noqa: PLC0415 - pydantic
    from ..gather.reader import every, find  # noqa: PLC0415 - pydantic
    from ..resolve.trigger import TriggerInputs  # noqa: PLC0415 - pydantic

    client, namespace = settings.client, order.namespace or settings.namespace
    key = lookup.key(client, BACKUP_CONFIGURATION, namespace, name)
    configuration = find(client, BackupConfiguration, key)
    if configuration is None:
        raise NotFound(f"BackupConfiguration {key} was deleted just now")
    return TriggerInputs(
        configuration=configuration,
        running=every(client, BackupSession, namespace),
        sessions=order.sessions,
        force=order.force,
    )


def _manifests(
    settings: Settings, order: Order, inputs: TriggerInputs, now: datetime
) -> list[Object]:
    from ..resolve.trigger import trigger  # noqa: PLC0415 - pydantic

    login = settings.client.login
    who = settings.as_user or login.user or os.environ.get("USER", "")
    by = f"{who}@{platform.node()}" if who else platform.node()
    try:
        return trigger(inputs, now=now, requested_by=by, reason=order.reason)
    except NotFound as error:
        # It was us who looked, not the server.
        raise NotFound(error.message, *error.hints, reason=error.reason) from None


def _say_which(settings: Settings, order: Order, bodies: list[Object]) -> None:
    if order.sessions or order.all_sessions or len(bodies) < 2:
        return
    names = ", ".join(body["spec"]["session"] for body in bodies)
    diagnostics.note(f"no session was named, so all are run: {names}", quiet=settings.quiet)


def _say_what_is_skipped(inputs: list[TriggerInputs]) -> None:
    """Only --force comes so far while the same session runs."""
    for one in inputs:
        key, wanted = one.configuration.key, one.sessions
        for run in one.running:
            is_ours = run.invoker_key == key and (not wanted or run.spec.session in wanted)
            if is_ours and not run.status.phase.is_final:
                diagnostics.warn(
                    f"session {run.spec.session} of {key} runs already as {run.key.name}: the "
                    "operator will skip a second run"
                )


def _create(
    settings: Settings, order: Order, inputs: TriggerInputs, body: Object, now: datetime
) -> Object:
    for ahead in range(1, _NAME_TRIES + 1):
        try:
            return settings.client.create(BACKUP_SESSION, body, dry_run=order.dry_run == "server")
        except AlreadyExists:
            later = _manifests(settings, order, inputs, now + timedelta(seconds=ahead))
            session = body["spec"]["session"]
            body = next(again for again in later if again["spec"]["session"] == session)
    return settings.client.create(BACKUP_SESSION, body, dry_run=order.dry_run == "server")


def _print_created(order: Order, created: list[Object]) -> None:
    if order.form.name:
        output.documents(created, order.form)
        return
    suffix = " (server dry run)" if order.dry_run else ""
    for item in created:
        output.line(f"{output.reference(item)} created{suffix}")


def _wait(settings: Settings, order: Order, created: list[Object]) -> None:
    from .follow import Run, wait  # noqa: PLC0415 - only those who wait load the views

    if order.form.name:
        output.documents(created, order.form)
    else:
        for item in created:
            diagnostics.note(f"{output.reference(item)} created", quiet=settings.quiet)
    keys = [ObjectKey(item["metadata"]["namespace"], item["metadata"]["name"]) for item in created]
    runs = [Run(BACKUP_SESSION, key) for key in keys]
    code = wait(settings, runs, steps=order.follow, timeout=order.timeout)
    if code == ExitCode.OK and not order.form.name and not sys.stdout.isatty():
        # A script that reads us wants the names; a person has just seen them.
        output.documents(created, NAME)
    raise typer.Exit(int(code))
