"""What the sandbox costs before anything runs in it, and how fast its API server answers."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from kubectl_kubestash.api.resources import CUSTOM_RESOURCE_DEFINITION
from kubectl_kubestash.api.schema import CRDS
from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client

from .figure import Bar, Figure, Result
from .process import Failed, environment, resident_mebibytes

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = 5
READY, MEMORY, RATE = Bar(1.5), Bar(80), Bar(1500, is_floor=True)
_REQUESTS = 3000
_SETTLED = 5.0
_OBJECT = "/api/v1/namespaces/default/configmaps/kube-root-ca.crt"


def measure() -> Figure:
    """First starts and second ones, then memory with our kinds installed, then requests."""
    first: list[float] = []
    again: list[float] = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="kubestash-bench-") as folder:
            for found in (first, again):
                with running(Path(folder)) as (_, seconds):
                    found.append(seconds)
    with tempfile.TemporaryDirectory(prefix="kubestash-bench-") as folder:
        with running(Path(folder)) as (pid, _):
            time.sleep(_SETTLED)
            bare = resident_mebibytes(pid)
            _install(Path(folder))
        with running(Path(folder)) as (pid, _):
            time.sleep(_SETTLED)
            idle = resident_mebibytes(pid)
            rates = [_rate(Path(folder)) for _ in range(RUNS)]
    return Figure(
        "the sandbox without operator: API server, node and controllers in one process",
        [
            Result("start to ready, nothing there yet", "s", first, READY),
            Result("start to ready, again", "s", again, READY),
            Result("idle: memory (VmRSS), our kinds installed", "MiB", [idle], MEMORY),
            Result("GET of one object, TLS, one connection", "1/s", rates, RATE),
        ],
        {"memory without our kinds": f"{bare:.1f} MiB"},
    )


@contextmanager
def running(folder: Path) -> Iterator[tuple[int, float]]:
    """The sandbox of a folder: its process, and the seconds until it said that all works."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "kubectl_kubestash.sandbox", str(folder)],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    with process:
        try:
            if json.loads(process.stdout.readline() or "null") != {}:
                raise Failed("the sandbox does not start")
            yield process.pid, time.perf_counter() - began
        finally:
            process.terminate()


def _install(folder: Path) -> None:
    """All definitions, as `install` creates them."""
    login = config.load(environment={}, kubeconfig=str(folder / "kubeconfig"))
    with Client(login) as client:
        for file in CRDS.glob("*.yaml"):
            definition = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
            client.create(CUSTOM_RESOURCE_DEFINITION, definition)


def _rate(folder: Path) -> float:
    """Requests a second, by the plainest client that there is."""
    login = yaml.safe_load((folder / "kubeconfig").read_text())
    server = login["clusters"][0]["cluster"]["server"].removeprefix("https://")
    token = login["users"][0]["user"]["token"]
    context = ssl.create_default_context(cafile=str(folder / "pki" / "ca.crt"))
    connection = http.client.HTTPSConnection(server, context=context)
    began = time.perf_counter()
    for _ in range(_REQUESTS):
        connection.request("GET", _OBJECT, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise Failed(f"the server answers {answer.status}")
        answer.read()
    seconds = time.perf_counter() - began
    connection.close()
    return _REQUESTS / seconds
