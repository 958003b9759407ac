"""What the demo does in pods and with manifests, with or without a kubectl on this machine."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import POD, ObjectKey, Resource
from kubectl_kubestash.cli.bundle import read_yaml
from kubectl_kubestash.kube import exec as execution
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load

from .teller import Broken

if TYPE_CHECKING:
    from .teller import Teller

PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Pods:
    """One namespace, through our own client: what kubectl would do, shown as if it did."""

    teller: Teller
    namespace: str

    @property
    def client(self) -> Client:
        return Client(load(environment={}, kubeconfig=str(self.teller.kubeconfig)))

    def apply(self, name: str) -> None:
        """`kubectl apply -f` of a file of the examples."""
        self.teller.show(f"kubectl apply -f {name}")
        for document in read_yaml(PROJECT / name):
            resource = _resource(document["apiVersion"], document["kind"])
            self.client.apply(resource, document)
            print(f"{document['kind'].lower()}/{document['metadata']['name']} applied", flush=True)

    def create_namespace(self) -> None:
        self.teller.show(f"kubectl create namespace {self.namespace}")
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        self.client.apply(_resource("v1", "Namespace"), body)

    def wait_until_ready(self, name: str, *, within: float = 60) -> None:
        """`kubectl wait --for=condition=Ready`. Raises Broken."""
        self.teller.show(f"kubectl wait -n {self.namespace} --for=condition=Ready pod/{name}")
        end = time.monotonic() + within
        while not _is_ready(pod := self.client.get(POD, ObjectKey(self.namespace, name))):
            if time.monotonic() > end:
                raise Broken(f"pod/{name} is not Ready after {within:.0f} s: {pod.get('status')}")
            time.sleep(0.1)

    def run(self, pod: str, line: str, *, stdin: str = "", quiet: bool = False) -> str:
        """`kubectl exec -i`: what a command in a pod prints. Raises Broken."""
        if not quiet:
            self.teller.show(f"kubectl exec -i -n {self.namespace} {pod} -- {line}")
        streams = execution.Streams(stdin=stdin.encode())
        key, words = ObjectKey(self.namespace, pod), shlex.split(line)
        done = execution.run(self.client, key, words, streams=streams, timeout=120)
        if done.exit_code != 0:
            raise Broken(f"`{line}` ended with exit code {done.exit_code}. {done.stderr.decode()}")
        return done.stdout.decode()


def _resource(api_version: str, kind: str) -> Resource:
    group, _, version = api_version.rpartition("/")
    plural = "retentionpolicies" if kind == "RetentionPolicy" else f"{kind.lower()}s"
    return Resource(group, version, kind, plural, kind != "Namespace")


def _is_ready(pod: dict[str, object]) -> bool:
    status = pod.get("status")
    conditions = status.get("conditions") if isinstance(status, dict) else None
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions or ())
