"""A cluster with KubeStash installed, as a user has it: kubectl, the plugin, an operator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.waiting import Failed, eventually

from .manifests import IMAGE

if TYPE_CHECKING:
    from tests.cluster.kubectl import Kubectl

PLUGIN = Path(sys.executable).with_name("kubectl-kubestash")


@dataclass
class Plugin:
    """`kubectl kubestash`, run against one cluster."""

    kubeconfig: Path

    def run(
        self, *arguments: str, stdin: str = "", within: float = 180
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end, whatever that is."""
        return subprocess.run(
            [PLUGIN, *arguments],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=within,
        )

    def __call__(self, *arguments: str, stdin: str = "", within: float = 180) -> str:
        """Run it and return its stdout; anything but exit 0 fails the test."""
        answer = self.run(*arguments, stdin=stdin, within=within)
        if answer.returncode != 0:
            raise Failed(
                f"kubectl kubestash {' '.join(arguments)} ended with {answer.returncode}\n"
                f"{answer.stdout}{answer.stderr}"
            )
        return answer.stdout

    def environment(self) -> dict[str, str]:
        return os.environ | {"KUBECONFIG": str(self.kubeconfig)}


@dataclass
class Operator:
    """`controller run` as a process that tests may kill."""

    plugin: Plugin
    log: Path
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it; it is at work once it has the lease, so callers wait for what it does."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [PLUGIN, "controller", "run", "--image", IMAGE, *self.arguments],
                env=self.plugin.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        """End it as Ctrl-C does, and return its exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        code = self.process.wait(timeout=90)
        self.process = None
        return code

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass(frozen=True)
class Namespace:
    """A namespace of its own for one test."""

    name: str
    cluster: Kubectl
    plugin: Plugin

    def kubectl(self, *arguments: str, stdin: str = "", within: float = 180) -> str:
        return self.cluster("-n", self.name, *arguments, stdin=stdin, within=within)

    def kubestash(self, *arguments: str, stdin: str = "", within: float = 180) -> str:
        return self.plugin(*arguments, "-n", self.name, stdin=stdin, within=within)

    def try_kubestash(
        self, *arguments: str, stdin: str = "", within: float = 180
    ) -> subprocess.CompletedProcess[str]:
        return self.plugin.run(*arguments, "-n", self.name, stdin=stdin, within=within)

    def apply(self, *objects: dict[str, Any]) -> None:
        """Create or change these objects with kubectl, which checks every field."""
        for document in objects:
            self.kubectl("apply", "--validate=strict", "-f", "-", stdin=json.dumps(document))

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """One object as JSON."""
        return dict(json.loads(self.kubectl("get", kind, name, "-o", "json")))

    def items(self, kind: str) -> list[dict[str, Any]]:
        """All objects of a kind as JSON."""
        return list(json.loads(self.kubectl("get", kind, "-o", "json"))["items"])

    def wait(self, what: str, condition: str, *, within: int = 120) -> None:
        """`kubectl wait --for=…`: the second client's word for it."""
        self.kubectl("wait", what, f"--for={condition}", f"--timeout={within}s", within=within + 10)

    def wait_phase(self, what: str, phase: str, *, within: int = 120) -> None:
        """Wait until the status of an object has this phase."""
        self.wait(what, f"jsonpath={{.status.phase}}={phase}", within=within)

    def wait_initial_backup(self) -> None:
        """Wait for the session that a configuration starts by itself when it is first Ready."""
        eventually(lambda: bool(self.items("backupsessions")), what="there is an initial backup")
        for session in self.items("backupsessions"):
            self.wait_phase(f"backupsession/{session['metadata']['name']}", "Succeeded")
