"""Completion: the program that kubectl asks, and the command that puts it in place.

kubectl runs `kubectl_complete-kubestash` with the words after the plugin's name; the last one is
being typed (https://kubernetes.io/docs/reference/kubectl/generated/kubectl_plugin/).
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import KubeStashError, Refused, UsageError
from . import diagnostics, output
from .frame import Command, group, settings_of

_SECONDS = 1.0
_TIMEOUT = "KUBESTASH_COMPLETION_TIMEOUT"
"""Environment variable: seconds after which there is no answer; for slow clusters."""

_NO_FILES = 4
_SCRIPT_NAME = "kubectl_complete-kubestash"
_MARK = "# written by kubectl kubestash completion install"

app = group("Let the shell complete names.")


def main() -> None:
    """Answer kubectl: one candidate a line, then what the shell may do. Never an error text."""
    sys.excepthook = lambda *_: None
    signal.signal(signal.SIGALRM, lambda *_: os._exit(1))
    signal.setitimer(signal.ITIMER_REAL, float(os.environ.get(_TIMEOUT) or _SECONDS))
    from .complete import candidates  # noqa: PLC0415 - after the alarm is set

    try:
        found, directive = candidates(sys.argv[1:])
    except KubeStashError:
        found, directive = [], _NO_FILES
    sys.stdout.write("".join(f"{name}\t{about}".rstrip() + "\n" for name, about in found))
    sys.stdout.write(f":{directive}\n")


@app.callback()
def completion() -> None:
    """Let the shell complete names."""


@app.command(cls=Command)
def install(
    context: typer.Context,
    *,
    folder: Annotated[
        str, typer.Option("--dir", metavar="FOLDER", help="Else where the plugin itself is.")
    ] = "",
) -> None:
    """Put the program in place that kubectl asks for candidates.

    kubectl finds it on PATH; completion of kubectl itself must be switched on in the shell.

    Examples:
    kubectl kubestash completion install
    """
    settings = settings_of(context)
    found = shutil.which(_SCRIPT_NAME)
    if found and not folder:
        output.line(found)
        diagnostics.note("it is there already", quiet=settings.quiet)
        return
    path = _folder(folder) / _SCRIPT_NAME
    if path.exists() and _MARK not in path.read_text(encoding="utf-8", errors="replace"):
        raise Refused(f"{path} is there and is not ours, so it was not touched")
    program = "from kubectl_kubestash.cli.completion import main; main()"
    path.write_text(
        f"#!/bin/sh\n{_MARK}\nexec {sys.executable} -c '{program}' \"$@\"\n", encoding="utf-8"
    )
    path.chmod(0o755)
    output.line(str(path))


def _folder(folder: str) -> Path:
    plugin = shutil.which("kubectl-kubestash")
    if not folder and not plugin:
        raise UsageError("kubectl-kubestash is not on PATH", "--dir FOLDER")
    path = Path(folder) if folder else Path(plugin or "").parent
    if not path.is_dir():
        raise UsageError(f"{path} is no folder")
    return path
