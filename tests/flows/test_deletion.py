"""Data goes only when it was asked for; the numbers are explained in docs/reliability.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.waiting import eventually

from . import manifests

if TYPE_CHECKING:
    from .bucket import Bucket
    from .conftest import Backed
    from .world import Namespace

pytestmark = pytest.mark.cluster


def _set_wipe_out(namespace: Namespace, kind: str) -> None:
    for item in namespace.items(kind):
        namespace.kubectl(
            "patch",
            kind,
            item["metadata"]["name"],
            "--type=merge",
            "-p",
            '{"spec":{"deletionPolicy":"WipeOut"}}',
        )


def test_ff_3_2_and_3_3_a_namespace_goes_within_a_minute_and_its_data_stays(
    backed_alone: Backed, bucket: Bucket
) -> None:
    namespace = backed_alone.namespace
    kinds = ("backupstorages", "repositories", "snapshots.storage.kubestash.com")
    for kind in kinds:
        _set_wipe_out(namespace, kind)
    namespace.apply(manifests.restore("back", claim_name="data", repository="files-repo"))
    before = bucket.keys(f"{namespace.name}/files/repository/")

    namespace.cluster("delete", "namespace", namespace.name, "--timeout=60s")

    assert before
    assert bucket.keys(f"{namespace.name}/files/repository/") >= before
    _take_the_way_out(namespace, bucket)


def _take_the_way_out(namespace: Namespace, bucket: Bucket) -> None:
    """As docs/what-happens-when.md says: the namespace once more, its storage, then WipeOut."""
    namespace.cluster("create", "namespace", namespace.name)
    namespace.apply(bucket.secret(), bucket.storage("s3", prefix=namespace.name))
    eventually(lambda: bool(namespace.items("repositories")), within=120, what="it comes back")
    namespace.wait_phase("repository/files-repo", "Ready", within=120)
    _set_wipe_out(namespace, "repositories")

    namespace.kubectl("delete", "repository", "files-repo", "--timeout=120s", within=150)

    assert not bucket.keys(f"{namespace.name}/files/")


def test_a_repository_that_is_deleted_with_wipe_out_takes_its_own_data_and_no_other(
    backed_alone: Backed, bucket: Bucket
) -> None:
    namespace = backed_alone.namespace
    namespace.apply(
        manifests.configuration("other", claim_name="data", storage="s3", directory="/other")
    )
    namespace.wait_phase("backupconfiguration/other", "Ready")
    namespace.wait_initial_backup()
    _set_wipe_out(namespace, "repositories")
    namespace.kubectl("delete", "backupconfiguration", "files", "--timeout=120s")

    namespace.kubectl("delete", "repository", "files-repo", "--ignore-not-found", "--timeout=120s")

    eventually(lambda: not bucket.keys(f"{namespace.name}/files/"), what="its data is gone")
    assert bucket.keys(f"{namespace.name}/other/repository/")
