"""How commands are read and how their help looks.

Every command and every group takes the global flags, so they may stand anywhere. Their help pages
name them once, on `kubectl kubestash options`, as kubectl does. Modules of commands are imported
when their name is typed: whatever they load is paid by nobody else.
"""

from __future__ import annotations

import difflib
import importlib
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer._click.exceptions import UsageError
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from .flag_parser import FlagParser
from .settings import ENVIRONMENT_PREFIX, GLOBAL_FLAGS, GlobalFlag, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typer._click import Command as AnyCommand
    from typer._click import Context, HelpFormatter, Parameter

PROGRAM = "kubectl kubestash"


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
        text, _, examples = (self.help or "").partition("Examples:")
        _write_text(formatter, text)
        formatter.write(f"\nUsage:\n  {self.usage(ctx.command_path)}\n")
        if examples.strip():
            formatter.write(f"\nExamples:\n{_indented(examples)}\n")
        params = super().get_params(ctx)
        for title, kind in (("Arguments", "argument"), ("Flags", "option")):
            of_kind = [param for param in params if param.param_type_name == kind]
            _write_rows(formatter, title, [row for param in of_kind if (row := _row(param, ctx))])
        formatter.write(f"\nUse '{PROGRAM} options' for the flags that every command takes.\n")

    def get_help(self, ctx: Context) -> str:
        """The page, in letters that the terminal has."""
        return plain(super().get_help(ctx), ctx)

    def usage(self, path: str) -> str:
        """How it is called, in one line."""
        return f"{path} {_usage(self)}"


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
        text, _, examples = (self.help or "").partition("Examples:")
        _write_text(formatter, text)
        entries = self.rows(ctx)
        room = max((len(entry.name) for entry in entries), default=0)
        for section in dict.fromkeys(entry.section for entry in entries):
            formatter.write(f"\n{section}:\n")
            for entry in entries:
                if entry.section == section:
                    formatter.write(f"  {entry.name:<{room}}  {entry.summary}\n")
        if examples.strip():
            formatter.write(f"\nExamples:\n{_indented(examples)}\n")
        formatter.write(
            f"\nUsage:\n  {ctx.command_path} COMMAND [flags]\n"
            f"\nUse '{ctx.command_path} COMMAND --help' for more about a command,\n"
            f"and '{PROGRAM} options' for the flags that every command takes.\n"
        )

    def rows(self, ctx: Context) -> list[Entry]:
        """The commands to list."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [
            Entry(name, summary_of(command.help or ""))
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


def plain(text: str, ctx: Context) -> str:
    """The text without signs that the terminal does not have."""
    settings = ctx.find_object(Settings)
    return text if settings is None or settings.unicode else text.replace("…", "...")


def group(help_text: str = "") -> typer.Typer:
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


def summary_of(help_text: str) -> str:
    """The first sentence, without its full stop: what a list of commands shows."""
    return help_text.strip().partition("\n")[0].rstrip(".")


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


def _row(param: Parameter, ctx: Context) -> tuple[str, str] | None:
    record = param.get_help_record(ctx)
    if record is None or param.param_type_name != "argument":
        return record
    return _metavar(param), record[1].replace("[required]", "").strip()


def _metavar(param: Parameter) -> str:
    return param.metavar or str(param.name).upper()


def _usage(command: Command) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    pieces = [_metavar(p) if p.required else f"[{_metavar(p)}]" for p in arguments]
    return " ".join([*pieces, "[flags]"])


def _write_text(formatter: HelpFormatter, text: str) -> None:
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        formatter.write("\n" if number else "")
        indented = paragraph.startswith(" ")
        formatter.write(f"{paragraph}\n") if indented else formatter.write_text(paragraph)


def _indented(examples: str) -> str:
    body = textwrap.dedent(examples.strip("\n"))
    return textwrap.indent(body.rstrip(), "  ")


def _write_rows(formatter: HelpFormatter, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        formatter.write(f"\n{title}:\n")
        formatter.indent()
        formatter.write_dl(rows, col_max=34)
        formatter.dedent()
