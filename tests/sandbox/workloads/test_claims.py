"""Claims of the sandbox get volumes, and give them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import PERSISTENT_VOLUME_CLAIM, POD
from tests.sandbox.node.world import status
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.node.world import Namespace


def claim(home: Namespace, name: str, **spec: Any) -> None:
    resources = {"requests": {"storage": "1Mi"}}
    whole = {"accessModes": ["ReadWriteOnce"], "resources": resources, **spec}
    home.create(PERSISTENT_VOLUME_CLAIM, name, spec=whole)


def bound(home: Namespace, name: str) -> Path:
    """The folder of a claim, once it has one."""
    found = home.phase(name, "Bound", resource=PERSISTENT_VOLUME_CLAIM)
    assert status(found)["capacity"] == {"storage": "1Mi"}
    return home.world.folder / "volumes" / str(found["spec"]["volumeName"])


def test_a_claim_gets_a_folder_which_goes_with_it_but_not_under_a_pod(home: Namespace) -> None:
    claim(home, "data")
    folder = bound(home, "data")
    held = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    mounts = [{"name": "data", "mountPath": "/data"}]
    home.pod("holder", "echo x > /data/x; sleep 1000", volumes=held, volumeMounts=mounts)
    eventually((folder / "x").exists)
    home.client.delete(PERSISTENT_VOLUME_CLAIM, home.key("data"))
    assert (folder / "x").exists()
    home.client.delete(POD, home.key("holder"))
    eventually(lambda: home.client.find(PERSISTENT_VOLUME_CLAIM, home.key("data")) is None)
    assert not folder.exists()


def test_a_claim_of_a_class_that_nobody_serves_waits(home: Namespace) -> None:
    claim(home, "data", storageClassName="fast")
    claim(home, "other")
    bound(home, "other")
    found = home.get(PERSISTENT_VOLUME_CLAIM, "data")
    assert status(found).get("phase", "Pending") == "Pending"
