"""`python -m kubectl_kubestash.sandbox FOLDER`: the whole embedded cluster as one process.

The API server comes first; node and controllers are its clients, like everybody else. Who starts it
reads one line of JSON from its stdout: `{}` when all of it works, else `{"error": …, "hint": …}`.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import KubeStashError, Refused
from ..kube.client import Client
from ..kube.config import load
from ..process_id import ProcessId
from ..signal_pipe import signal_pipe
from .node import Node
from .record import FORMAT, Record
from .server import Server
from .workloads import Controllers

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOP_WITHIN = 15.0


def main(arguments: Sequence[str]) -> int:
    """Run the sandbox of a folder until SIGTERM."""
    options = _parse(arguments)
    try:
        _run(options)
    except KubeStashError as error:
        _tell({"error": error.message, "hint": next(iter(error.hints), "")})
        return 1
    except OSError as error:
        _tell({"error": f"{options.folder}: {error.strerror or error}", "hint": ""})
        return 1
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m kubectl_kubestash.sandbox")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--image", nargs=2, action="append", default=[], metavar="NAME, PROGRAM")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> None:
    folder: Path = options.folder
    with (folder / "lock").open("w") as lock:
        _take(lock.fileno(), folder)
        stop, asked = threading.Event(), signal_pipe(signal.SIGTERM, signal.SIGINT)
        server = Server(folder, port=_port(folder, options.port))
        server.start()
        threads = _start_clients(folder, options, stop)
        Record(ProcessId.of(os.getpid()), server.port).write(folder)
        _tell({})
        os.read(asked, 1)
        stop.set()
        for thread in threads:
            thread.join(_STOP_WITHIN)
        server.stop()


def _take(lock: int, folder: Path) -> None:
    """One process for each folder; the kernel lets go of the lock, however that process ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(f"another process runs the sandbox in {folder}") from None
    found = Record.read(folder)
    if found is not None and found.format != FORMAT:
        raise Refused(
            f"the sandbox in {folder} was made by version {found.version} and cannot be read",
            "kubectl kubestash sandbox reset",
        )


def _port(folder: Path, wanted: int) -> int:
    """The port that was asked for, else the one from last time, else any that is free."""
    last = Record.read(folder)
    return wanted or (last.port if last is not None and _is_free(last.port) else 0)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
        return True


def _start_clients(
    folder: Path, options: argparse.Namespace, stop: threading.Event
) -> list[threading.Thread]:
    login = load(environment={}, kubeconfig=str(folder / "kubeconfig"))
    images = {name: [program] for name, program in options.image}
    node = Node(Client(login), folder, images=images)
    threads = [
        threading.Thread(target=part.run, args=(stop,), name=type(part).__name__)
        for part in (node, Controllers(Client(login), folder))
    ]
    for thread in threads:
        thread.start()
    return threads


def _tell(message: dict[str, str]) -> None:
    """Say the one line; all that is printed from now on goes to the log."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
