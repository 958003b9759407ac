"""`sandbox`: an embedded cluster in one process, with the operator beside it."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import NotFound, Refused
from . import diagnostics, install, output, sandbox_programs
from .frame import Command, group, settings_of
from .help_page import PROGRAM
from .sandbox_process import Sandbox
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..sandbox.record import Record

app = group("Try it without a cluster: an API server, a node and the operator on this machine.")

Folder = Annotated[
    str,
    typer.Option(
        "--folder",
        metavar="FOLDER",
        help="Where it keeps everything, else ~/.local/share/kubestash/sandbox.",
    ),
]


@app.callback()
def sandbox() -> None:
    """Try it without a cluster: an API server, a node and the operator on this machine."""


@app.command(cls=Command)
def start(
    context: typer.Context,
    *,
    folder: Folder = "",
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", min=0, max=65535, help="Of the API server; 0 is any."),
    ] = 0,
    image: Annotated[
        list[str] | None,
        typer.Option("--image", metavar="NAME=PROGRAM", help="A program that stands for an image."),
    ] = None,
    operator: Annotated[
        bool, typer.Option("--operator/--no-operator", help="Install KubeStash and run it.")
    ] = True,
) -> None:
    """Start the sandbox, or bring up what of it does not run.

    It returns when everything works. The kubeconfig is one of its own; yours is not touched.
    Containers run as processes of this machine, in bubblewrap: that keeps them tidy, but it is no
    wall against those who mean harm. Linux only.

    Examples:
    kubectl kubestash sandbox start
    export KUBECONFIG=$(kubectl kubestash sandbox kubeconfig)

    # this program runs where a Pod names that image
    kubectl kubestash sandbox start --image docker.io/example/tool:1=/usr/local/bin/tool

    # an empty cluster: no kinds of KubeStash, no operator
    kubectl kubestash sandbox start --no-operator --folder /tmp/empty
    """
    settings = settings_of(context)
    began = time.monotonic()
    there = Sandbox.at(folder, os.environ)
    images = sandbox_programs.images(image or ())
    _check_programs(is_needed=operator)
    there.prepare()
    flag = _flag(folder)
    with there.alone(), _half_started(flag):
        is_new = there.start(port=port, images=images)
        ready = time.monotonic() - began
        running = there.running
        if running is None:
            raise Refused("the sandbox has ended", f"its log: {there.server_log}")
        if operator:
            own = Settings({})
            own.kubeconfig = str(there.kubeconfig)
            install.bring(own)
            there.start_operator(own.client, running.port)
    state = f"is ready after {ready:.1f}s" if is_new else "runs already"
    diagnostics.note(f"the sandbox {state}: {_address(running)}", quiet=settings.quiet)
    if operator:
        diagnostics.note(f"the operator works; its log: {there.operator_log}", quiet=settings.quiet)
    diagnostics.note(
        f"next: export KUBECONFIG=$({PROGRAM} sandbox kubeconfig{flag})", quiet=settings.quiet
    )


@app.command(cls=Command)
def stop(context: typer.Context, *, folder: Folder = "") -> None:
    """End the sandbox and its operator; objects, volumes and logs stay.

    Examples:
    kubectl kubestash sandbox stop
    """
    settings = settings_of(context)
    there = Sandbox.at(folder, os.environ)
    _require(there, folder)
    with there.alone():
        ended = there.stop()
    text = f"ended: {' and '.join(ended)}" if ended else "the sandbox did not run"
    diagnostics.note(text, quiet=settings.quiet)


@app.command(cls=Command)
def status(*, folder: Folder = "") -> None:
    """Say whether the sandbox runs, and where; exit code 7 when it does not.

    Examples:
    kubectl kubestash sandbox status
    """
    there = Sandbox.at(folder, os.environ)
    found = there.record
    if found is None:
        raise _not_there(there, folder)
    running, operator = there.running, there.operator
    rows = [
        ("Sandbox", f"runs as process {running.process.pid}" if running else "stopped"),
        ("Operator", f"runs as process {operator.process.pid}" if operator else "stopped"),
        ("Server", _address(found)),
        ("Version", found.version),
        ("Kubeconfig", str(there.kubeconfig)),
        ("Logs", str(there.server_log.parent)),
    ]
    output.table(rows)
    if running is None:
        raise NotFound("the sandbox does not run", f"{PROGRAM} sandbox start{_flag(folder)}")


@app.command(cls=Command)
def reset(context: typer.Context, *, folder: Folder = "") -> None:
    """End the sandbox and delete everything in it, backups on its volumes included.

    Examples:
    kubectl kubestash sandbox reset --yes
    """
    settings = settings_of(context)
    there = Sandbox.at(folder, os.environ)
    _require(there, folder)
    settings.confirm(f"Delete the sandbox in {there.folder}, with all its objects and volumes?")
    with there.alone():
        there.stop()
        there.remove()
    diagnostics.note(f"deleted: {there.folder}", quiet=settings.quiet)


@app.command(cls=Command)
def kubeconfig(*, folder: Folder = "") -> None:
    """Print the path of the sandbox's kubeconfig, also where there is none: exit code 7.

    Examples:
    export KUBECONFIG=$(kubectl kubestash sandbox kubeconfig)
    """
    there = Sandbox.at(folder, os.environ)
    # With nothing printed KUBECONFIG would be empty, and kubectl would take the user's own.
    output.line(str(there.kubeconfig))
    if not there.kubeconfig.exists():
        raise _not_there(there, folder)


@contextmanager
def _half_started(flag: str) -> Iterator[None]:
    """Say what Ctrl-C leaves behind: what has been started runs in the background."""
    try:
        yield
    except KeyboardInterrupt:
        diagnostics.line("\nstopped waiting; what has been started by now runs on. To end it:")
        diagnostics.line(f"  {PROGRAM} sandbox stop{flag}")
        raise


def _require(there: Sandbox, folder: str) -> None:
    if not (there.folder / "sandbox.json").exists():
        raise _not_there(there, folder)


def _not_there(there: Sandbox, folder: str) -> NotFound:
    text = f"there is no sandbox in {there.folder}"
    return NotFound(text, f"{PROGRAM} sandbox start{_flag(folder)}")


def _flag(folder: str) -> str:
    """What a command that is told has to say for the same folder."""
    return f" --folder {folder}" if folder else ""


def _check_programs(*, is_needed: bool) -> None:
    """Raises Refused for what backups cannot do without; an empty cluster only warns."""
    missing = sandbox_programs.missing(os.environ)
    if missing and is_needed:
        raise Refused(f"not on this machine: {'; '.join(missing)}", *missing.values())
    for name, advice in missing.items():
        diagnostics.warn(f"not on this machine: {name}; {advice}")


def _address(record: Record) -> str:
    return f"https://127.0.0.1:{record.port}"
