"""The first backup of a configuration: the operator starts it, so it has to be waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import typer

from ..api.core.backup_configuration import BackupConfiguration
from ..api.resources import BACKUP_CONFIGURATION, BACKUP_SESSION
from ..errors import Forbidden, NotFound, Refused
from ..resolve.trigger import why_not_ready
from ..views.fields import at, name_of, namespace_of, text
from . import diagnostics, lookup
from .exit_codes import ExitCode
from .help_page import PROGRAM
from .running_operator import running_operator

if TYPE_CHECKING:
    from ..kube.client import Client, Object
    from .settings import Settings

_PAUSE = 0.5
_PATIENCE = 120.0
"""Seconds to wait for a first run to appear when no other limit was given."""
_CALM = 5.0
"""Seconds in which nothing needs to be Ready yet, because it has only just been created."""


def find(settings: Settings, word: str, *, timeout: float | None) -> Object:
    """The BackupSession that is meant; `@latest` waits for the first one of a new configuration.

    `timeout` is in seconds. Raises NotFound when no run is there and none is to be expected, and
    Refused when the configuration is not valid.
    """
    client, namespace = settings.client, settings.namespace
    began, said = time.monotonic(), ""
    end = began + (_PATIENCE if timeout is None else timeout)
    while True:
        try:
            return lookup.get(client, BACKUP_SESSION, namespace, word)
        except NotFound:
            configuration = _expected(settings, word) if "@" in word else None
            if configuration is None:
                raise
        now, why = time.monotonic(), _why_not(client, configuration)
        if now >= end:
            _give_up(configuration, why)
        news = why if now - began > _CALM else "waiting for the first backup"
        if news not in {"", said}:
            said = news
            diagnostics.note(f"{_named(configuration)}: {news}", quiet=settings.quiet)
        time.sleep(_PAUSE)


def _expected(settings: Settings, word: str) -> Object | None:
    """A configuration that is going to make its first backup."""
    wanted = lookup.parse_latest(word).configuration
    for item in settings.client.list(BACKUP_CONFIGURATION, settings.namespace):
        if wanted in {"", name_of(item)} and not at(item, "spec", "paused"):
            return item
    return None


def _why_not(client: Client, configuration: Object) -> str:
    """Why it has not begun yet; empty when it is Ready. Raises Refused when it never will."""
    phase = text(configuration, "status", "phase")
    if phase == "Ready":
        return ""
    why = why_not_ready(BackupConfiguration.model_validate(configuration))
    if phase == "Invalid":
        raise Refused(f"{_named(configuration)} is Invalid: {why}", _look(configuration))
    if not phase and _is_deserted(client):
        return f"NotReady: no operator is running. Start one: {PROGRAM} controller run"
    return f"NotReady: {why}"


def _is_deserted(client: Client) -> bool:
    """Whether no operator of ours works here. Who may not see the Lease does not know."""
    try:
        return not running_operator(client)
    except Forbidden:
        return False


def _give_up(configuration: Object, why: str) -> None:
    diagnostics.line(f"error: {_named(configuration)} has begun no backup; it is {why or 'Ready'}")
    diagnostics.line(f"hint: {_look(configuration)}")
    raise typer.Exit(int(ExitCode.STILL_RUNNING))


def _look(configuration: Object) -> str:
    name, home = name_of(configuration), namespace_of(configuration)
    return f"{PROGRAM} describe backupconfiguration {name} -n {home}"


def _named(configuration: Object) -> str:
    return f"BackupConfiguration {namespace_of(configuration)}/{name_of(configuration)}"
