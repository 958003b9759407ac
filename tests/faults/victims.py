"""Who can be killed, frozen or cut off: processes of the node and of pods, found from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cluster.process import ProcessId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.instance import Instance

NODE_PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "containerd",
)


def processes(matches: Callable[[list[str]], bool]) -> list[int]:
    """The ids of all processes of this machine whose words match; those in pods are among them."""
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if matches(_words(folder))]


class CutFailed(Exception):
    """The pod whose network was to be changed is not there any more."""


def runners_of(namespace: str, run: str, task: str) -> list[int]:
    """The runner that does this task (backup, finish, restore) for a session."""
    names = {f"--backupsession={run}", f"--restoresession={run}"}
    wanted = {task, f"--namespace={namespace}"}
    return processes(
        lambda words: wanted <= set(words) and bool(names & set(words)) and _is_runner(words)
    )


def _is_runner(words: list[str]) -> bool:
    return any(word.endswith("kubestash-runner") for word in words[:3])


def restics_of(namespace: str, run: str, task: str) -> list[int]:
    """The restic that works for such a runner."""
    return [
        child
        for runner in runners_of(namespace, run, task)
        for child in children(runner)
        if any(word.endswith("restic") for word in _words(Path(f"/proc/{child}"))[:6])
    ]


def doing(namespace: str, run: str, task: str, what: str) -> list[int]:
    """The restic of such a runner while it does this, such as `backup` or `prune`."""
    found = restics_of(namespace, run, task)
    return [pid for pid in found if what in _words(Path(f"/proc/{pid}"))]


@contextmanager
def held(find: Callable[[], list[int]], *, within: float = 60) -> Iterator[list[int]]:
    """Stop these processes as soon as they are there, and let them go on afterwards.

    Raises TimeoutError when nobody came.
    """
    pids = caught(find, within=within)
    send(signal.SIGSTOP, pids)
    try:
        if not pids:
            raise TimeoutError(f"nobody came within {within:g} s")
        yield pids
    finally:
        send(signal.SIGCONT, pids)


def is_asked_to_end(pid: int) -> bool:
    """Whether a SIGTERM waits for a process that is stopped: see proc(5), ShdPnd."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    pending = next(line.split()[1] for line in status if line.startswith("ShdPnd"))
    return bool(int(pending, 16) >> (signal.SIGTERM - 1) & 1)


def children(parent: int) -> list[int]:
    """The ids of the children of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def node_program(instance: Instance, name: str, *, within: float = 60) -> int:
    """One of NODE_PROGRAMS, or `s3`; waits while it is being started again. ProcessLookupError."""
    node = ProcessId.read(instance.node_process_file)
    wanted = "weed" if name == "s3" else name

    def find() -> list[int]:
        return [child for child in children(node.pid if node else 0) if _program(child) == wanted]

    for pid in caught(find, within=within):
        return pid
    raise ProcessLookupError(name)


def _program(pid: int) -> str:
    """What a process of the node is; Kubernetes is one program with many names."""
    first, *rest = _words(Path(f"/proc/{pid}"))
    return rest[0] if Path(first).name == "kubernetes" and rest else Path(first).name


def send(number: signal.Signals, pids: list[int]) -> int:
    """Send a signal to each; how many were there to get it."""
    hit = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            hit += 1
    return hit


def caught(find: Callable[[], list[int]], *, within: float) -> list[int]:
    """Look until somebody is there; empty when nobody came. Looks often: some live for a moment."""
    end = time.monotonic() + within
    while not (found := find()):
        if time.monotonic() > end:
            return []
        time.sleep(0.02)
    return found


def cut_off(pid: int, port: int) -> None:
    """Let no packet of the pod of this process reach the port; nobody is told. Raises CutFailed."""
    _iptables(pid, "-I", "OUTPUT", "-p", "tcp", "--dport", str(port), "-j", "DROP")


def reconnect(pid: int, port: int) -> None:
    """Undo `cut_off`. A pod that is gone needs nothing."""
    with suppress(CutFailed):
        _iptables(pid, "-D", "OUTPUT", "-p", "tcp", "--dport", str(port), "-j", "DROP")


def _iptables(pid: int, *rule: str) -> None:
    answer = subprocess.run(
        ["nsenter", "--target", str(pid), "--net", "iptables", "--wait", *rule],
        check=False,
        capture_output=True,
        text=True,
    )
    if answer.returncode != 0:
        raise CutFailed(answer.stderr)


def environment(pid: int) -> dict[str, str]:
    """The environment of a process; empty when it is gone."""
    try:
        text = Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return {}
    return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)


def _words(folder: Path) -> list[str]:
    try:
        return (folder / "cmdline").read_text(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return [""]


def command_lines() -> Iterator[str]:
    """Of every process of this machine, as everybody on it can read them."""
    for folder in Path("/proc").glob("[0-9]*"):
        yield " ".join(_words(folder))
