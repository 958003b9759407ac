"""Starts and ends the processes of a sandbox: the embedded cluster, and the operator on it."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from .. import __version__
from ..api.resources import LEASE
from ..errors import ClusterError, KubeStashError, Refused
from ..process_id import ProcessId
from ..resolve.operator_manifests import LEASE as LEASE_KEY
from ..sandbox.record import FORMAT, Record
from . import sandbox_programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..kube.client import Client

_POLITE = {"the sandbox": 25.0, "the operator": 15.0}
"""Seconds that a process has to end by itself."""
_LEASE_WITHIN = 60.0
_KNOWN = ("host", "kubeconfig", "lock", "logs", "operator.json", "pki", "pods")
_KNOWN_PATTERNS = ("programs", "state.db*", "volumes", "*.new", "start.lock", "sandbox.json")


class Sandbox(NamedTuple):
    """One folder with an embedded cluster, running or not."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def at(cls, folder: str, environment: Mapping[str, str]) -> Sandbox:
        """That of a folder, by default `~/.local/share/kubestash/sandbox`."""
        base = environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        chosen = Path(folder).absolute() if folder else Path(base) / "kubestash" / "sandbox"
        return cls(chosen, environment)

    @property
    def kubeconfig(self) -> Path:
        """The only kubeconfig that knows it."""
        return self.folder / "kubeconfig"

    @property
    def server_log(self) -> Path:
        """What API server, node and controllers say."""
        return self.folder / "logs" / "server.log"

    @property
    def operator_log(self) -> Path:
        """What the operator says."""
        return self.folder / "logs" / "operator.log"

    @property
    def record(self) -> Record | None:
        """What the folder says of itself."""
        return Record.read(self.folder)

    @property
    def running(self) -> Record | None:
        """The record when its process lives."""
        found = self.record
        return found if found is not None and found.process.is_alive else None

    @property
    def operator(self) -> Record | None:
        """The operator that was started with it, and the port that it talks to, when it lives."""
        found = Record.read(self.folder, "operator.json")
        return found if found is not None and found.process.is_alive else None

    def prepare(self) -> None:
        """Make the folder, readable by its owner alone. Raises Refused."""
        try:
            (self.folder / "logs").mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
        except OSError as error:
            raise self._unusable("used", error) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one command at a time start or end it; another one waits for its turn."""
        try:
            lock = (self.folder / "start.lock").open("w")
        except OSError as error:
            raise self._unusable("written", error) from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def start(self, *, port: int, images: Mapping[str, str]) -> bool:
        """Start the embedded cluster and wait until it is ready; False when it runs already."""
        if (found := self.running) is not None:
            _check_running(found, port)
            return False
        try:
            told = sandbox_programs.provide(self.folder / "programs", self.environment, images)
        except OSError as error:
            raise self._unusable("written", error) from None
        line = [sys.executable, "-m", "kubectl_kubestash.sandbox", str(self.folder), *told]
        line += ["--port", str(port)]
        with self.server_log.open("ab") as log:
            process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        assert process.stdout is not None
        with process.stdout:
            answer = process.stdout.readline()
        self._judge(answer, process)
        return True

    def _unusable(self, how: str, error: OSError) -> Refused:
        text = f"the folder {self.folder} cannot be {how}: {error.strerror}"
        return Refused(text, "choose another: --folder")

    def _judge(self, answer: bytes, process: subprocess.Popen[bytes]) -> None:
        if answer:
            told = json.loads(answer)
            if "error" not in told:
                return
            process.wait()
            raise Refused(told["error"], *filter(None, [told["hint"]]))
        code = process.wait()
        raise KubeStashError(
            f"the sandbox ended with exit code {code}: {last_line(self.server_log)}",
            f"its log: {self.server_log}",
        )

    def start_operator(self, client: Client, port: int) -> bool:
        """Start the operator and wait until it leads; False when it runs already."""
        if (found := self.operator) is not None:
            if found.port == port and found.version == __version__:
                return False
            _end("the operator", found.process)
        program = Path(sys.executable).with_name("kubectl-kubestash")
        identity = f"sandbox-{token_hex(4)}"
        with self.operator_log.open("ab") as log:
            process = subprocess.Popen(
                [str(program), "controller", "run", "--restart", "--identity", identity],
                env=dict(self.environment) | {"KUBECONFIG": str(self.kubeconfig)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        Record(ProcessId.of(process.pid), port).write(self.folder, "operator.json")
        self._wait_for_lease(client, identity, process)
        return True

    def _wait_for_lease(
        self, client: Client, identity: str, process: subprocess.Popen[bytes]
    ) -> None:
        end = time.monotonic() + _LEASE_WITHIN
        while not _is_held_by(client, identity):
            if (code := process.poll()) is not None:
                said = last_line(self.operator_log)
                raise KubeStashError(
                    f"the operator ended with exit code {code}: {said}",
                    f"its log: {self.operator_log}",
                )
            if time.monotonic() > end:
                raise KubeStashError(
                    f"the operator does not lead after {_LEASE_WITHIN:.0f}s",
                    f"its log: {self.operator_log}",
                )
            time.sleep(0.05)

    def stop(self) -> list[str]:
        """End all its processes, the operator first; names of those that ran."""
        found = {"the operator": self.operator, "the sandbox": self.running}
        return [name for name, record in found.items() if record and _end(name, record.process)]

    def remove(self) -> None:
        """Delete what a sandbox keeps; nothing else that may be in the folder."""
        from shutil import rmtree  # noqa: PLC0415 - only for this

        for path in self._own_paths():
            if path.is_dir() and not path.is_symlink():
                rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _own_paths(self) -> Sequence[Path]:
        found = [self.folder / name for name in _KNOWN]
        found += [path for pattern in _KNOWN_PATTERNS for path in self.folder.glob(pattern)]
        return [path for path in found if path.exists() or path.is_symlink()]


def last_line(log: Path) -> str:
    """The last thing that a process has said, for one line of an error."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _check_running(found: Record, port: int) -> None:
    again = "kubectl kubestash sandbox stop"
    if (found.version, found.format) != (__version__, FORMAT):
        raise Refused(f"a sandbox of version {found.version} runs there", again)
    if port and port != found.port:
        raise Refused(f"the sandbox runs already, on port {found.port}", again)


def _end(name: str, process: ProcessId) -> bool:
    if not process.end(signal.SIGTERM, within=_POLITE[name]):
        process.end(signal.SIGKILL, within=10)
    return True


def _is_held_by(client: Client, identity: str) -> bool:
    try:
        lease = client.find(LEASE, LEASE_KEY) or {}
    except ClusterError:
        return False
    return bool(lease.get("spec", {}).get("holderIdentity") == identity)
