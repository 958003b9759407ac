"""A real API server with our kinds, and what an operator would write, written by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_kubestash.api import resources
from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load

from .program import Answer, process

if TYPE_CHECKING:
    from pathlib import Path


class World(NamedTuple):
    """One namespace of a cluster."""

    kubeconfig: Path
    client: Client
    namespace: str
    scripts: Path
    """A folder with the console scripts, as a wheel would install them."""

    def run(self, *words: str, stdin: str = "", **environment: str) -> Answer:
        """A whole process in this namespace."""
        return process(
            *words,
            *("-n", self.namespace),
            stdin=stdin,
            KUBECONFIG=str(self.kubeconfig),
            **environment,
        )

    def kubectl(self, *words: str) -> Answer:
        """`kubectl …` with the plugin on PATH."""
        done = subprocess.run(
            ["kubectl", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={
                **os.environ,
                "KUBECONFIG": str(self.kubeconfig),
                "KUBESTASH_COMPLETION_TIMEOUT": "30",
                "PATH": f"{self.scripts}:{os.environ['PATH']}",
            },
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def key(self, name: str) -> ObjectKey:
        return ObjectKey(self.namespace, name)

    def create(self, resource: resources.Resource, name: str, **fields: Any) -> Any:
        body = {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "metadata": {"name": name, "namespace": self.namespace},
            **fields,
        }
        return self.client.create(resource, body)

    def status(self, resource: resources.Resource, name: str, **status: Any) -> None:
        """What an operator would write."""
        patch = {"status": status}
        self.client.patch(resource, self.key(name), patch, subresource="status")

    def configuration(self, name: str = "files", *sessions: str, ready: bool = True) -> None:
        """A BackupConfiguration that an operator has found ready."""
        spec = {
            "target": {"kind": "PersistentVolumeClaim", "name": "files"},
            "sessions": [
                {
                    "name": session,
                    "scheduler": {"schedule": "0 * * * *", "jobTemplate": {}},
                    "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
                    "repositories": [{"name": "repo", "directory": "/files"}],
                }
                for session in sessions or ("hourly",)
            ],
        }
        self.create(resources.BACKUP_CONFIGURATION, name, spec=spec)
        phase = "Ready" if ready else "NotReady"
        self.status(resources.BACKUP_CONFIGURATION, name, phase=phase, targetFound=ready)

    def names(self, resource: resources.Resource) -> list[str]:
        return [item["metadata"]["name"] for item in self.client.list(resource, self.namespace)]

    def only_session(self) -> str:
        [name] = self.names(resources.BACKUP_SESSION)
        return name


def new_world(kubeconfig: Path, folder: Path) -> World:
    """A fresh namespace."""
    client = Client(load(kubeconfig=str(kubeconfig)))
    name = f"cli-{uuid.uuid4().hex[:8]}"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    client.create(resources.NAMESPACE, namespace)
    return World(kubeconfig, client, name, _scripts(folder))


def _scripts(folder: Path) -> Path:
    for name, module in (
        ("kubectl-kubestash", "kubectl_kubestash.__main__"),
        ("kubectl_complete-kubestash", "kubectl_kubestash.cli.completion"),
    ):
        path = folder / name
        path.write_text(
            f"#!{sys.executable}\nfrom {module} import main\nmain()\n", encoding="utf-8"
        )
        path.chmod(0o755)
    return folder


def document(answer: Answer) -> Any:
    """Stdout as JSON: it holds nothing else."""
    assert answer.code == 0, answer.err
    return json.loads(answer.out)
