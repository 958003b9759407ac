"""The commands, by name, and the one place where a run begins and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.main import get_command

from . import diagnostics, output, upstream_commands
from .exit_codes import ExitCode
from .frame import Command, Entry, LazyGroup
from .help_page import PROGRAM, plain
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer._click import Command as AnyCommand
    from typer._click import Context

_HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
"""How help is asked for, and how wide it may be where the terminal has the room."""

LOOK, BACKUP, AUTHOR, OPERATE = "Look", "Back up and restore", "Set up", "Operate"

ENTRIES = (
    Entry("get", "List KubeStash objects", LOOK),
    Entry("describe", "Show one object, and what happened to it", LOOK),
    Entry("ui", "Follow backups and restores live in the terminal", LOOK),
    Entry("backup", "Start backups, follow them, read their logs", BACKUP),
    Entry("restore", "Restore from a snapshot", BACKUP),
    Entry("trigger", "Start a backup now (the name upstream gives 'backup now')", BACKUP),
    Entry("create", "Create storages, encryption Secrets, configurations and policies", AUTHOR),
    Entry("addon", "List addons, explain their tasks, resolve them to Jobs", AUTHOR),
    Entry("lint", "Find what is wrong with manifests, without a cluster", AUTHOR),
    Entry("convert", "Turn manifests of Stash into manifests of KubeStash", AUTHOR),
    Entry("install", "Install kinds, addons and roles in the cluster", OPERATE),
    Entry("uninstall", "Remove what install made; data stays", OPERATE),
    Entry("controller", "Run the operator on this machine, against a development cluster", OPERATE),
    Entry(
        "sandbox",
        "Try it without a cluster: an API server, a node and the operator on this machine",
        OPERATE,
    ),
    Entry("version", "Show the versions of client, server and operator", OPERATE),
    Entry("completion", "Let the shell complete names", OPERATE),
    Entry("options", "List the flags that every command takes, and the exit codes", OPERATE),
)


class Root(LazyGroup):
    """`kubectl kubestash`."""

    entries = ENTRIES

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        """The command that was typed; what KubeStash's own plugin calls it is understood."""
        if not ctx.resilient_parsing:
            upstream_commands.refuse(args[0])
        return super().resolve_command(ctx, args)


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


def dispatch(arguments: Sequence[str], settings: Settings) -> int:
    """Read one command line and carry it out. Returns its exit code."""
    root, words = get_command(application()), list(arguments)
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    try:
        with root.make_context(PROGRAM, words, obj=settings, **_HELP) as context:
            root.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except (NoArgsIsHelpError, UsageError) as error:
        return _usage_error(error)
    return ExitCode.OK


def _usage_error(error: UsageError) -> int:
    if isinstance(error, NoArgsIsHelpError):
        output.line(error.format_message())
        return ExitCode.OK
    message, context = error.format_message().rstrip("."), error.ctx
    if context is None:
        diagnostics.usage_error(message, "", PROGRAM)
        return ExitCode.USAGE
    path, command = context.command_path, context.command
    usage = command.usage(path) if isinstance(command, Command) else ""
    diagnostics.usage_error(plain(message, context), plain(usage, context), path)
    return ExitCode.USAGE
