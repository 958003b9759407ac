"""Every command explains itself: what it does, one example at least, what each flag means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from typer.main import get_command

from kubectl_kubestash.cli.frame import Command, Group
from kubectl_kubestash.cli.help_page import summary_of
from kubectl_kubestash.cli.root import ENTRIES, application
from kubectl_kubestash.cli.settings import GLOBAL_FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands() -> Iterator[tuple[str, Command]]:
    root = get_command(application())
    assert isinstance(root, Group)
    context = typer.Context(root)
    for name in root.list_commands(context):
        yield from _below(name, root.get_command(context, name))


def _below(path: str, command: object) -> Iterator[tuple[str, Command]]:
    if isinstance(command, Group):
        for name, child in command.commands.items():
            yield from _below(f"{path} {name}", child)
    else:
        assert isinstance(command, Command), f"{path} is not one of our commands"
        yield path, command


ALL = dict(commands())
each = pytest.mark.parametrize("path", ALL)


@each
def test_the_help_has_an_example_that_names_the_command(path: str) -> None:
    _, _, examples = (ALL[path].help or "").partition("Examples:")

    assert f"kubectl kubestash {path}" in examples


@each
def test_every_flag_says_what_it_means(path: str) -> None:
    for param in ALL[path].params:
        assert getattr(param, "help", None), f"{path} {param.opts}"


@each
def test_no_command_takes_a_global_flag_for_something_else(path: str) -> None:
    taken = {name for flag in GLOBAL_FLAGS for name in flag.names}

    assert not [name for param in ALL[path].params for name in param.opts if name in taken]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_list_of_commands_says_what_the_command_says(entry: object) -> None:
    root = get_command(application())
    assert isinstance(root, Group)
    command = root.get_command(typer.Context(root), getattr(entry, "name", ""))

    assert command is not None
    assert summary_of(command.help or "") == getattr(entry, "summary", "")
