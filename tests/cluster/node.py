"""The first process of a node: makes its surroundings, starts its programs, keeps them running.

Runs inside the namespaces. It is killed, never asked to stop: whatever it leaves, the kernel takes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from . import cgroups, mounts, network
from .instance import Instance
from .node_agents import Node
from .process import ProcessId


def main(folder: Path) -> NoReturn:
    instance = Instance.load(folder)
    # /proc is still the machine's, and there this process has another id than here.
    outside = int(Path("/proc/self").readlink().name)
    ProcessId.of(outside).write(instance.node_process_file)
    mounts.prepare(instance)
    cgroups.make(instance.cgroup)
    network.configure_node(instance)
    keep_running(Node(instance).commands(), logs=instance.logs)


def keep_running(commands: dict[str, list[str]], *, logs: Path) -> NoReturn:
    """Start everything at once, start again what ends, and reap orphans, as an init does."""
    running = {name: _start(argv, logs / f"{name}.log") for name, argv in commands.items()}
    while True:
        pid, status = os.wait()
        for name, process in running.items():
            if process.pid == pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                print(f"{name} ended with {process.returncode}; starting it again", flush=True)
                time.sleep(0.3)
                running[name] = _start(commands[name], logs / f"{name}.log")
                break


def _start(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
