"""What the sandbox knows of Kubernetes' own kinds, taken from a real API server.

    python -m tests.sandbox.server.kubernetes_data

writes `kubernetes.json` (kinds, and the types that their schemas need) and
`protobuf.json` (field numbers, from the .proto files of the Go modules that the tests build).
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.request import Request
from kubectl_kubestash.sandbox import server
from tests.cluster.api_server import ApiServer
from tests.cluster.programs import KUBERNETES_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(server.__file__).parent
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_REFERENCE = "#/components/schemas/"
_WANTED = {
    "": "configmaps endpoints events namespaces nodes persistentvolumeclaims persistentvolumes pods"
    " secrets serviceaccounts services",
    "apps": "daemonsets deployments replicasets statefulsets",
    "batch": "cronjobs jobs",
    "authorization.k8s.io": "selfsubjectaccessreviews",
    "policy": "poddisruptionbudgets",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles rolebindings roles",
    "storage.k8s.io": "storageclasses",
    "apiextensions.k8s.io": "customresourcedefinitions",
    "coordination.k8s.io": "leases",
}
_SUBRESOURCES = {"binding", "exec", "status", "log", "token"}
_PACKAGES = {
    "api": [
        *("core/v1", "apps/v1", "batch/v1", "authentication/v1", "authorization/v1", "policy/v1"),
        *("rbac/v1", "storage/v1", "coordination/v1", "autoscaling/v1"),
    ],
    "apimachinery": ["pkg/apis/meta/v1", "pkg/runtime", "pkg/util/intstr", "pkg/api/resource"],
}


def kubernetes(client: Client) -> dict[str, Any]:
    """The content of kubernetes.json, as this server would have it."""
    kinds = sorted(_kinds(client), key=lambda one: (one["group"], one["resource"]))
    definitions: dict[str, Any] = {}
    for group in _WANTED:
        document = client.read(f"/openapi/v3/{_root(group)}")["components"]["schemas"]
        own = [one["responseKind"]["kind"] for one in kinds if one["group"] == group]
        for name, schema in document.items():
            for gvk in schema.get("x-kubernetes-group-version-kind", ()):
                if gvk["kind"] in own and (gvk["group"], gvk["version"]) == (group, "v1"):
                    definitions |= dict(_closure(name, document, definitions))
    return {"kinds": kinds, "definitions": _without_texts(dict(sorted(definitions.items())))}


def _without_texts(value: Any) -> Any:
    """Texts are strings, where a property of that name has a schema."""
    if isinstance(value, dict):
        is_text = {"description": str}
        kept = {k: v for k, v in value.items() if not isinstance(v, is_text.get(k, ()))}
        return {key: _without_texts(part) for key, part in kept.items()}
    return [_without_texts(part) for part in value] if isinstance(value, list) else value


def protobuf() -> dict[str, Any]:
    """The content of protobuf.json: message → number of a field → its JSON name and its type."""
    messages: dict[str, Any] = {}
    for module, packages in _PACKAGES.items():
        version = KUBERNETES_VERSION.replace("1.", "v0.", 1)
        root = _go_modules() / f"k8s.io/{module}@{version}"
        for package in packages:
            text = (root / package / "generated.proto").read_text()
            messages = dict(_messages(text)) | messages  # storage has a TokenRequest of its own
    return messages


def write() -> None:
    """Start a control plane, ask it, and write both files."""
    with tempfile.TemporaryDirectory() as folder:
        real = ApiServer(Path(folder))
        try:
            real.up()
            data = kubernetes(Client(config.load(environment={}, kubeconfig=str(real.kubeconfig))))
        finally:
            real.down()
    _write(FOLDER / "kubernetes.json", data)
    _write(FOLDER / "protobuf.json", protobuf())


def _write(file: Path, data: Mapping[str, Any]) -> None:
    """One line for each thing, so that a change can be read."""
    parts = []
    for name, part in data.items():
        if name in {"kinds", "definitions"}:
            pairs = part.items() if isinstance(part, dict) else ((None, one) for one in part)
            lines = [(f"{json.dumps(key)}: " if key else "") + json.dumps(v) for key, v in pairs]
            edges = "{}" if isinstance(part, dict) else "[]"
            parts.append(f'"{name}": {edges[0]}\n' + ",\n".join(lines) + f"\n{edges[1]}")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(part)}")
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def _root(group: str) -> str:
    return f"apis/{group}/v1" if group else "api/v1"


def _kinds(client: Client) -> Iterator[dict[str, Any]]:
    for root in ("/api", "/apis"):
        answer = client.transport.send(Request("GET", root, accept=_DISCOVERY)).json()
        assert isinstance(answer, dict)
        for group in answer["items"]:
            name = group["metadata"].get("name", "")
            for one in group["versions"][0]["resources"]:
                if one["resource"] in _WANTED.get(name, "").split():
                    subs = [s for s in one.pop("subresources", ()) if _is_wanted(s)]
                    yield {"group": name, **one, "subresources": subs}


def _is_wanted(subresource: Mapping[str, Any]) -> bool:
    return subresource["subresource"] in _SUBRESOURCES


def _closure(
    name: str, document: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    waiting, seen = [name], set(known)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name, document[name]
        waiting += re.findall(rf'"{_REFERENCE}([^"]+)"', json.dumps(document[name]))


def _go_modules() -> Path:
    answer = subprocess.run(
        ["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True, timeout=60
    )
    return Path(answer.stdout.strip())


_MESSAGE = re.compile(r"^message (\w+) \{$(.*?)^\}$", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(
    r"^ +(?:optional |(repeated ))?(map<string, ?)?([\w.]+)>? (\w+) = (\d+);", re.MULTILINE
)


def _messages(text: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    for name, body in _MESSAGE.findall(text):
        fields = {}
        for repeated, mapped, type_, field, number in _FIELD.findall(body):
            shape = "repeated" if repeated else "map" if mapped else ""
            fields[number] = [field, type_.rpartition(".")[2], shape]
        yield name, fields


if __name__ == "__main__":
    write()
