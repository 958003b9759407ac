"""Manifests work as they are written, ours and KubeStash's; only where bytes lie is replaced."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cluster.image_archive import BUSYBOX_IMAGE
from tests.waiting import eventually

from . import manifests

if TYPE_CHECKING:
    from .bucket import Bucket
    from .world import Namespace

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

READABLE = "chmod a+rx /source/data"
"""The guides' own volumes can be read by everybody; ours belong to root alone."""

_OURS = Path(__file__).parents[2] / "examples/workloads"
_THEIRS = Path(__file__).parents[3] / "shared/upstream-examples/guides/workloads"


class Guide:
    """The manifests of a folder, moved from the namespace `demo` to the one of a test."""

    def __init__(self, folder: Path, namespace: Namespace, bucket: Bucket, node: Path) -> None:
        self.folder = folder
        self.namespace = namespace
        self.bucket = bucket
        self.node = node
        """Where the node's own directories are put."""

    def apply(self, *names: str) -> None:
        for name in names:
            text = (self.folder / f"{name}.yaml").read_text()
            text = text.replace("namespace: demo", f"namespace: {self.namespace.name}")
            for document in yaml.safe_load_all(text):
                self.namespace.apply(self._replaced(document))

    def _replaced(self, document: dict[str, Any]) -> dict[str, Any]:
        if document["kind"] == "BackupStorage":
            ours = self.bucket.storage("any", prefix=self.namespace.name)
            document["spec"]["storage"] = ours["spec"]["storage"]
        if document["apiVersion"] == "apps/v1":
            pod = document["spec"]["template"]["spec"]
            pod["terminationGracePeriodSeconds"] = 0
            for container in pod["containers"]:
                container["image"] = BUSYBOX_IMAGE
            for volume in pod.get("volumes", ()):
                if "hostPath" in volume:
                    path = f"{self.node}{volume['hostPath']['path']}"
                    volume["hostPath"] = {"path": path, "type": "DirectoryOrCreate"}
        return document

    def prepare(self, *names: str) -> None:
        self.namespace.apply(manifests.encryption_secret(), self.bucket.secret())
        self.apply(*names)

    def wait_backup(self, name: str, repository: str) -> None:
        """Wait for the backup that the configuration starts by itself."""
        self.namespace.wait_phase(f"backupconfiguration/{name}", "Ready")

        def done() -> bool:
            return any(
                item["spec"]["repository"] == repository
                and (item.get("status") or {}).get("phase") == "Succeeded"
                for item in self.namespace.items("snapshots.storage.kubestash.com")
            )

        # Not `backup wait`: the guides' schedules start more runs while we look.
        eventually(done, within=300, what=f"{repository} has a Snapshot")

    def restore(self, file: str, name: str) -> None:
        self.apply(file)
        self.namespace.wait_phase(f"restoresession/{name}", "Succeeded", within=300)

    def roll_out(self, workload: str) -> None:
        command = ("rollout", "status", workload, "--timeout=180s")
        self.namespace.kubectl(*command, within=190)

    def sh(self, workload: str, line: str) -> str:
        return self.namespace.kubectl("exec", workload, "--", "sh", "-c", line).strip()


def test_our_examples_do_what_they_say(demo: Namespace, bucket: Bucket, node_folder: Path) -> None:
    guide = Guide(_OURS, demo, bucket, node_folder)
    guide.prepare("storage", "deployment", "statefulset", "daemonset")
    for workload in ("deployment/notes", "statefulset/ledger", "daemonset/agent"):
        guide.roll_out(workload)
    for name in ("notes", "ledger", "agent"):
        guide.wait_backup(name, name)
    born = guide.sh("daemonset/agent", "cat /state/id")

    guide.sh("deployment/notes", "rm /notes/first")
    guide.sh("daemonset/agent", "rm /state/id")
    for number in range(3):
        guide.sh(f"pod/ledger-{number}", "rm /ledger/owner")
    for name in ("notes", "agent"):
        demo.kubestash("restore", "now", "--repo", name, "--yes", "--wait", within=300)
    guide.restore("restore-one-pod", "ledger-1")
    guide.restore("restore-into-claims", "ledger-copy")

    assert guide.sh("deployment/notes", "cat /notes/first") == "buy milk"
    assert guide.sh("daemonset/agent", "cat /state/id") == born
    assert guide.sh("pod/ledger-1", "cat /ledger/owner") == "ledger-1"
    assert guide.sh("pod/ledger-0", "ls /ledger | grep -v lost+found; true") == ""
    demo.apply(manifests.holder("reader", "ledger-copy-2"))
    demo.wait("pod/reader", "condition=Ready")
    assert guide.sh("pod/reader", "cat /data/owner") == "ledger-2"


def test_the_deployment_guide(demo: Namespace, bucket: Bucket, node_folder: Path) -> None:
    guide = Guide(_THEIRS / "deployment", demo, bucket, node_folder)
    guide.prepare("pvc", "deployment", "backupstorage", "retentionpolicy")
    guide.roll_out("deployment/kubestash-demo")
    guide.sh("deployment/kubestash-demo", READABLE)
    guide.apply("backupconfiguration")
    guide.wait_backup("sample-backup-dep", "gcs-demo-repo")

    guide.sh("deployment/kubestash-demo", "rm /source/data/text.txt")
    guide.restore("restoresession", "sample-restore")

    assert guide.sh("deployment/kubestash-demo", "cat /source/data/text.txt") == "dummy_data"


def test_the_stateful_set_guide(demo: Namespace, bucket: Bucket, node_folder: Path) -> None:
    guide = Guide(_THEIRS / "statefulset", demo, bucket, node_folder)
    guide.prepare("statefulset", "backupstorage", "retentionpolicy")
    guide.roll_out("statefulset/sample-sts")
    for number in range(3):
        guide.sh(f"pod/sample-sts-{number}", READABLE)
    guide.apply("backupconfiguration")
    guide.wait_backup("sample-backup-sts", "gcs-demo-repo")

    for number in range(3):
        guide.sh(f"pod/sample-sts-{number}", "rm /source/data/data.txt")
    guide.restore("restoresession", "sample-restore")

    assert guide.sh("pod/sample-sts-0", "cat /source/data/data.txt") == "sample-sts-0"
    assert guide.sh("pod/sample-sts-1", "ls /source/data | grep data.txt; true") == ""


def test_the_daemon_set_guide(demo: Namespace, bucket: Bucket, node_folder: Path) -> None:
    guide = Guide(_THEIRS / "daemonset", demo, bucket, node_folder)
    guide.prepare("daemon", "recovered_daemon", "backupstorage", "retentionpolicy")
    guide.roll_out("daemonset/ks-demo")
    guide.roll_out("daemonset/rs-demo")
    guide.apply("backupconfiguration")
    guide.wait_backup("sample-backup-daemon", "gcs-demo-repo")

    guide.restore("restoresession", "sample-restore")

    assert guide.sh("daemonset/rs-demo", "cat /source/data/data.txt") == "sample_data"
