"""A reader that asks once, lays files over the cluster, and goes on where it may not look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kubectl_kubestash.api.resources import ADDON, BACKUP_STORAGE, SECRET, ObjectKey, Resource
from kubectl_kubestash.errors import Forbidden
from kubectl_kubestash.gather.sight import Sight

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Client, Object

MINE, THEIRS = ObjectKey("demo", "mine"), ObjectKey("demo", "theirs")


def storage(key: ObjectKey, **spec: Any) -> Object:
    return {
        "apiVersion": BACKUP_STORAGE.api_version,
        "kind": BACKUP_STORAGE.kind,
        "metadata": {"name": key.name, "namespace": key.namespace},
        "spec": spec,
    }


class Cluster:
    """Notes what it is asked; Secrets and lists of the whole cluster are not for us."""

    def __init__(self, *objects: Object) -> None:
        self.objects = objects
        self.asked: list[str] = []

    def find(self, resource: Resource, key: ObjectKey) -> Object | None:
        self.asked.append(f"find {resource.kind} {key}")
        return next((o for o in self.objects if o["metadata"]["name"] == key.name), None)

    def find_metadata(self, resource: Resource, key: ObjectKey) -> Object | None:
        self.asked.append(f"metadata {resource.kind} {key}")
        if resource == SECRET:
            raise Forbidden("no")
        return None

    def list(self, resource: Resource, namespace: str = "", **_: str) -> list[Object]:
        self.asked.append(f"list {resource.kind} {namespace}")
        if not namespace:
            raise Forbidden("no")
        return list(self.objects)


def sight(cluster: Cluster, *over: Object) -> Sight:
    return Sight(cast("Client", cluster), over, homes=["demo"])


def test_what_stands_in_a_file_hides_what_is_in_the_cluster() -> None:
    over = sight(Cluster(storage(MINE), storage(THEIRS)), storage(MINE, default=True))

    found = over.find(BACKUP_STORAGE, MINE)
    listed = {o["metadata"]["name"]: o["spec"] for o in over.list(BACKUP_STORAGE, "demo")}

    assert found is not None
    assert found["spec"] == {"default": True}
    assert listed == {"mine": {"default": True}, "theirs": {}}
    assert over.list(BACKUP_STORAGE, "other") != []
    assert over.is_there(BACKUP_STORAGE, MINE)


def test_everything_is_asked_once() -> None:
    cluster = Cluster(storage(THEIRS))
    seen = sight(cluster)

    for _ in range(3):
        assert seen.find(BACKUP_STORAGE, THEIRS) is not None
        assert seen.find(ADDON, ObjectKey("", "none")) is None
        assert len(seen.list(BACKUP_STORAGE, "demo")) == 1

    assert len(cluster.asked) == 3


def test_a_secret_is_only_asked_for_its_metadata_and_one_that_is_hidden_may_be_there() -> None:
    cluster = Cluster()
    seen = sight(cluster)

    assert seen.is_there(SECRET, MINE)
    assert not seen.is_there(BACKUP_STORAGE, MINE)
    assert seen.hidden == {SECRET}
    assert cluster.asked == ["metadata Secret demo/mine", "metadata BackupStorage demo/mine"]


def test_where_the_whole_cluster_is_hidden_the_namespaces_at_hand_are_listed() -> None:
    cluster = Cluster(storage(THEIRS))
    seen = sight(cluster)

    assert [o["metadata"]["name"] for o in seen.list(BACKUP_STORAGE)] == ["theirs"]
    assert seen.hidden == {BACKUP_STORAGE}
    assert cluster.asked == ["list BackupStorage ", "list BackupStorage demo"]
