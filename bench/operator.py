"""What the operator costs: calls of the API, CPU, memory, for a thousand configurations."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import BACKUP_SESSION
from kubectl_kubestash.cli.connection import OPERATOR_AGENT
from kubectl_kubestash.kube.informer import Informer

from . import audit, programs
from .control_plane import api_server, connect, login
from .figure import Bar, Figure, Result
from .fleet import Fleet
from .played_node import PlayedNode
from .process import Failed, cpu_seconds, output, peak_mebibytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.kube.client import Client, Object
    from tests.cluster.api_server import ApiServer

SIZE = int(os.environ.get("BENCH_SIZE", "1000"))
CALLS, CPU, MEMORY = Bar(30), Bar(0.7), Bar(80)
_OTHERS = "bench"
"""The user on whose behalf all requests are sent that are not the operator's."""
_LIMIT = 900.0
_AS_DEPLOYED = {"MALLOC_ARENA_MAX": "2"}
"""What `install --operator` puts into the environment of the operator."""
_LOOKS = 8
_NOT_COUNTED = ("watch ", "update leases", "get leases", "create leases", "patch leases")


def measure() -> Figure:
    """First the configurations with the backup that each gets at once, then one more of each."""
    with (
        prepared_fleet(SIZE) as site,
        running_operator(site.env, site.home) as pid,
        played_node(site.others) as node,
    ):
        sessions = Sessions(site.others, node)
        meter = Meter(site.server, pid)
        site.fleet.configure()
        sessions.wait(SIZE)
        first = meter.reading()
        site.fleet.trigger()
        sessions.wait(2 * SIZE)
        second = meter.reading()
        memory = peak_mebibytes(pid)
        sessions.stop()
    return _figure(first, second, memory)


@dataclass(frozen=True)
class Site:
    """A cluster without a node that waits for its operator."""

    server: ApiServer
    env: dict[str, str]
    """Of a program that is to work on it."""

    home: Path
    others: Client
    """Sends all requests that are not the operator's."""

    fleet: Fleet


@contextmanager
def prepared_fleet(size: int) -> Iterator[Site]:
    """KubeStash installed, and all that so many configurations need; they are not made yet."""
    with api_server() as server, tempfile.TemporaryDirectory() as home:
        env = login(server, Path(home))
        output([programs.plugin(), "install"], env)
        # It would make pods at its own slow pace: the played node does that.
        server.processes.pop("controller-manager").kill()
        others = connect(server, _OTHERS, user=_OTHERS)
        fleet = Fleet(others, size)
        fleet.prepare()
        yield Site(server, env, Path(home), others, fleet)


@dataclass(frozen=True)
class Reading:
    """What the operator did between two looks."""

    calls: Counter[str]
    rest: Counter[str]
    """Calls that come with time, not with work: its Lease, its watches."""

    cpu: float
    seconds: float

    @property
    def total(self) -> int:
        """All calls, whatever they were for."""
        return self.calls.total() + self.rest.total()


def _figure(first: Reading, second: Reading, memory: float) -> Figure:
    cpu = 1000 * (first.cpu + second.cpu) / (first.total + second.total)
    return Figure(
        f"{SIZE} BackupConfigurations with one session each, then one more session of each",
        [
            Result("API calls a session", "calls", [second.calls.total() / SIZE], CALLS),
            Result("… with its new configuration", "calls", [first.calls.total() / SIZE]),
            Result("CPU a call", "ms", [cpu], CPU),
            Result("CPU a session", "ms", [1000 * second.cpu / SIZE]),
            Result("most memory (VmHWM)", "MiB", [memory], MEMORY),
            Result("time for all sessions", "s", [second.seconds]),
        ],
        {
            "calls a session": _per_session(second.calls),
            "calls a session with its new configuration": _per_session(first.calls),
            "calls that come with time, in all": dict((first.rest + second.rest).most_common()),
        },
    )


def _per_session(calls: Counter[str]) -> dict[str, float]:
    return {kind: round(count / SIZE, 3) for kind, count in calls.most_common()}


@dataclass
class Meter:
    """Reads the audit log and /proc."""

    server: ApiServer
    pid: int
    _offset: int = field(init=False)
    _cpu: float = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    def reading(self) -> Reading:
        """What happened since the last reading; waits until the operator has nothing to do."""
        seconds = time.monotonic() - self._since
        self._wait_until_quiet()
        counts = audit.by_kind(
            call
            for call in audit.read(self.server.audit_log, offset=self._offset)
            if call.user != _OTHERS and call.agent == OPERATOR_AGENT
        )
        rest = Counter({k: n for k, n in counts.items() if k.startswith(_NOT_COUNTED)})
        found = Reading(counts - rest, rest, cpu_seconds(self.pid) - self._cpu, seconds)
        self._begin()
        return found

    def _begin(self) -> None:
        self._offset = self.server.audit_log.stat().st_size
        self._cpu = cpu_seconds(self.pid)
        self._since = time.monotonic()

    def _wait_until_quiet(self) -> None:
        """Sums over many objects are brought up to date some seconds later."""
        before = -1.0
        for _ in range(_LOOKS):
            now = cpu_seconds(self.pid)
            if now < before + 0.2:
                return
            before = now
            time.sleep(8)


class Sessions:
    """Counts how many have ended."""

    def __init__(self, client: Client, node: PlayedNode) -> None:
        self._phases: dict[str, str] = {}
        self._node = node
        self._informer = Informer(client, BACKUP_SESSION, on_change=self._changed)
        self._informer.start()

    def wait(self, count: int) -> None:
        """Until so many have succeeded. Raises Failed when one fails or time is up."""
        end = time.monotonic() + _LIMIT
        while (ended := Counter(self._phases.values()))["Succeeded"] < count:
            if ended["Failed"] or self._node.errors or time.monotonic() > end:
                raise Failed(f"{dict(ended)} of {count}; {self._node.errors[:3]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """No more counting."""
        self._informer.stop()

    def _changed(self, _change: str, raw: Object) -> None:
        self._phases[raw["metadata"]["uid"]] = (raw.get("status") or {}).get("phase", "")


@contextmanager
def running_operator(env: dict[str, str], home: Path, *flags: str) -> Iterator[int]:
    """The operator as a process of its own."""
    leave = ("--allow-context", "kubestash-api-server")
    argv = [str(programs.plugin()), "controller", "run", *leave, *flags]
    log = home / "operator.log"
    with log.open("wb") as output_file:
        process = subprocess.Popen(
            argv,
            env=env | _AS_DEPLOYED,
            stdin=subprocess.DEVNULL,
            stdout=output_file,
            stderr=output_file,
        )
    try:
        yield process.pid
    except Failed as error:
        raise Failed(f"{error}\n{log.read_text()[-3000:]}") from error
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def played_node(client: Client) -> Iterator[PlayedNode]:
    """A node that ends the Jobs well."""
    node = PlayedNode(client)
    node.start()
    try:
        yield node
    finally:
        node.stop()
