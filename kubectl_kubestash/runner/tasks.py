"""From a parsed command line to the task that it names, with all that the task works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..api.resources import ObjectKey
from ..errors import KubeStashError, UsageError
from ..kube import config
from ..kube.client import Client
from . import source
from .backup import Backup, BackupOptions
from .backup_postgres import DEFAULT_WAIT, PostgresDump, PostgresOptions
from .cleanup import KINDS, Cleanup
from .finish import Finish
from .init_repository import InitRepository
from .init_storage import InitStorage
from .opening import Toolbox
from .process import Supervisor
from .redact import Redactor
from .report import Narrator, leave_cause, reason_of
from .restore import Restore, RestoreOptions
from .restore_postgres import PostgresTarget
from .surroundings import Surroundings
from .trigger_backup import TriggerBackup
from .workspace import Workspace

if TYPE_CHECKING:
    import argparse
    import threading


class Task(Protocol):
    """Something to run."""

    def run(self) -> bool:
        """Whether it succeeded."""
        ...


DEFAULT_PATHS = "/kubestash-data"
_LEARN_FROM_REFUSALS = {"init-storage", "cleanup"}
"""Tasks that look into namespaces where they may have no rights. All others have had theirs before
they were started."""


def run(options: argparse.Namespace, stop: threading.Event) -> bool:
    """Run the task; whether it succeeded. Raises KubeStashError for what it cannot start."""
    surroundings = Surroundings.read()
    redactor = Redactor()
    narrate = Narrator(redactor)
    client = Client(
        config.load(),
        field_manager="kubestash-runner",
        awaits_rights=options.task not in _LEARN_FROM_REFUSALS,
    )
    try:
        if options.task == "trigger-backup":
            return TriggerBackup(
                client,
                options.invoker_kind,
                ObjectKey(options.namespace, options.invoker_name),
                options.session_name,
                surroundings.job,
                narrate,
            ).run()
        with Workspace(options.scratch_dir) as workspace:
            toolbox = Toolbox(
                client,
                surroundings,
                Supervisor(redactor, stop),
                workspace,
                enable_cache=_is_true(getattr(options, "enable_cache", "")),
            )
            return _task(options, toolbox, narrate).run()
    except KubeStashError as error:
        # Whatever is raised here is printed by the caller, which knows no secrets.
        error.message = redactor.text(error.message)
        error.hints = tuple(redactor.text(hint) for hint in error.hints)
        leave_cause(surroundings, reason_of(error))
        raise
    finally:
        client.close()


def _task(options: argparse.Namespace, toolbox: Toolbox, narrate: Narrator) -> Task:
    """The task that is named. Raises UsageError."""
    namespace = options.namespace
    task: Task
    match options.task:
        case "backup":
            paths = source.normal_paths(options.paths or DEFAULT_PATHS)
            left_out = source.excludes(paths, options.exclude)
            key = ObjectKey(namespace, options.backupsession)
            task = Backup(toolbox, BackupOptions(key, paths, left_out), narrate=narrate)
        case "restore":
            task = Restore(toolbox, _restore_options(options), narrate)
        case "backup-postgres":
            asked = _postgres_options(options, ObjectKey(namespace, options.backupsession))
            dump = PostgresDump(toolbox, asked, narrate)
            task = Backup(toolbox, BackupOptions(asked.key), narrate=narrate, content=dump)
        case "restore-postgres":
            asked = _postgres_options(options, ObjectKey(namespace, options.restoresession))
            target = PostgresTarget(toolbox, asked, options.snapshot, narrate)
            meant = RestoreOptions(asked.key, options.snapshot)
            task = Restore(toolbox, meant, narrate, destination=target)
        case "finish":
            task = Finish(toolbox, ObjectKey(namespace, options.backupsession), narrate)
        case "init-storage":
            task = InitStorage(toolbox, ObjectKey(namespace, options.backupstorage), narrate)
        case "init-repository":
            task = InitRepository(toolbox, ObjectKey(namespace, options.repository), narrate)
        case _:
            if options.kind not in KINDS:
                raise UsageError(
                    f"--kind is {options.kind!r}, it must be one of {', '.join(KINDS)}."
                )
            task = Cleanup(toolbox, options.kind, ObjectKey(namespace, options.name), narrate)
    return task


def _restore_options(options: argparse.Namespace) -> RestoreOptions:
    includes, excludes = source.split_list(options.include), source.split_list(options.exclude)
    if includes and excludes:
        raise UsageError("--include and --exclude cannot be used together.")
    return RestoreOptions(
        ObjectKey(options.namespace, options.restoresession),
        options.snapshot,
        includes,
        excludes,
        options.scratch_dir,
    )


def _postgres_options(options: argparse.Namespace, key: ObjectKey) -> PostgresOptions:
    text = options.wait_timeout
    if text and not text.isdigit():
        raise UsageError(f"--wait-timeout is {text!r}, it must be a number of seconds.")
    return PostgresOptions(
        key,
        arguments=options.pg_args,
        user=options.user,
        wait=float(text) if text else DEFAULT_WAIT,
        command=getattr(options, "backup_cmd", ""),
    )


def _is_true(text: str) -> bool:
    """Whether a flag from a Function's template says yes; an empty one says no."""
    if text.lower() not in {"", "true", "false"}:
        raise UsageError(f"--enable-cache is {text!r}, it must be true or false.")
    return text.lower() == "true"
