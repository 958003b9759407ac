"""The cluster is gone, the bucket is not: everything comes back from what the backend holds.

A second cluster is what the drill is about. One machine has room for one node, so the first
cluster's memory is wiped instead: every object of ours, finalizers first, with the operator away.
What is left is what a new cluster would have: the CRDs, the catalogue, and the bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.waiting import eventually

from . import manifests

if TYPE_CHECKING:
    from .bucket import Bucket
    from .conftest import Backed
    from .world import Namespace, Operator

pytestmark = pytest.mark.cluster

_KINDS = (
    "restoresessions",
    "backupsessions",
    "backupconfigurations",
    "snapshots.storage.kubestash.com",
    "repositories",
    "retentionpolicies",
    "backupstorages",
)


def _forget_everything(namespace: Namespace) -> None:
    for kind in _KINDS:
        for item in namespace.items(kind):
            name = item["metadata"]["name"]
            namespace.kubectl("delete", kind, name, "--wait=false", "--ignore-not-found")
            namespace.cluster.run(
                "-n",
                namespace.name,
                "patch",
                kind,
                name,
                "--type=merge",
                "-p",
                '{"metadata":{"finalizers":null}}',
            )
    for kind in ("cronjobs", "jobs", "secrets"):
        namespace.kubectl("delete", kind, "--all")


def test_repositories_and_snapshots_come_back_and_a_restore_works(
    backed_alone: Backed, operator: Operator, bucket: Bucket
) -> None:
    namespace, volume = backed_alone.namespace, backed_alone.volume
    before = volume.fingerprint()
    namespace.kubestash("backup", "now", "files", "--wait")
    known = {s["metadata"]["name"] for s in namespace.items("snapshots.storage.kubestash.com")}
    operator.kill()
    _forget_everything(namespace)
    volume.destroy()
    operator.start()

    namespace.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=namespace.name),
    )

    eventually(
        lambda: (
            {s["metadata"]["name"] for s in namespace.items("snapshots.storage.kubestash.com")}
            == known
        ),
        within=90,
        what="all Snapshots are back",
    )
    namespace.wait_phase("repository/files-repo", "Ready")
    namespace.kubestash(
        "restore", "now", "--repo", "files-repo", "--to", "pvc/data", "--yes", "--wait"
    )
    assert volume.fingerprint() == before
