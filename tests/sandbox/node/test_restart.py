"""A sandbox that is killed leaves no process; the next one carries on with what is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import JOB, NAMESPACE, PERSISTENT_VOLUME_CLAIM, POD
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from tests.waiting import eventually

from .world import Namespace, body, state, status

if TYPE_CHECKING:
    from collections.abc import Iterator

_SLEEP = f"1000.{os.getpid()}"
"""Seconds; nobody else's container sleeps as long."""


class Sandbox:
    """The whole sandbox as a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        argv = [sys.executable, "-m", "kubectl_kubestash.sandbox", str(self.folder)]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"{}\n"
        self.client = Client(load(environment={}, kubeconfig=str(self.folder / "kubeconfig")))

    def end(self, number: signal.Signals) -> None:
        self.client.close()
        assert self.process.stdout is not None
        self.process.send_signal(number)
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    made = Sandbox(tmp_path)
    yield made
    made.end(signal.SIGTERM)


def sleepers() -> int:
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += path.read_bytes().split(b"\0")[:2] == [b"sleep", _SLEEP.encode()]
        except OSError:
            continue
    return found


def test_a_sandbox_that_is_killed_leaves_no_process_and_the_next_carries_on(
    sandbox: Sandbox,
) -> None:
    sandbox.client.create(NAMESPACE, body(NAMESPACE, "home"))
    home = Namespace(sandbox, "home")
    resources = {"requests": {"storage": "1Mi"}}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": resources}
    home.create(PERSISTENT_VOLUME_CLAIM, "data", spec=claim)
    held = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    script = f"echo here >> /data/f; cat /data/f; exec sleep {_SLEEP}"
    always = {"restartPolicy": "Always"}
    home.pod("always", script, spec=always, volumes=held, volumeMounts=mounts)
    home.pod("never", f"exec sleep {_SLEEP}")
    container = {"name": "main", "image": "any", "command": ["sleep", _SLEEP]}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    home.create(JOB, "job", spec={"backoffLimit": 0, "template": template})
    eventually(lambda: sleepers() == 3)
    home.phase("always", "Running")
    home.phase("never", "Running")
    sandbox.end(signal.SIGKILL)
    eventually(lambda: sleepers() == 0)
    sandbox.start()
    home = Namespace(sandbox, "home")
    pod = home.phase("never", "Failed")
    assert state(pod)["exitCode"] == 137
    eventually(lambda: home.lines("always", number=1) == ["here", "here"])
    (entry,) = status(home.phase("always", "Running"))["containerStatuses"]
    assert entry["restartCount"] == 1
    eventually(lambda: status(home.get(JOB, "job")).get("failed") == 1)
    home.client.delete(POD, home.key("never"))


def test_a_sandbox_that_is_ended_ends_its_containers(sandbox: Sandbox) -> None:
    sandbox.client.create(NAMESPACE, body(NAMESPACE, "home"))
    home = Namespace(sandbox, "home")
    home.pod(
        "polite", f"trap 'exit 0' TERM; sleep {_SLEEP} & wait", spec={"restartPolicy": "Always"}
    )
    home.phase("polite", "Running")
    eventually(lambda: sleepers() == 1)
    sandbox.end(signal.SIGTERM)
    assert sleepers() == 0
    sandbox.start()
    home = Namespace(sandbox, "home")
    eventually(lambda: sleepers() == 1)
    assert home.phase("polite", "Running")
