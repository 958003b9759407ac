"""What users get wrong ends with an error that names the object and the field; nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import eventually

from . import manifests
from .volume import Volume

if TYPE_CHECKING:
    from .bucket import Bucket
    from .conftest import Backed
    from .world import Namespace

pytestmark = pytest.mark.cluster


def _condition(item: dict[str, Any], kind: str) -> dict[str, Any]:
    conditions = item.get("status", {}).get("conditions", [])
    return next((c for c in conditions if c["type"] == kind), {})


def _invalid(namespace: Namespace, name: str) -> str:
    """The message with which a configuration is refused."""
    namespace.wait_phase(f"backupconfiguration/{name}", "Invalid", within=90)
    item = namespace.get("backupconfiguration", name)
    return str(_condition(item, "ValidationPassed")["message"])


def _failure_of(namespace: Namespace, session: str) -> str:
    """The error that the component of a failed session keeps."""
    namespace.wait_phase(f"backupsession/{session}", "Failed", within=180)
    (snapshot,) = [
        s
        for s in namespace.items("snapshots.storage.kubestash.com")
        if s["spec"]["backupSession"] == session
    ]
    return str(snapshot["status"]["components"]["dump"]["error"])


def _start(namespace: Namespace) -> str:
    line = namespace.kubestash("backup", "now", "files", "-o", "name")
    return line.strip().rpartition("/")[2]


def test_an_unknown_session_is_named_with_those_that_are_near(backed_by_s3: Backed) -> None:
    answer = backed_by_s3.namespace.try_kubestash("backup", "now", "files", "--session", "manul")

    assert answer.returncode == 7
    assert "manul" in answer.stderr
    assert "manual" in answer.stderr


def test_an_unknown_configuration_is_not_found(backed_by_s3: Backed) -> None:
    answer = backed_by_s3.namespace.try_kubestash("backup", "now", "fils")

    assert answer.returncode == 7
    assert 'backupconfigurations.core.kubestash.com "fils" not found' in answer.stderr
    assert "files" in answer.stderr


def test_an_unknown_addon_and_task_are_named(backed_by_s3: Backed) -> None:
    namespace = backed_by_s3.namespace
    configuration = manifests.configuration(
        "other", claim_name="data", storage="s3", directory="/other"
    )
    addon = configuration["spec"]["sessions"][0]["addon"]
    addon["tasks"] = [{"name": "logical-bakup"}]
    namespace.apply(configuration)
    message = _invalid(namespace, "other")
    assert "logical-bakup" in message
    assert "logical-backup" in message

    addon["name"] = "pvc-adon"
    namespace.apply(configuration)
    eventually(
        lambda: "pvc-adon" in _invalid(namespace, "other"), within=90, what="the addon is named"
    )


def test_a_kind_that_nothing_comes_of_yet_says_so(backed_by_s3: Backed) -> None:
    namespace = backed_by_s3.namespace
    namespace.apply(
        {
            "apiVersion": manifests.CORE,
            "kind": "BackupBatch",
            "metadata": {"name": "shop"},
            "spec": {
                "targets": [{"name": "files", "appRef": {"kind": "Deployment", "name": "shop"}}]
            },
        }
    )

    namespace.wait_phase("backupbatch/shop", "Invalid", within=90)

    message = _condition(namespace.get("backupbatch", "shop"), "ValidationPassed")["message"]
    assert "does not act on a BackupBatch yet" in message
    assert "NotSupported" in namespace.kubectl("describe", "backupbatch", "shop")


def test_a_missing_storage_secret_is_named(demo: Namespace, bucket: Bucket) -> None:
    demo.apply(bucket.storage("s3", prefix=demo.name))
    eventually(
        lambda: (
            "s3-secret"
            in _condition(demo.get("backupstorage", "s3"), "BackendSecretFound").get("message", "")
        ),
        what="the condition names the Secret",
    )


def test_a_storage_secret_with_wrong_keys_is_named_with_the_key(
    demo: Namespace, bucket: Bucket
) -> None:
    demo.apply(
        manifests.secret("s3-secret", AWS_ACCESS_KEY_ID="a", AWS_SECRET_KEY="b"),
        bucket.storage("s3", prefix=demo.name),
    )

    def message() -> str:
        item = demo.get("backupstorage", "s3")
        return str(_condition(item, "BackendInitialized").get("message", ""))

    eventually(lambda: "AWS_SECRET_ACCESS_KEY" in message(), what="the missing key is named")
    assert "s3-secret" in message()


def test_a_wrong_restic_password_is_told_and_nothing_is_initialised(backed_by_s3: Backed) -> None:
    namespace = backed_by_s3.namespace
    namespace.kubestash("backup", "now", "files", "--wait")
    namespace.apply(manifests.encryption_secret("another password"))

    error = _failure_of(namespace, _start(namespace))

    assert "password" in error
    assert "encrypt-secret" in error
    namespace.apply(manifests.encryption_secret())
    namespace.kubestash("backup", "now", "files", "--wait")


def test_a_source_path_that_is_missing_fails_the_backup(backed_by_s3: Backed) -> None:
    namespace = backed_by_s3.namespace
    configuration = manifests.configuration(
        "paths", claim_name="data", storage="s3", directory="/paths"
    )
    task = configuration["spec"]["sessions"][0]["addon"]["tasks"][0]
    task["params"] = {"paths": "/kubestash-data/text,/kubestash-data/not-there"}
    namespace.apply(configuration)
    eventually(lambda: bool(_sessions(namespace, "paths")), what="the initial backup exists")

    error = _failure_of(namespace, _sessions(namespace, "paths")[0])

    assert "/kubestash-data/not-there" in error


def _sessions(namespace: Namespace, configuration: str) -> list[str]:
    return [
        item["metadata"]["name"]
        for item in namespace.items("backupsessions")
        if item["spec"]["invoker"]["name"] == configuration
    ]


def test_a_target_of_another_namespace_that_is_missing_is_named(backed_by_s3: Backed) -> None:
    namespace = backed_by_s3.namespace
    configuration = manifests.configuration(
        "foreign", claim_name="data", storage="s3", directory="/foreign"
    )
    configuration["spec"]["target"]["namespace"] = "kube-system"
    namespace.apply(configuration)

    message = _invalid(namespace, "foreign")

    assert "spec.target.namespace" in message
    assert "kube-system" in message


def test_a_second_default_storage_is_refused(backed_by_s3: Backed, bucket: Bucket) -> None:
    namespace = backed_by_s3.namespace
    for name in ("one", "two"):
        storage = bucket.storage(name, prefix=f"{namespace.name}/{name}")
        storage["spec"]["default"] = True
        namespace.apply(storage)

    def messages() -> list[str]:
        return [
            str(_condition(item, "ValidationPassed").get("message", ""))
            + str(_condition(item, "BackendInitialized").get("message", ""))
            for item in namespace.items("backupstorages")
        ]

    eventually(
        lambda: any("one" in m and "default" in m for m in messages()),
        within=90,
        what="the second default names the first",
    )


def test_an_image_that_is_missing_fails_the_session_with_its_name(
    demo: Namespace, bucket: Bucket
) -> None:
    Volume.make(demo, "data")
    name = "no-such-image"
    function = {
        "apiVersion": "addons.kubestash.com/v1alpha1",
        "kind": "Function",
        "metadata": {"name": f"{demo.name}-{name}"},
        "spec": {"image": "docker.io/library/no-such-image:1", "args": ["backup"]},
    }
    addon = {
        "apiVersion": "addons.kubestash.com/v1alpha1",
        "kind": "Addon",
        "metadata": {"name": f"{demo.name}-{name}"},
        "spec": {
            "backupTasks": [
                {
                    "name": "logical-backup",
                    "driver": "Restic",
                    "executor": "Job",
                    "singleton": True,
                    "function": f"{demo.name}-{name}",
                }
            ]
        },
    }
    configuration = manifests.configuration("files", claim_name="data", storage="s3")
    configuration["spec"]["sessions"][0]["addon"] = {
        "name": f"{demo.name}-{name}",
        "tasks": [{"name": "logical-backup"}],
    }
    demo.apply(
        function,
        addon,
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=demo.name),
        manifests.retention(),
        configuration,
    )
    demo.wait_phase("backupconfiguration/files", "Ready")
    eventually(lambda: bool(demo.items("backupsessions")), what="the initial backup exists")

    session = demo.items("backupsessions")[0]["metadata"]["name"]
    demo.wait_phase(f"backupsession/{session}", "Failed", within=180)
    described = demo.kubestash("describe", "backupsession", session)
    demo.cluster("delete", "addon,function", f"{demo.name}-{name}")

    assert "no-such-image:1" in described
    eventually(lambda: not _waiting_pods(demo), what="the pod that waits for the image is gone")


def _waiting_pods(namespace: Namespace) -> list[str]:
    return [
        pod["metadata"]["name"]
        for pod in namespace.items("pods")
        if pod["status"]["phase"] == "Pending"
    ]
