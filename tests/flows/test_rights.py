"""What Jobs do seldom, each with the few rights that its own role gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.waiting import eventually

from . import manifests
from .left_behind import gone_pod, leave_lease, leave_lock

if TYPE_CHECKING:
    from .bucket import Bucket
    from .conftest import Backed
    from .world import Namespace

pytestmark = pytest.mark.cluster
SNAPSHOTS = "snapshots.storage.kubestash.com"


def newest(namespace: Namespace) -> str:
    found = namespace.items(SNAPSHOTS)
    return str(
        max(found, key=lambda each: each["metadata"]["creationTimestamp"])["metadata"]["name"]
    )


def runs(namespace: Namespace) -> set[str]:
    return {each["metadata"]["name"] for each in namespace.items("backupsessions")}


@pytest.fixture(scope="module")
def keeping_one(backed_by_s3: Backed) -> Backed:
    """Each backup removes the one before, which takes a Lease."""
    patch = '{"spec":{"successfulSnapshots":{"last":1}}}'
    namespace = backed_by_s3.namespace
    namespace.kubectl("patch", "retentionpolicy", "keep-3", "--type=merge", "-p", patch)
    return backed_by_s3


def test_a_schedule_starts_a_run(keeping_one: Backed) -> None:
    namespace = keeping_one.namespace
    (cron_job,) = namespace.items("cronjobs")
    before = runs(namespace)

    source = f"--from=cronjob/{cron_job['metadata']['name']}"
    namespace.kubectl("create", "job", "due-now", source)

    eventually(lambda: runs(namespace) != before, within=120, what="the CronJob's Job makes a run")
    (new,) = runs(namespace) - before
    namespace.wait_phase(f"backupsession/{new}", "Succeeded", within=180)


def test_a_schedule_that_is_changed_begins_anew(keeping_one: Backed) -> None:
    namespace = keeping_one.namespace
    (before,) = namespace.items("cronjobs")
    change = [
        {"op": "replace", "path": "/spec/sessions/0/scheduler/schedule", "value": "0 1 1 1 *"}
    ]

    namespace.kubectl(
        "patch", "backupconfiguration", "files", "--type=json", "-p", json.dumps(change)
    )

    def is_another() -> bool:
        found = namespace.items("cronjobs")
        return bool(found) and found[0]["metadata"]["uid"] != before["metadata"]["uid"]

    eventually(is_another, what="the CronJob is a new one")
    assert namespace.items("cronjobs")[0]["spec"]["schedule"] == "0 1 1 1 *"


def test_a_lock_and_a_lease_of_a_pod_that_is_gone_hold_up_no_backup(
    keeping_one: Backed, bucket: Bucket
) -> None:
    namespace = keeping_one.namespace
    gone = gone_pod(namespace, newest(namespace))
    leave_lock(namespace, bucket, gone)
    leave_lease(namespace, gone)

    namespace.kubestash("backup", "now", "files", "--wait", within=300)

    assert not bucket.keys(f"{namespace.name}/files/{gone.path}/locks/")
    assert not namespace.items("leases")


def test_such_a_lock_holds_up_no_restore(keeping_one: Backed, bucket: Bucket) -> None:
    namespace, volume = keeping_one.namespace, keeping_one.volume
    before = volume.fingerprint()
    leave_lock(namespace, bucket, gone_pod(namespace, newest(namespace)))
    volume.destroy()

    to = ("--repo", "files-repo", "--to", "pvc/data", "--yes", "--wait")
    namespace.kubestash("restore", "now", *to, within=300)

    assert volume.fingerprint() == before


def test_such_a_lock_holds_up_no_restore_into_another_namespace(
    keeping_one: Backed, bucket: Bucket, demo: Namespace
) -> None:
    namespace = keeping_one.namespace
    leave_lock(namespace, bucket, gone_pod(namespace, newest(namespace)))
    restore = manifests.restore("over", claim_name="copy", repository="files-repo")
    restore["spec"]["dataSource"]["namespace"] = namespace.name
    restore["spec"]["dataSource"]["encryptionSecret"]["namespace"] = namespace.name

    demo.apply(manifests.claim("copy"), restore)

    demo.wait_phase("restoresession/over", "Succeeded", within=240)
    assert (
        len([role for role in namespace.items("roles") if demo.name in role["metadata"]["name"]])
        == 1
    )
    demo.kubectl("delete", "restoresession", "over", "--timeout=120s")
    eventually(
        lambda: (
            not [r for r in namespace.items("rolebindings") if demo.name in r["metadata"]["name"]]
        ),
        what="no rights are left",
    )


def test_such_a_lock_and_lease_hold_up_no_removal(keeping_one: Backed, bucket: Bucket) -> None:
    namespace = keeping_one.namespace
    gone = gone_pod(namespace, newest(namespace))
    leave_lock(namespace, bucket, gone)
    leave_lease(namespace, gone)
    wipe = '{"spec":{"deletionPolicy":"WipeOut"}}'
    name = newest(namespace)
    namespace.kubectl("patch", SNAPSHOTS, name, "--type=merge", "-p", wipe)

    namespace.kubectl("delete", SNAPSHOTS, name, "--timeout=180s", within=200)

    assert not bucket.keys(f"{namespace.name}/files/{gone.path}/snapshots/")
    namespace.kubestash("backup", "now", "files", "--wait", within=300)
    name = newest(namespace)
    namespace.kubectl("patch", SNAPSHOTS, name, "--type=merge", "-p", wipe)
    namespace.kubectl("delete", SNAPSHOTS, name, "--timeout=180s", within=200)
    assert not namespace.items("leases")
