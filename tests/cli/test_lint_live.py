"""`lint --live` holds manifests, or what is in a cluster, against the cluster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    NAMESPACE,
    PERSISTENT_VOLUME_CLAIM,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    SECRET,
    Resource,
)
from tests.cluster.api_server import ApiServer

from .program import Answer, process

if TYPE_CHECKING:
    from pathlib import Path

    from .cluster_world import World

pytestmark = pytest.mark.cluster

S3: dict[str, Any] = {
    "provider": "s3",
    "s3": {"endpoint": "http://s3.test", "bucket": "b", "secretName": "s3-key"},
}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def storage(name: str, *, admits: str = "Same", **spec: Any) -> dict[str, Any]:
    block = {**S3["s3"], "prefix": spec.pop("prefix", name)}
    policy = {"allowedNamespaces": {"from": admits}}
    return {"storage": {**S3, "s3": block}, "usagePolicy": policy, **spec}


def configuration(**changes: Any) -> dict[str, Any]:
    """A right one; what is given is put over its only session."""
    session = {
        "name": "nightly",
        "scheduler": {"schedule": "0 3 * * *", "jobTemplate": {}},
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
        "repositories": [
            {"name": "repo", "directory": "/files", "encryptionSecret": {"name": "password"}}
        ],
        **changes,
    }
    return {
        "target": {"apiGroup": "", "kind": "PersistentVolumeClaim", "name": "files"},
        "backends": [{"storageRef": {"name": "mine"}, "retentionPolicy": {"name": "keep"}}],
        "sessions": [session],
    }


def manifest(resource: Resource, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    identity = {"apiVersion": resource.api_version, "kind": resource.kind}
    return {**identity, "metadata": {"name": name}, "spec": spec}


def found(answer: Answer) -> list[tuple[str, str, str]]:
    assert "Traceback" not in answer.err
    return [(one["object"], one["reason"], one["field"]) for one in json.loads(answer.out)]


@pytest.fixture
def home(world: World) -> World:
    """A namespace with everything that the right configuration needs."""
    for name in ("password", "s3-key"):
        world.create(SECRET, name, data={})
    world.create(PERSISTENT_VOLUME_CLAIM, "files", spec=CLAIM)
    world.create(BACKUP_STORAGE, "mine", spec=storage("mine", prefix=world.namespace))
    world.create(RETENTION_POLICY, "keep", spec={"successfulSnapshots": {"last": 3}})
    return world


def lint(world: World, folder: Path, *documents: dict[str, Any], live: bool = True) -> Answer:
    path = folder / "manifests.yaml"
    path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    return world.run("lint", "-f", str(path), "-o", "json", *(["--live"] if live else []))


def test_manifests_are_held_against_what_is_in_the_cluster(home: World, tmp_path: Path) -> None:
    elsewhere = f"{home.namespace}-b"
    name = {"metadata": {"name": elsewhere}, "apiVersion": "v1", "kind": "Namespace"}
    home.client.create(NAMESPACE, name)
    theirs = manifest(BACKUP_STORAGE, "theirs", storage("theirs", prefix=elsewhere))
    theirs["metadata"]["namespace"] = elsewhere
    home.client.create(BACKUP_STORAGE, theirs)
    home.create(
        *(REPOSITORY, "taken"),
        spec={
            "storageRef": {"name": "mine"},
            "path": "/taken",
            "appRef": {"apiGroup": "apps", "kind": "Deployment", "name": "other"},
        },
    )
    home.create(BACKUP_STORAGE, "first", spec=storage("first", default=True, prefix="first"))
    second = manifest(BACKUP_STORAGE, "second", storage("second", default=True, prefix="second"))
    hook = {"name": "quiesce", "hookTemplate": {"name": "nobody"}}
    wrong = configuration(
        addon={"name": "pvc-adon", "tasks": [{"name": "logical-backup"}]},
        hooks={"preBackup": [hook]},
        repositories=[
            {"name": "taken", "directory": "/taken", "encryptionSecret": {"name": "passwort"}}
        ],
    )
    wrong["backends"] = [
        {
            "storageRef": {"name": "theirs", "namespace": elsewhere},
            "retentionPolicy": {"name": "kept"},
        }
    ]
    wrong["target"]["name"] = "filez"
    run = {"invoker": {"kind": "BackupConfiguration", "name": "files"}, "session": "weekly"}
    session = manifest(BACKUP_CONFIGURATION, "run", run) | {"kind": "BackupSession"}
    documents = (
        manifest(BACKUP_CONFIGURATION, "files", configuration()),
        manifest(BACKUP_CONFIGURATION, "wrong", wrong),
        second,
        session,
    )

    live, offline = (lint(home, tmp_path, *documents, live=live) for live in (True, False))

    about = f"BackupConfiguration {home.namespace}/wrong"
    first = "spec.sessions[0]"
    expected = {
        (about, "StorageNotAllowed", "spec.backends[0].storageRef"),
        (about, "UnknownAddon", f"{first}.addon.name"),
        (about, "NotSupported", f"{first}.hooks.preBackup"),
        (about, "RepositoryOfAnother", f"{first}.repositories[0].name"),
        (about, "RepositoryElsewhere", f"{first}.repositories[0].backend"),
        (about, "TargetNotFound", "spec.target"),
        (about, "PolicyNotFound", "spec.backends[0].retentionPolicy"),
        (about, "SecretNotFound", f"{first}.repositories[0].encryptionSecret"),
        (about, "HookTemplateNotFound", f"{first}.hooks.preBackup[0].hookTemplate"),
        (f"BackupStorage {home.namespace}/second", "TwoDefaults", "spec.default"),
        (f"BackupSession {home.namespace}/run", "UnknownSession", "spec.session"),
    }
    assert live.code == 1
    assert set(found(live)) == expected
    assert {reason for _, reason, _ in found(offline)} == {
        *("AddonNotAtHand", "NotSupported", "UnknownSession"),
    }
    lines = {one["reason"]: one["line"] for one in json.loads(live.out)}
    assert lines["UnknownSession"] > lines["TwoDefaults"] > lines["UnknownAddon"] > 1


def test_objects_of_the_cluster_are_judged_until_nothing_is_missing(home: World) -> None:
    home.create(BACKUP_CONFIGURATION, "files", spec=configuration())
    source = {"repository": "repo", "snapshot": "latest"}
    addon = {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]}
    home.create(RESTORE_SESSION, "back", spec={"dataSource": source, "addon": addon})
    about = f"RestoreSession {home.namespace}/back"

    before = home.run("lint", "--live", "-o", "json")
    home.status(RESTORE_SESSION, "back", phase="Failed")
    home.client.delete(SECRET, home.key("password"))
    after = home.run("lint", "--live", "-o", "json")

    assert before.code == 1
    assert {(one, reason) for one, reason, _ in found(before)} == {
        (about, "SnapshotNotFound"),
        (about, "RepositoryNotFound"),
        (about, "TargetMissing"),
    }
    assert found(after) == [
        (
            f"BackupConfiguration {home.namespace}/files",
            "SecretNotFound",
            "spec.sessions[0].repositories[0].encryptionSecret",
        )
    ]
    assert json.loads(after.out)[0]["file"] is None


def test_with_all_namespaces_the_kinds_without_one_are_judged_too(tmp_path: Path) -> None:
    server = ApiServer(tmp_path)  # of its own: other tests leave what they like in theirs
    try:
        server.up()
        login = {"KUBECONFIG": str(server.kubeconfig)}
        assert process("install", **login).code == 0
        body = {"metadata": {"name": "files", "namespace": "default"}, "spec": configuration()}
        kind = {"apiVersion": BACKUP_CONFIGURATION.api_version, "kind": "BackupConfiguration"}
        server.kubectl("create", "-f", "-", stdin=json.dumps(kind | body))
        task = {"name": "b", "driver": "WalG", "executor": "Job", "function": "pvc-backup"}
        addon = manifest(ADDON, "theirs", {"backupTasks": [task]})
        server.kubectl("create", "-f", "-", stdin=json.dumps(addon))

        everywhere = process("lint", "--live", "-A", "-o", "json", **login)
    finally:
        server.down()

    assert everywhere.code == 1, everywhere.err
    assert "BackupConfiguration default/files" in {one for one, _, _ in found(everywhere)}
    not_supported = {one for one, why, _ in found(everywhere) if why == "NotSupported"}
    assert not_supported == {"Addon theirs"}, "what install brought is told by addon list"


def test_what_ones_rights_do_not_show_is_told_and_the_rest_is_judged(
    home: World, tmp_path: Path
) -> None:
    wrong = configuration(addon={"name": "pvc-adon", "tasks": [{"name": "a"}]})
    home.create(BACKUP_CONFIGURATION, "files", spec=wrong)
    kinds = "backupconfigurations.core.kubestash.com,backupstorages.storage.kubestash.com"
    for words in (
        ["create", "role", "some", "--verb=get,list", f"--resource={kinds}"],
        ["create", "rolebinding", "some", "--role=some", "--user=somebody"],
    ):
        assert home.kubectl(*words, "-n", home.namespace).code == 0
    home.client.delete(BACKUP_STORAGE, home.key("mine"))

    limited = home.run("lint", "--live", "-o", "json", "--as", "somebody")
    nothing = home.run("lint", "--live", "--as", "nobody")
    shown = lint(home, tmp_path, manifest(BACKUP_CONFIGURATION, "files", configuration()))

    about = f"BackupConfiguration {home.namespace}/files"
    assert (about, "StorageNotFound", "spec.backends[0].storageRef") in found(limited)
    hidden = {kind for kind, reason, _ in found(limited) if reason == "NotAllowed"}
    assert {"Addon", "Namespace", "RetentionPolicy", "Secret", "PersistentVolumeClaim"} <= hidden
    assert not hidden & {"BackupConfiguration", "BackupStorage"}
    assert {reason for _, reason, _ in found(limited)} == {"NotAllowed", "StorageNotFound"}
    assert (nothing.code, nothing.out) == (2, "")
    assert "your rights show nothing of KubeStash" in nothing.err
    assert found(shown) == [(about, "StorageNotFound", "spec.backends[0].storageRef")]


def test_trouble_with_the_cluster_ends_with_two(world: World) -> None:
    gone = process(
        "lint", "--live", "--server", "https://127.0.0.1:1", KUBECONFIG=str(world.kubeconfig)
    )
    both = process("lint", "--live", "-A", "-f", "x", KUBECONFIG=str(world.kubeconfig))

    assert (gone.code, gone.out) == (2, "")
    assert (both.code, both.out) == (2, "")
