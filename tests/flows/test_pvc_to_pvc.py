"""A volume is backed up into another volume of the cluster, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import manifests
from .volume import Volume

if TYPE_CHECKING:
    from .world import Namespace

pytestmark = pytest.mark.cluster


@pytest.mark.sandbox
def test_a_volume_comes_back_from_another_volume(demo: Namespace) -> None:
    volume = Volume.make(demo, "data")
    volume.write("tuesday")
    before = volume.fingerprint()
    demo.apply(
        manifests.claim("vault"),
        manifests.encryption_secret(),
        manifests.local_storage("vault", "vault"),
        manifests.retention(),
        manifests.configuration("files", claim_name="data", storage="vault"),
    )
    demo.wait_phase("backupstorage/vault", "Ready")
    demo.wait_phase("backupconfiguration/files", "Ready")
    demo.wait_initial_backup()

    demo.kubestash("backup", "now", "files", "--wait")
    volume.destroy()
    demo.kubestash("restore", "now", "--repo", "files-repo", "--yes", "--wait")

    assert volume.fingerprint() == before
