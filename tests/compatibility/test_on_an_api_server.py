"""A real API server takes what `convert` writes, and gives back what our client sends."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.resources import BACKUP_STORAGE, OURS, ObjectKey, Resource
from kubectl_kubestash.api.structural_schema import schema_of
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from tests.api.manifests import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.program import Answer
    from tests.cluster.api_server import ApiServer
    from tests.cluster.kubectl import Kubectl

pytestmark = pytest.mark.cluster

NUMBERS = count(1)
a_few = settings(
    max_examples=5,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # Each try asks the server: a failure is told as it is.
    suppress_health_check=list(HealthCheck),
)


def test_what_convert_writes_is_created_strictly_and_diff_shows_nothing(
    kubectl: Kubectl, converted: Answer
) -> None:
    documents = list(yaml.safe_load_all(converted.out))
    there = set(kubectl("get", "namespaces", "-o", "name").split())
    for name in ("demo", "stores"):
        if f"namespace/{name}" not in there:
            kubectl("create", "namespace", name)

    flags = ("--validate=strict", "-f", "-")
    applied = kubectl("apply", *flags, stdin=converted.out)
    answer = kubectl.run("diff", "-f", "-", stdin=converted.out)

    assert applied.count(" created") == len(documents) > 15
    assert (answer.stdout, answer.returncode) == ("", 0), answer.stderr
    kubectl("delete", "--wait=false", "-f", "-", stdin=converted.out)


@pytest.fixture(scope="module")
def client(kubectl: Kubectl, api_server: ApiServer) -> Iterator[Client]:
    with Client(load(kubeconfig=str(api_server.kubeconfig))) as made:
        yield made


def test_texts_of_all_signs_are_applied(client: Client) -> None:
    text = "😀 \x1b \x7f \x85 \u2028 \ufeff ü"
    spec = {"storage": {"s3": {"bucket": text}}}
    sent = body(BACKUP_STORAGE, {"annotations": {"anything": text}}, spec)

    assert missing(sent, client.apply(BACKUP_STORAGE, sent)) == []


@pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)
@a_few
@given(data=st.data())
def test_an_object_that_is_applied_and_patched_keeps_every_field(
    client: Client, resource: Resource, data: st.DataObject
) -> None:
    """Applied by one field manager, patched by another, printed and created once more."""
    spec = data.draw(some(schema_of(MODELS[resource])["properties"].get("spec", {})))
    sent = body(resource, {"annotations": {"anything": data.draw(st.text(max_size=9))}}, spec)

    client.apply(resource, sent)
    key = ObjectKey(sent["metadata"].get("namespace", ""), sent["metadata"]["name"])
    patched = client.patch(resource, key, {"metadata": {"labels": {"a": "b"}}})
    again = client.create(resource, body(resource, {}, patched["spec"]))

    assert missing(sent, patched) == []
    assert patched["metadata"]["labels"] == {"a": "b"}
    assert again["spec"] == patched["spec"] == client.get(resource, key)["spec"]
    for each in (key, ObjectKey(key.namespace, again["metadata"]["name"])):
        client.delete(resource, each)


def body(resource: Resource, metadata: dict[str, Any], spec: Any) -> dict[str, Any]:
    home = {"namespace": "default"} if resource.namespaced else {}
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {"name": f"any-{next(NUMBERS)}", **home, **metadata},
        "spec": spec,
    }


def missing(sent: Any, there: Any, path: str = "") -> list[str]:
    """Paths of what was sent and is not there; the server may have added defaults."""
    if isinstance(sent, dict) and isinstance(there, dict):
        return [
            lost
            for name, value in sent.items()
            for lost in missing(value, there.get(name, ...), f"{path}.{name}")
        ]
    if isinstance(sent, list) and isinstance(there, list) and len(sent) == len(there):
        pairs = enumerate(zip(sent, there, strict=True))
        return [lost for i, (a, b) in pairs for lost in missing(a, b, f"{path}[{i}]")]
    return [] if sent == there else [path]
