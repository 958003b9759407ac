"""A volume goes to S3 and comes back byte for byte, by command and by manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import manifests
from .volume import Volume

if TYPE_CHECKING:
    from .conftest import Backed

pytestmark = pytest.mark.cluster


@pytest.mark.sandbox
def test_a_volume_comes_back_from_s3_byte_for_byte_by_command(backed_by_s3: Backed) -> None:
    volume, namespace = backed_by_s3.volume, backed_by_s3.namespace
    before = volume.fingerprint()

    namespace.kubestash("backup", "now", "files", "--wait")
    volume.destroy()
    namespace.kubestash("restore", "now", "--repo", "files-repo", "--yes", "--wait")

    assert volume.fingerprint() == before
    assert len(before.splitlines()) > 200


@pytest.mark.sandbox
def test_a_volume_comes_back_from_s3_by_manifest_alone(backed_by_s3: Backed) -> None:
    volume, namespace = backed_by_s3.volume, backed_by_s3.namespace
    before = volume.fingerprint()
    namespace.kubestash("backup", "now", "files", "--wait")

    volume.destroy()
    namespace.apply(manifests.restore("back", claim_name="data", repository="files-repo"))
    namespace.wait_phase("restoresession/back", "Succeeded")

    assert volume.fingerprint() == before


def test_the_older_of_two_snapshots_comes_back_and_neighbours_stay(backed_by_s3: Backed) -> None:
    volume, namespace = backed_by_s3.volume, backed_by_s3.namespace
    before = volume.fingerprint()
    first = namespace.kubestash("backup", "now", "files", "--wait", "-o", "name").strip()
    session = first.rpartition("/")[2]
    (snapshot,) = [
        item["metadata"]["name"]
        for item in namespace.items("snapshots.storage.kubestash.com")
        if item["spec"]["backupSession"] == session
    ]
    volume.destroy()
    volume.write("a later day")
    namespace.kubestash("backup", "now", "files", "--wait")

    volume.destroy()
    namespace.kubestash("restore", "now", "--snapshot", snapshot, "--yes", "--wait")

    assert volume.fingerprint() == before


def test_a_restore_goes_to_another_volume_and_leaves_the_first_alone(backed_by_s3: Backed) -> None:
    volume, namespace = backed_by_s3.volume, backed_by_s3.namespace
    namespace.kubestash("backup", "now", "files", "--wait")
    before = volume.fingerprint()
    other = Volume.make(namespace, "other")

    namespace.kubestash(
        "restore", "now", "--repo", "files-repo", "--to", "pvc/other", "--yes", "--wait"
    )

    assert other.fingerprint() == before
    assert volume.fingerprint() == before
