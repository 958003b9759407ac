"""The cluster is gone, the bucket is not: everything comes back from what the backend holds.

A second cluster is what the drill is about. One machine has room for one node, so the first
cluster's memory is wiped instead: every object of ours, finalizers first, with the operator away.
What is left is what a new cluster would have: the CRDs, the catalogue, and the bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import manifests
from .world import eventually

if TYPE_CHECKING:
    from tests.cluster.s3 import S3

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
    backed_by_s3: Backed, operator: Operator, s3: S3
) -> None:
    namespace, volume = backed_by_s3.namespace, backed_by_s3.volume
    before = volume.fingerprint()
    namespace.kubestash("backup", "now", "files", "--wait")
    bucket = namespace.get("backupstorage", "s3")["spec"]["storage"]["s3"]["bucket"]
    known = {s["metadata"]["name"] for s in namespace.items("snapshots.storage.kubestash.com")}
    operator.kill()
    _forget_everything(namespace)
    volume.destroy()
    operator.start()

    namespace.apply(
        manifests.encryption_secret(),
        manifests.secret(
            "s3-secret", AWS_ACCESS_KEY_ID=s3.access_key, AWS_SECRET_ACCESS_KEY=s3.secret_key
        ),
        manifests.s3_storage("s3", endpoint=s3.endpoint, bucket=bucket, prefix="backups"),
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
