"""The commands, by name, and the one place where a run begins and ends."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

import typer
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.main import get_command

from ..errors import KubeStashError
from . import diagnostics, output
from .exit_codes import ExitCode, of_error
from .frame import PROGRAM, Command, Entry, LazyGroup
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

LOOK, BACKUP, AUTHOR, OPERATE = "Look", "Back up and restore", "Set up", "Operate"

ENTRIES = (
    Entry("get", "List KubeStash objects", LOOK),
    Entry("describe", "Show one object, and what happened to it", LOOK),
    Entry("backup", "Start backups, follow them, read their logs", BACKUP),
    Entry("restore", "Restore from a snapshot", BACKUP),
    Entry("trigger", "Start a backup now (the name upstream gives 'backup now')", BACKUP),
    Entry("create", "Create storages, encryption Secrets, configurations, policies", AUTHOR),
    Entry("addon", "List addons, explain their tasks, resolve them to Jobs", AUTHOR),
    Entry("install", "Install kinds, addons and roles in the cluster", OPERATE),
    Entry("uninstall", "Remove what install made; data stays", OPERATE, "install"),
    Entry("controller", "Run the operator on this machine", OPERATE),
    Entry("version", "Show the versions of client, server and operator", OPERATE),
    Entry("completion", "Let the shell complete names", OPERATE),
    Entry("options", "List the flags that every command takes", OPERATE),
)


class Root(LazyGroup):
    """`kubectl kubestash`."""

    entries = ENTRIES


def application() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        cls=Root, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )

    @app.callback(no_args_is_help=True)
    def root() -> None:
        """Back up and restore what runs on Kubernetes.

        Examples:
        # back up now what the configuration "files" describes, and watch it
        kubectl kubestash backup now files -n demo --follow

        # what happened to the last backup?
        kubectl kubestash describe session @latest -n demo

        # put the newest snapshot of a repository back
        kubectl kubestash restore now --repo s3-repo --snapshot @latest -n demo
        """

    return app


def run(arguments: Sequence[str], settings: Settings | None = None) -> int:
    """Run one command line. Returns its exit code; all errors are on stderr by then."""
    settings = settings or Settings()
    sys.excepthook = _crash_hook(settings)
    try:
        settings.read_environment()
        code = get_command(application()).main(
            list(arguments), prog_name=PROGRAM, standalone_mode=False, obj=settings
        )
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone, and Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE
    except (NoArgsIsHelpError, UsageError) as error:
        return _usage_error(error)
    except KubeStashError as error:
        diagnostics.report(error, as_json=settings.json_errors)
        if settings.verbosity >= 9:
            traceback.print_exception(error)
        return of_error(error)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    return code if isinstance(code, int) else ExitCode.OK


def _usage_error(error: UsageError) -> int:
    if isinstance(error, NoArgsIsHelpError):
        output.line(error.format_message())
        return ExitCode.OK
    path = error.ctx.command_path if error.ctx else PROGRAM
    usage = (
        error.ctx.command.usage(path)
        if error.ctx and isinstance(error.ctx.command, Command)
        else ""
    )
    diagnostics.usage_error(error.format_message().rstrip("."), usage, path)
    return ExitCode.USAGE


def _crash_hook(settings: Settings) -> Callable[..., None]:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if settings.verbosity >= 9 or os.environ.get("KUBESTASH_DEBUG"):
            sys.__excepthook__(kind, error, trace)
            return
        diagnostics.line(f"error: this is a bug: {kind.__name__}: {error}")
        diagnostics.line("hint: -v 9 shows where it happened; please report it")

    return hook
