"""A KubeStash user's own manifests work here; only where the bytes lie is replaced."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from . import manifests
from .volume import Volume

if TYPE_CHECKING:
    from .bucket import Bucket
    from .world import Namespace

pytestmark = pytest.mark.cluster

_EXAMPLES = Path(__file__).parents[3] / "shared/upstream-examples/guides/volumes/pvc"


def _example(name: str, namespace: str) -> dict[str, Any]:
    """One document, moved from the namespace `demo` to the one of this test."""
    text = (_EXAMPLES / name).read_text().replace("namespace: demo", f"namespace: {namespace}")
    return dict(yaml.safe_load(text))


def test_the_pvc_guide_backs_up_and_restores(demo: Namespace, bucket: Bucket) -> None:
    volume = Volume.make(demo, "nfs-pvc")
    volume.run("sh", "-c", "mkdir /data/sub && echo hello > /data/sub/file && chmod -R a+rX /data")
    before = volume.fingerprint()
    storage = _example("backupstorage.yaml", demo.name)
    storage["spec"]["storage"] = bucket.storage("any", prefix=demo.name)["spec"]["storage"]
    configuration = _example("backupconfiguration.yaml", demo.name)
    demo.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        storage,
        _example("retentionpolicy.yaml", demo.name),
        configuration,
    )
    demo.wait_phase("backupconfiguration/nfs-pvc-backup", "Ready")
    demo.wait_initial_backup()

    demo.kubestash("backup", "now", "nfs-pvc-backup", "--wait")
    volume.destroy()
    demo.apply(_example("restoresession.yaml", demo.name))
    demo.wait_phase("restoresession/nfs-pvc-restore", "Succeeded")

    assert volume.fingerprint() == before
