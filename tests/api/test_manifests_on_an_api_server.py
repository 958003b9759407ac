"""Our examples and KubeStash's own live on a real API server as people expect of manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.reference import PAGES
from kubectl_kubestash.api.resources import APP_BINDING, BACKUP_CONFIGURATION, BACKUP_STORAGE, OURS
from kubectl_kubestash.cli.output import to_yaml
from kubectl_kubestash.runner import documents
from tests.api.test_examples import examples

if TYPE_CHECKING:
    from kubectl_kubestash.api.resources import Resource
    from tests.cluster.kubectl import Kubectl

pytestmark = pytest.mark.cluster

Manifest = dict[str, Any]
KINDS = {resource.kind: resource for resource in (*OURS, APP_BINDING)}
OUR_EXAMPLES: list[Manifest] = [
    yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((PAGES / "examples").glob("*.yaml"))
]


def text_of(manifests: list[Manifest]) -> str:
    # As YAML, so that moments are written as a person would write them.
    return yaml.safe_dump_all(manifests)


def authored(manifest: Manifest) -> Manifest:
    """What a person would write of it: some pages of KubeStash show what an API server answered.

    The owner named there is not here, so the garbage collector would come for the object.
    """
    written = ("name", "namespace", "labels", "annotations")
    metadata = {name: value for name, value in manifest["metadata"].items() if name in written}
    return {**manifest, "metadata": metadata}


def batches(manifests: list[Manifest]) -> list[list[Manifest]]:
    """All manifests in their order, none beside a namesake."""
    found: list[dict[tuple[Any, ...], Manifest]] = []
    for manifest in manifests:
        metadata = manifest["metadata"]
        key = (manifest["kind"], metadata.get("namespace"), metadata.get("name"))
        free = next((batch for batch in found if key not in batch), None)
        if free is None:
            found.append(free := {})
        free[key] = manifest
    return [list(batch.values()) for batch in found]


@pytest.fixture(scope="module", autouse=True)
def _namespaces(kubectl: Kubectl) -> None:
    """All namespaces that the manifests name, and those that objects of tests go to."""
    manifests = [*OUR_EXAMPLES, *(document for _, document in examples())]
    wanted = {manifest["metadata"].get("namespace", "default") for manifest in manifests}
    there = set(kubectl("get", "namespaces", "-o", "name").split())
    for name in sorted(wanted):
        if f"namespace/{name}" not in there:
            kubectl("create", "namespace", name)


def test_every_example_of_the_documentation_is_created_strictly(kubectl: Kubectl) -> None:
    made = kubectl("create", "--validate=strict", "-f", "-", stdin=text_of(OUR_EXAMPLES))

    assert made.count(" created") == len(OUR_EXAMPLES) == len(OURS)
    kubectl("delete", "--wait=false", "-f", "-", stdin=text_of(OUR_EXAMPLES))


def test_every_manifest_of_kubestash_is_taken_strictly(kubectl: Kubectl) -> None:
    manifests = [document for _, document in examples()]
    flags = ("--validate=strict", "--dry-run=server")

    for batch in batches([renamed(manifest) for manifest in manifests]):
        taken = kubectl("create", *flags, "-f", "-", stdin=text_of(batch))
        assert taken.count("created (server dry run)") == len(batch)


def renamed(manifest: dict[str, Any]) -> dict[str, Any]:
    """Some are called as what our own catalogue brings, which other tests install."""
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "name": f"theirs-{metadata['name']}"}}


def test_diff_shows_nothing_after_apply(kubectl: Kubectl) -> None:
    manifests = [*OUR_EXAMPLES, *(authored(renamed(document)) for _, document in examples())]

    for batch in batches(manifests):
        kubectl("apply", "-f", "-", stdin=text_of(batch))
        answer = kubectl.run("diff", "-f", "-", stdin=text_of(batch))
        assert (answer.stdout, answer.returncode) == ("", 0), answer.stderr


def test_texts_that_look_like_something_else_stay_texts_on_their_way_through_kubectl(
    kubectl: Kubectl,
) -> None:
    numbers = ["1e3", "12E45", "0o17", "0x1f", "0b11", "1_000", "012", "1:30", ".5", "+1", "1.2.3"]
    words = ["y", "n", "on", "No", "null", "~", "", "2026-01-02", "=", "<<", "a: b", "# c", "- d"]
    data = {f"key-{number}": text for number, text in enumerate(numbers + words)}
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "odd"}, "data": data}

    for written in (to_yaml(manifest), documents.text(manifest).decode()):
        flags = ("--dry-run=client", "--validate=false", "-o", "json")
        read = kubectl("create", *flags, "-f", "-", stdin=written)
        assert json.loads(read)["data"] == data


def apply_as(kubectl: Kubectl, manager: str, resource: Resource, spec: Manifest) -> str:
    """Server-side apply of an object named `shared`; what kubectl says, also when it refuses."""
    manifest = {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {"name": "shared", "namespace": "default"},
        "spec": spec,
    }
    flags = ("--server-side", f"--field-manager={manager}")
    answer = kubectl.run("apply", *flags, "-f", "-", stdin=json.dumps(manifest))
    return answer.stdout if answer.returncode == 0 else answer.stderr


def spec_of(kubectl: Kubectl, resource: Resource) -> Manifest:
    text = kubectl("get", resource.full_name, "shared", "-n", "default", "-o", "json")
    spec: Manifest = json.loads(text)["spec"]
    return spec


def constraint(key: str, skew: int) -> Manifest:
    return {"topologyKey": key, "whenUnsatisfiable": "DoNotSchedule", "maxSkew": skew}


def storage(*constraints: Manifest, claims: tuple[str, ...] = ()) -> Manifest:
    container = {"resources": {"claims": [{"name": name} for name in claims]}}
    pod = {"topologySpreadConstraints": list(constraints)}
    return {"runtimeSettings": {"pod": pod} | ({"container": container} if claims else {})}


def test_two_managers_each_keep_their_entries_of_a_list_with_keys(kubectl: Kubectl) -> None:
    apply_as(kubectl, "one", BACKUP_STORAGE, storage(constraint("zone", 1), claims=("gpu",)))
    apply_as(kubectl, "two", BACKUP_STORAGE, storage(constraint("host", 2), claims=("disk",)))

    settings = spec_of(kubectl, BACKUP_STORAGE)["runtimeSettings"]
    assert (
        settings
        == storage(constraint("zone", 1), constraint("host", 2), claims=("gpu", "disk"))[
            "runtimeSettings"
        ]
    )

    apply_as(kubectl, "one", BACKUP_STORAGE, {"default": True})
    settings = spec_of(kubectl, BACKUP_STORAGE)["runtimeSettings"]
    assert settings == storage(constraint("host", 2), claims=("disk",))["runtimeSettings"]


def test_a_list_without_keys_belongs_to_one_manager_and_the_other_is_told(
    kubectl: Kubectl,
) -> None:
    apply_as(kubectl, "one", BACKUP_CONFIGURATION, {"sessions": [{"name": "nightly"}]})
    beside = apply_as(kubectl, "two", BACKUP_CONFIGURATION, {"paused": True})
    against = apply_as(kubectl, "two", BACKUP_CONFIGURATION, {"sessions": [{"name": "weekly"}]})

    assert "serverside-applied" in beside
    assert 'conflict with "one": .spec.sessions' in against
    spec = spec_of(kubectl, BACKUP_CONFIGURATION)
    assert (spec["paused"], [s["name"] for s in spec["sessions"]]) == (True, ["nightly"])
