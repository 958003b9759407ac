"""Claims of the sandbox get volumes, and give them back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import (
    PERSISTENT_VOLUME,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    ObjectKey,
)
from tests.sandbox.node.world import body, eventually, status

if TYPE_CHECKING:
    from tests.sandbox.node.world import Namespace, Object


def claim(home: Namespace, name: str, **spec: Any) -> None:
    resources = {"requests": {"storage": "1Mi"}}
    whole = {"accessModes": ["ReadWriteOnce"], "resources": resources, **spec}
    home.create(PERSISTENT_VOLUME_CLAIM, name, spec=whole)


def bound(home: Namespace, name: str) -> Object:
    """The volume of a claim, once it has one."""
    found = home.phase(name, "Bound", resource=PERSISTENT_VOLUME_CLAIM)
    assert status(found)["capacity"] == {"storage": "1Mi"}
    return home.client.get(PERSISTENT_VOLUME, ObjectKey("", found["spec"]["volumeName"]))


def test_a_claim_gets_a_folder_which_goes_with_it_but_not_under_a_pod(home: Namespace) -> None:
    claim(home, "data")
    volume = bound(home, "data")
    folder = Path(volume["spec"]["hostPath"]["path"])
    assert folder.parent == home.world.folder / "volumes"
    held = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    home.pod("holder", "echo x > /data/x; sleep 1000", volumes=held, volumeMounts=mounts)
    eventually((folder / "x").exists)
    home.client.delete(PERSISTENT_VOLUME_CLAIM, home.key("data"))
    home.client.delete(POD, home.key("holder"))
    eventually(lambda: home.client.find(PERSISTENT_VOLUME_CLAIM, home.key("data")) is None)
    key = ObjectKey("", volume["metadata"]["name"])
    eventually(lambda: home.client.find(PERSISTENT_VOLUME, key) is None)
    assert not folder.exists()


def test_a_claim_can_ask_for_a_volume_that_is_there_and_it_stays(home: Namespace) -> None:
    name, folder = f"by-hand-{home.name}", home.world.folder / "host" / home.name
    folder.mkdir(parents=True)
    (folder / "kept").write_text("yes")
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "1Mi"},
        "hostPath": {"path": str(folder)},
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "",
    }
    home.client.create(PERSISTENT_VOLUME, body(PERSISTENT_VOLUME, name, spec=spec))
    claim(home, "data", volumeName=name, storageClassName="")
    assert bound(home, "data")["metadata"]["name"] == name
    home.client.delete(PERSISTENT_VOLUME_CLAIM, home.key("data"))
    key = ObjectKey("", name)
    eventually(lambda: status(home.client.get(PERSISTENT_VOLUME, key)).get("phase") == "Released")
    assert (folder / "kept").exists()
    home.client.delete(PERSISTENT_VOLUME, key)


def test_a_claim_of_a_class_that_nobody_serves_waits(home: Namespace) -> None:
    claim(home, "data", storageClassName="fast")
    claim(home, "other")
    bound(home, "other")
    found = home.get(PERSISTENT_VOLUME_CLAIM, "data")
    assert status(found).get("phase", "Pending") == "Pending"
