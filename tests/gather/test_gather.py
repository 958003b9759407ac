"""What is read for a decision, from a reader that holds a few objects."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.core.backup_configuration import BackupConfiguration
from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_STORAGE,
    NAMESPACE,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    REPOSITORY,
    RETENTION_POLICY,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.api.storage.backup_storage import BackupStorage
from kubectl_kubestash.gather.configuration import configuration_inputs
from kubectl_kubestash.gather.reader import every
from kubectl_kubestash.gather.volumes import claim_uses

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Object


class Shelf:
    """Objects by kind; counts how often it was asked to list a kind."""

    def __init__(self) -> None:
        self.objects: dict[tuple[Resource, ObjectKey], Object] = {}
        self.listed: Counter[str] = Counter()
        self.asked_for = ""

    def put(self, resource: Resource, name: str, namespace: str = "demo", **fields: Any) -> None:
        metadata = {"name": name}
        if resource.namespaced:
            metadata["namespace"] = namespace
        key = ObjectKey(metadata.get("namespace", ""), name)
        self.objects[resource, key] = {"metadata": metadata, **fields}

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        return self.objects.get((resource, key))

    def list(self, resource: Resource, namespace: str = "", *, fields: str = "") -> list[Object]:
        self.asked_for = fields
        self.listed[resource.kind] += 1
        return [
            entry
            for (kind, key), entry in self.objects.items()
            if kind == resource and namespace in {"", key.namespace}
        ]


def a_configuration(**spec: Any) -> BackupConfiguration:
    return BackupConfiguration.model_validate(
        {"metadata": {"namespace": "demo", "name": "files"}, "spec": spec}
    )


def test_what_a_configuration_names_is_found_or_known_to_be_missing() -> None:
    shelf = Shelf()
    shelf.put(NAMESPACE, "demo")
    shelf.put(BACKUP_STORAGE, "store", spec={})
    shelf.put(ADDON, "pvc-addon", spec={"backupTasks": [{"name": "t", "function": "f"}]})
    backend = {
        "name": "s3",
        "storageRef": {"name": "store"},
        "retentionPolicy": {"name": "keep", "namespace": "other"},
    }

    inputs = configuration_inputs(
        shelf,
        a_configuration(
            backends=[backend], sessions=[{"name": "daily", "addon": {"name": "pvc-addon"}}]
        ),
    )

    assert inputs.storages[ObjectKey("demo", "store")] is not None
    assert inputs.policies == {ObjectKey("other", "keep"): None}
    assert inputs.addons["pvc-addon"] is not None
    assert inputs.functions == {"f": None}


def test_defaults_of_the_namespace_fill_what_is_left_out() -> None:
    shelf = Shelf()
    shelf.put(NAMESPACE, "demo")
    everybody = {"allowedNamespaces": {"from": "All"}}
    for resource, name in ((BACKUP_STORAGE, "store"), (RETENTION_POLICY, "keep")):
        shelf.put(resource, name, spec={"default": True, "usagePolicy": everybody})

    whole = configuration_inputs(shelf, a_configuration()).configuration

    (backend,) = whole.spec.backends
    assert backend.storage_ref is not None
    assert backend.retention_policy is not None
    assert (backend.storage_ref.name, backend.retention_policy.name) == ("store", "keep")


def test_only_repositories_that_could_be_in_the_way_are_read() -> None:
    shelf = Shelf()
    shelf.put(REPOSITORY, "repo", spec={"path": "/elsewhere"})
    shelf.put(REPOSITORY, "foreign", "other", spec={"path": "files/"})
    shelf.put(REPOSITORY, "unrelated", spec={"path": "/unrelated"})
    wanted = {"name": "repo", "directory": "/files"}
    configuration = a_configuration(sessions=[{"name": "daily", "repositories": [wanted]}])

    found = configuration_inputs(shelf, configuration).repositories
    none = configuration_inputs(shelf, configuration, others=False).repositories

    assert [entry.metadata.name for entry in found] == ["repo", "foreign"]
    assert none == ()


def test_pods_are_read_only_for_volumes_of_one_node() -> None:
    shelf = Shelf()
    shelf.put(PERSISTENT_VOLUME_CLAIM, "shared", spec={"accessModes": ["ReadWriteMany"]})
    shelf.put(PERSISTENT_VOLUME_CLAIM, "single", spec={"accessModes": ["ReadWriteOnce"]})
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": "single"}}
    shelf.put(POD, "app", spec={"nodeName": "n1", "volumes": [volume]})

    claim_uses(shelf, "demo", {"shared"})
    before = shelf.listed["Pod"]
    uses = claim_uses(shelf, "demo", {"single", "missing"})

    assert before == 0
    assert shelf.asked_for == "status.phase!=Succeeded,status.phase!=Failed"
    assert [(use.name, use.nodes) for use in uses] == [("missing", ()), ("single", ("n1",))]


def test_one_object_that_cannot_be_read_does_not_hide_the_others() -> None:
    shelf = Shelf()
    shelf.put(BACKUP_STORAGE, "good", spec={})
    shelf.put(BACKUP_STORAGE, "bad", spec={"default": ["not", "a", "boolean"]})

    assert [entry.metadata.name for entry in every(shelf, BackupStorage)] == ["good"]
