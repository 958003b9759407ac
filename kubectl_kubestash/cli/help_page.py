"""How the help of commands and groups looks: in the order of kubectl.

The flags that all commands share are named once, on `kubectl kubestash options`.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer._click import Context, HelpFormatter, Parameter

    from .frame import Entry

PROGRAM = "kubectl kubestash"


def write_command(
    formatter: HelpFormatter,
    context: Context,
    text: str,
    *,
    usage: str,
    params: Sequence[Parameter],
) -> None:
    """What a command does, how it is called, examples, arguments and flags."""
    about, _, examples = text.partition("Examples:")
    _write_text(formatter, about)
    formatter.write(f"\nUsage:\n  {usage}\n")
    _write_examples(formatter, examples)
    for title, kind in (("Arguments", "argument"), ("Flags", "option")):
        of_kind = [param for param in params if param.param_type_name == kind]
        _write_rows(formatter, title, [row for param in of_kind if (row := _row(param, context))])
    formatter.write(f"\nUse '{PROGRAM} options' for the flags that every command takes.\n")


def write_group(
    formatter: HelpFormatter, context: Context, text: str, *, entries: Sequence[Entry]
) -> None:
    """What a group is for, and its commands in sections."""
    about, _, examples = text.partition("Examples:")
    _write_text(formatter, about)
    room = max((len(entry.name) for entry in entries), default=0)
    for section in dict.fromkeys(entry.section for entry in entries):
        formatter.write(f"\n{section}:\n")
        for entry in entries:
            if entry.section == section:
                formatter.write(f"  {entry.name:<{room}}  {entry.summary}\n")
    _write_examples(formatter, examples)
    path = context.command_path
    formatter.write(
        f"\nUsage:\n  {path} COMMAND [flags]\n"
        f"\nUse '{path} COMMAND --help' for more about a command,\n"
        f"and '{PROGRAM} options' for the flags that every command takes.\n"
    )


def arguments(params: Sequence[Parameter]) -> str:
    """What follows the name of a command: NAME, or [NAME] where it may be left out."""
    of_kind = [param for param in params if param.param_type_name == "argument"]
    pieces = [_metavar(param) if param.required else f"[{_metavar(param)}]" for param in of_kind]
    return " ".join([*pieces, "[flags]"])


def summary_of(help_text: str) -> str:
    """The first sentence, without its full stop: what a list of commands shows."""
    return help_text.strip().partition("\n")[0].rstrip(".")


def plain(text: str, ctx: Context) -> str:
    """The text without signs that the terminal does not have."""
    settings = ctx.find_object(Settings)
    return text if settings is None or settings.unicode else text.replace("…", "...")


def _row(param: Parameter, ctx: Context) -> tuple[str, str] | None:
    record = param.get_help_record(ctx)
    if record is None or param.param_type_name != "argument":
        return record
    return _metavar(param), record[1].replace("[required]", "").strip()


def _metavar(param: Parameter) -> str:
    return param.metavar or str(param.name).upper()


def _write_text(formatter: HelpFormatter, text: str) -> None:
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        formatter.write("\n" if number else "")
        indented = paragraph.startswith(" ")
        formatter.write(f"{paragraph}\n") if indented else formatter.write_text(paragraph)


def _write_examples(formatter: HelpFormatter, examples: str) -> None:
    if examples.strip():
        body = textwrap.dedent(examples.strip("\n"))
        formatter.write(f"\nExamples:\n{textwrap.indent(body.rstrip(), '  ')}\n")


def _write_rows(formatter: HelpFormatter, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        formatter.write(f"\n{title}:\n")
        formatter.indent()
        formatter.write_dl(rows, col_max=34)
        formatter.dedent()
