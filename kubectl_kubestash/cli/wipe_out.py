"""`uninstall --wipe-out-data`: all backups are erased, by the operator."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..api.resources import BACKUP_STORAGE
from ..errors import Refused
from ..kube.store import key_of
from . import diagnostics, output
from .help_page import PROGRAM
from .removal import there
from .running_operator import running_operator

if TYPE_CHECKING:
    from ..kube.client import Client
    from .settings import Settings

_WITHIN = 900.0


def wipe_out(settings: Settings, *, dry_run: bool) -> None:
    """Delete every BackupStorage with its data, after its name was typed, and wait for the end.

    Raises Refused when no operator runs, the name is another, or it takes too long.
    """
    client = settings.client
    storages = there(client, BACKUP_STORAGE)
    if not storages:
        diagnostics.note("there is no BackupStorage, so there is nothing to erase")
        return
    if not running_operator(client):
        raise Refused(
            "an operator has to erase the data, and none is running",
            f"{PROGRAM} install --operator, or {PROGRAM} controller run",
        )
    names = ", ".join(str(key_of(storage)) for storage in storages)
    if dry_run:
        output.line(f"all backups in {names} would be erased")
        return
    number = "one storage" if len(storages) == 1 else f"{len(storages)} storages"
    context = client.login.context or client.login.server
    settings.confirm_by_name(f"This erases ALL BACKUPS in {number}: {names}.", context)
    for storage in storages:
        key, uid = key_of(storage), storage["metadata"]["uid"]
        client.patch(BACKUP_STORAGE, key, {"spec": {"deletionPolicy": "WipeOut"}})
        client.delete(BACKUP_STORAGE, key, uid=uid)
        output.line(f"{output.reference(storage)} is being erased")
    _wait_until_gone(client)
    diagnostics.note(f"erased. Now the rest: {PROGRAM} uninstall --purge")


def _wait_until_gone(client: Client) -> None:
    end = time.monotonic() + _WITHIN
    while left := there(client, BACKUP_STORAGE):
        if time.monotonic() > end:
            raise Refused(
                f"BackupStorage {key_of(left[0])} is still being erased",
                f"kubectl kubestash describe storage {left[0]['metadata']['name']}",
            )
        time.sleep(1)
