"""What the operator costs in a large cluster where nothing happens."""

from __future__ import annotations

import os
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import URLError

from ulid import ULID

from kubectl_kubestash.api.resources import SNAPSHOT, ObjectKey
from kubectl_kubestash.cli.connection import OPERATOR_AGENT
from tests.cluster.free_ports import free_ports

from . import audit
from .control_plane import each
from .figure import Bar, Figure, Result
from .operator import Sessions, played_node, prepared_fleet, running_operator
from .process import Failed, cpu_seconds, peak_mebibytes

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from kubectl_kubestash.kube.client import Client, Object
    from tests.cluster.api_server import ApiServer

SIZE = int(os.environ.get("BENCH_SIZE", "2000"))
SNAPSHOTS = 10
"""Of each configuration; the first one is from a backup that was played, the others are copies."""

START, CPU, MEMORY, CALLS = Bar(15), Bar(1), Bar(200), Bar(1)
_WATCHED_FOR = 60.0
_SETTLED = 20.0
_LIMIT = 600.0
_KEPT = ("namespace", "labels", "ownerReferences", "finalizers")
"""Of the metadata of a Snapshot: all that the operator gives it, so that it has nothing to add."""


def measure() -> Figure:
    """A fleet with its history; then an operator that finds all of it as it should be."""
    with prepared_fleet(SIZE) as site:
        with running_operator(site.env, site.home) as pid, played_node(site.others) as node:
            sessions = Sessions(site.others, node)
            site.fleet.configure()
            sessions.wait(SIZE)
            sessions.stop()
            _copy_snapshots(site.others)
            _settle(pid)
        with _started(site.env, site.home) as (pid, seconds):
            _settle(pid)
            idle = _look(site.server, pid)
            memory = peak_mebibytes(pid)
    return Figure(
        f"{SIZE} BackupConfigurations with {SNAPSHOTS} Snapshots each, and nothing to do",
        [
            Result("start to ready", "s", [seconds], START),
            Result("idle: CPU of one core", "%", [100 * idle.cpu / idle.seconds], CPU),
            Result("idle: API calls but watches", "calls/s", [idle.rate], CALLS),
            Result("most memory (VmHWM)", "MiB", [memory], MEMORY),
        ],
        {"calls while idle": dict(idle.calls.most_common())},
    )


@dataclass(frozen=True)
class Idle:
    """What the operator did in some seconds."""

    seconds: float
    cpu: float
    calls: Counter[str]

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls.total() / self.seconds


def _look(server: ApiServer, pid: int) -> Idle:
    offset, before, since = server.audit_log.stat().st_size, cpu_seconds(pid), time.monotonic()
    time.sleep(_WATCHED_FOR)
    seconds, cpu = time.monotonic() - since, cpu_seconds(pid) - before
    found = audit.by_kind(
        call
        for call in audit.read(server.audit_log, offset=offset)
        if call.agent == OPERATOR_AGENT and call.verb != "watch"
    )
    return Idle(seconds, cpu, found)


def _settle(pid: int) -> None:
    """Until it has looked at everything. Raises Failed when that does not end."""
    end, before = time.monotonic() + _LIMIT, -1.0
    while (now := cpu_seconds(pid)) > before + 0.02 * _SETTLED:
        if time.monotonic() > end:
            raise Failed(f"the operator is still busy after {_LIMIT:g} s")
        before = now
        time.sleep(_SETTLED)


@contextmanager
def _started(env: dict[str, str], home: Path) -> Iterator[tuple[int, float]]:
    """An operator whose caches are full, and the seconds that took."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    began = time.monotonic()
    with running_operator(env, home, "--health-bind-address", address) as pid:
        while not _leads(f"http://{address}/readyz"):
            if time.monotonic() > began + _LIMIT:
                raise Failed(f"not ready after {_LIMIT:g} s")
            time.sleep(0.1)
        yield pid, time.monotonic() - began


def _leads(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
            return b"leading" in answer.read()
    except (URLError, OSError):
        return False


def _copy_snapshots(client: Client) -> None:
    """The history of each configuration, as weeks of backups leave it."""
    first = client.list(SNAPSHOT)
    each(
        lambda made: _copy(client, *made),
        [(snapshot, number) for snapshot in first for number in range(1, SNAPSHOTS)],
    )


def _copy(client: Client, snapshot: Object, number: int) -> None:
    metadata = snapshot["metadata"]
    name = f"{metadata['name']}-{number}"
    kept = {part: metadata[part] for part in _KEPT}
    spec = {**snapshot["spec"], "snapshotID": str(ULID())}
    body = {part: snapshot[part] for part in ("apiVersion", "kind")}
    client.create(SNAPSHOT, {**body, "metadata": {**kept, "name": name}, "spec": spec})
    key = ObjectKey(metadata["namespace"], name)
    client.patch(SNAPSHOT, key, {"status": snapshot["status"]}, subresource="status")
