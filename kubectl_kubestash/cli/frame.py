"""How commands are found and read.

Every command and every group takes the global flags, so they may stand anywhere. Modules of
commands are imported when their name is typed: whatever they load is paid by nobody else.
"""

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer._click.exceptions import UsageError
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from . import help_page
from .flag_parser import FlagParser
from .settings import ENVIRONMENT_PREFIX, GLOBAL_FLAGS, GlobalFlag, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typer._click import Command as AnyCommand
    from typer._click import Context, HelpFormatter, Parameter


class Entry(NamedTuple):
    """One line of a list of commands, known without importing the command."""

    name: str
    summary: str
    section: str = "Commands"


class Command(TyperCommand):
    """A command that takes the global flags, and reads its own from the environment, too."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Our own parameters first, then those that all commands share."""
        for param in self.params:
            if isinstance(param, TyperOption) and not param.envvar:
                param.envvar, param.show_envvar = _variable(param), False
        return [*super().get_params(ctx), *_global_options(self.params)]

    def make_parser(self, ctx: Context) -> FlagParser:
        """The parser that reads flags as kubectl does."""
        return _parser(self, ctx)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """What it does, how it is called, examples, flags: in the order of kubectl."""
        usage, own = self.usage(ctx.command_path), super().get_params(ctx)
        help_page.write_command(formatter, ctx, self.help or "", usage=usage, params=own)

    def get_help(self, ctx: Context) -> str:
        """The page, in letters that the terminal has."""
        return help_page.plain(super().get_help(ctx), ctx)

    def usage(self, path: str) -> str:
        """How it is called, in one line."""
        return f"{path} {help_page.arguments(self.params)}"


class Group(TyperGroup):
    """A group of commands that takes the global flags."""

    entries: tuple[Entry, ...] = ()

    def get_params(self, ctx: Context) -> list[Parameter]:
        """The flags that all commands share."""
        return [*super().get_params(ctx), *_global_options(self.params)]

    def make_parser(self, ctx: Context) -> FlagParser:
        """The parser that reads flags as kubectl does."""
        return _parser(self, ctx)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        """The command that was typed, or a usage error that names those that are near."""
        command = self.get_command(ctx, args[0])
        if command is not None or ctx.resilient_parsing:
            return args[0], command, args[1:]
        near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=3)
        ending = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"unknown command {args[0]!r} for {ctx.command_path!r}{ending}", ctx)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """What the group is for, and its commands in sections."""
        help_page.write_group(formatter, ctx, self.help or "", entries=self.rows(ctx))

    def rows(self, ctx: Context) -> list[Entry]:
        """The commands to list."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [
            Entry(name, help_page.summary_of(command.help or ""))
            for name, command in found
            if command is not None and not command.hidden
        ]


class LazyGroup(Group):
    """The root: knows its commands by name, and imports one when it is asked for."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names that can be typed."""
        return [entry.name for entry in self.entries]

    def get_command(self, ctx: Context, cmd_name: str) -> AnyCommand | None:
        """Import the module that holds the command: it is called as the command is."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return get_command(importlib.import_module(f"{__package__}.{cmd_name}").app)

    def rows(self, ctx: Context) -> list[Entry]:  # noqa: ARG002 - click's signature
        """The commands to list, without importing them."""
        return list(self.entries)


def group(help_text: str) -> typer.Typer:
    """A Typer application for one module of commands."""
    return typer.Typer(
        cls=Group,
        help=help_text,
        add_completion=False,
        rich_markup_mode=None,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )


def single(function: Callable[..., None]) -> typer.Typer:
    """A Typer application that is one command."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(cls=Command)(function)
    return app


def settings_of(context: typer.Context) -> Settings:
    """The global flags of this run."""
    settings = context.find_object(Settings)
    if settings is None:
        raise AssertionError("a command was run without settings")
    return settings


def _parser(command: Command | Group, ctx: Context) -> FlagParser:
    parser = FlagParser(ctx)
    for param in command.get_params(ctx):
        param.add_to_parser(parser, ctx)
    return parser


def _global_options(own: Sequence[Parameter]) -> list[TyperOption]:
    taken = {name for param in own for name in param.opts}
    return [_option(flag) for flag in GLOBAL_FLAGS if not taken.intersection(flag.names)]


def _option(flag: GlobalFlag) -> TyperOption:
    def remember(ctx: Context, _param: Parameter, value: Any) -> None:
        settings = ctx.find_object(Settings)
        if settings is not None:
            settings.set(flag, value)

    return TyperOption(
        param_decls=[*flag.names, f"global_{flag.field}"],
        type=int if flag.kind is int else str if flag.kind is not bool else None,
        is_flag=flag.kind is bool,
        default=False if flag.kind is bool else None,
        multiple=flag.kind is tuple,
        metavar=flag.metavar or None,
        help=flag.help,
        hidden=True,
        expose_value=False,
        callback=remember,
    )


def _variable(option: TyperOption) -> str | None:
    long = next((name for name in option.opts if name.startswith("--")), "")
    return ENVIRONMENT_PREFIX + long[2:].replace("-", "_").upper() if long else None
