"""Commands that write, against a real API server."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    CUSTOM_RESOURCE_DEFINITION,
    DEPLOYMENT,
    PERSISTENT_VOLUME_CLAIM,
    REPOSITORY,
    RESTORE_SESSION,
    SECRET,
    SNAPSHOT,
    ObjectKey,
)
from kubectl_kubestash.errors import ClusterError
from tests.cluster.api_server import ApiServer

from .cluster_world import document, new_world
from .program import process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .cluster_world import World

pytestmark = pytest.mark.cluster


def test_what_create_makes_is_accepted_by_the_server(world: World) -> None:
    answers = [
        world.run("create", "storage", "s3", "--provider", "s3", "--bucket", "b", "--secret", "k"),
        world.run("create", "storage", "local", "--provider", "local", "--pvc", "backups"),
        world.run("create", "retention", "keep", "--last", "5", "--max-age", "2mo"),
        world.run("create", "encryption-secret", "enc", "-q"),
        world.run(
            *("create", "backupconfig", "files", "--target", "pvc/files", "--storage", "s3"),
            *("--retention", "keep", "--encryption-secret", "enc", "--schedule", "0 2 * * *"),
        ),
    ]

    assert [answer.code for answer in answers] == [0] * 5
    assert answers[0].out == "backupstorage.storage.kubestash.com/s3 created\n"
    assert world.names(BACKUP_CONFIGURATION) == ["files"]


def test_a_server_dry_run_creates_nothing(world: World) -> None:
    answer = world.run("create", "retention", "keep", "--last", "5", "--dry-run=server")

    assert answer.out == "retentionpolicy.storage.kubestash.com/keep created (server dry run)\n"
    assert world.run("get", "retentionpolicies").out == ""


def test_a_password_is_never_printed_and_its_loss_is_warned_of(
    world: World, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"

    answer = world.run("create", "encryption-secret", "enc", "--export", str(copy), "-o", "json")

    data = world.client.get(SECRET, world.key("enc"))["data"]
    password = base64.b64decode(data["RESTIC_PASSWORD"]).decode()
    assert copy.read_text(encoding="utf-8").strip() == password
    assert password not in answer.out + answer.err
    assert data["RESTIC_PASSWORD"] not in answer.out
    assert "loses EVERY BACKUP" in answer.err


def test_a_password_is_taken_from_stdin(world: World) -> None:
    words = ["create", "encryption-secret", "enc", "--password-stdin"]

    assert world.run(*words, stdin="correct horse battery\n").code == 0
    data = world.client.get(SECRET, world.key("enc"))["data"]
    assert base64.b64decode(data["RESTIC_PASSWORD"]) == b"correct horse battery"


def test_a_configuration_without_a_policy_needs_a_default_one(world: World) -> None:
    words = ["create", "backupconfig", "files", "--target", "pvc/files", "--storage", "s3"]
    words += ["--encryption-secret", "enc", "--schedule", "0 2 * * *"]

    refused = world.run(*words)
    assert world.run("create", "retention", "keep", "--last", "5", "--default").code == 0
    made = world.run(*words)

    assert refused.code == 2
    assert f"kubectl kubestash create retention keep -n {world.namespace} --last 5" in refused.err
    assert (made.code, made.err) == (0, f"kept as RetentionPolicy {world.namespace}/keep says\n")
    spec = world.client.get(BACKUP_CONFIGURATION, world.key("files"))["spec"]
    assert "retentionPolicy" not in spec["backends"][0]


def test_a_manifest_without_its_password_is_refused_by_the_server(world: World) -> None:
    shown = world.run("create", "encryption-secret", "enc", "--dry-run=client", "-o", "json")
    manifest = document(shown)

    with pytest.raises(ClusterError, match="base64"):
        world.client.create(SECRET, manifest)
    assert "cannot be applied" in shown.err


def restorable(world: World) -> None:
    """A Repository with a good and a newer failed Snapshot, and the volume they came from."""
    world.configuration()
    storage = {"provider": "s3", "s3": {"bucket": "b"}}
    policy = {"allowedNamespaces": {"from": "All"}}
    world.create(BACKUP_STORAGE, "s3", spec={"storage": storage, "usagePolicy": policy})
    world.status(BACKUP_STORAGE, "s3", phase="Ready")
    reference = {"kind": "PersistentVolumeClaim", "name": "files", "namespace": world.namespace}
    place = {"storageRef": {"name": "s3", "namespace": world.namespace}, "path": "/files"}
    secret = {"name": "enc", "namespace": world.namespace}
    world.create(
        REPOSITORY, "repo", spec={**place, "appRef": reference, "encryptionSecret": secret}
    )
    world.status(REPOSITORY, "repo", phase="Ready")
    for name, phase in (("good", "Succeeded"), ("bad", "Failed")):
        spec = {
            "repository": "repo",
            "session": "hourly",
            "appRef": reference,
            "type": "FullBackup",
        }
        world.create(SNAPSHOT, name, spec=spec)
        component: dict[str, Any] = {"phase": phase, "driver": "Restic", "path": "repository/v1/x"}
        component["resticStats"] = [{"summary": {"id": "0" * 64, "hostPath": "/kubestash-data"}}]
        world.status(SNAPSHOT, name, phase=phase, totalComponents=1, components={"dump": component})
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    world.create(PERSISTENT_VOLUME_CLAIM, "files", spec=claim)


def test_a_restore_takes_the_newest_good_snapshot_and_its_origin(world: World) -> None:
    restorable(world)

    body = document(world.run("restore", "now", "--repo", "repo", "--dry-run=client", "-o", "json"))

    assert body["spec"]["dataSource"]["snapshot"] == "good"
    assert body["spec"]["target"]["name"] == "files"
    assert body["spec"]["addon"]["tasks"] == [{"name": "logical-backup-restore"}]
    assert body["spec"]["dataSource"]["encryptionSecret"]["name"] == "enc"


def test_a_restore_says_what_it_overwrites_and_asks(world: World) -> None:
    restorable(world)

    code, out, err = world.run("restore", "now", "--repo", "repo")

    assert (code, out) == (8, "")
    assert "files" in err
    assert "use --yes" in err
    assert world.names(RESTORE_SESSION) == []


def test_a_restore_starts_after_a_yes(world: World) -> None:
    restorable(world)

    answer = world.run("restore", "now", "--repo", "repo", "--yes", "--name", "back")

    assert (answer.code, answer.out) == (0, "restoresession.core.kubestash.com/back created\n")
    assert world.names(RESTORE_SESSION) == ["back"]


def test_a_restore_that_was_waited_for_says_how_it_ended(world: World) -> None:
    restorable(world)
    words = ["restore", "now", "--repo", "repo", "--yes", "--wait", "--name", "back"]
    child = subprocess.Popen(
        [sys.executable, "-m", "kubectl_kubestash", *words, "-n", world.namespace],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"KUBECONFIG": str(world.kubeconfig), "PATH": "/usr/bin:/bin"},
    )
    end = time.monotonic() + 120
    while not world.names(RESTORE_SESSION) and time.monotonic() < end:
        time.sleep(0.1)

    error = {"phase": "Failed", "error": "backend unreachable"}
    world.status(RESTORE_SESSION, "back", phase="Failed", components={"dump": error})
    _, err = child.communicate(timeout=60)

    assert child.returncode == 3
    assert "backend unreachable" in err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        pytest.param(["--repo", "rep"], 7, "did you mean repo?", id="unknown repository"),
        pytest.param(["--snapshot", "god"], 7, "did you mean good?", id="unknown snapshot"),
        pytest.param(["--repo", "repo", "--components", "dmp"], 7, "dump", id="unknown component"),
        pytest.param([], 2, "of which repository?", id="no repository"),
        pytest.param(["--repo", "repo", "--to", "pvc/other"], 8, "other", id="no such target"),
        pytest.param(["--repo", "repo", "--to", "nonsense"], 2, "KIND/NAME", id="no target"),
        pytest.param(["--snapshot", "bad"], 8, "bad", id="a failed snapshot"),
    ],
)
def test_a_restore_that_cannot_be_right_creates_nothing(
    world: World, words: list[str], code: int, message: str
) -> None:
    restorable(world)

    answer = world.run("restore", "now", "--yes", *words)

    assert (answer.code, answer.out) == (code, "")
    assert message in answer.err
    assert world.names(RESTORE_SESSION) == []


@pytest.fixture
def foreign_operator(world: World) -> Iterator[str]:
    """What looks like upstream's operator."""
    labels = {"app": "operator"}
    container = {"name": "operator", "image": "ghcr.io/kubestash/kubestash:v0.20.0"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    world.create(DEPLOYMENT, "backups", spec=spec)
    yield f"{world.namespace}/backups"
    world.client.delete(DEPLOYMENT, world.key("backups"))


@pytest.mark.parametrize(
    "words",
    [
        ["install"],
        ["uninstall", "--yes"],
        ["controller", "run", "--once", "--allow-context", "kubestash-api-server"],
    ],
    ids=" ".join,
)
def test_we_stop_where_another_operator_is_present(
    world: World, foreign_operator: str, words: list[str]
) -> None:
    answer = process(*words, KUBECONFIG=str(world.kubeconfig))

    assert (answer.code, answer.out) == (8, "")
    assert foreign_operator in answer.err


def test_the_operator_refuses_a_context_that_was_not_allowed(world: World) -> None:
    answer = process("controller", "run", "--once", KUBECONFIG=str(world.kubeconfig))

    assert answer.code == 8
    assert "--allow-context kubestash-api-server" in answer.err


def test_install_can_be_repeated_and_stops_at_a_foreign_catalogue(world: World) -> None:
    key = ObjectKey("", "pvc-addon")
    part_of = "app.kubernetes.io/part-of"
    assert process("install", "-q", KUBECONFIG=str(world.kubeconfig)).code == 0
    world.client.patch(ADDON, key, {"metadata": {"labels": {part_of: "helm"}}})

    refused = process("install", KUBECONFIG=str(world.kubeconfig))
    world.client.patch(ADDON, key, {"metadata": {"labels": {part_of: "kubectl-kubestash"}}})

    assert (refused.code, refused.out) == (8, "")
    assert "Addon/pvc-addon" in refused.err
    assert process("install", KUBECONFIG=str(world.kubeconfig)).code == 0


@pytest.fixture
def lonely_server(tmp_path: Path) -> Iterator[ApiServer]:
    """A server of the test's own: `uninstall` takes the kinds away from everybody."""
    server = ApiServer(tmp_path / "server")
    server.folder.mkdir()
    try:
        server.up()
        yield server
    finally:
        server.down()


def test_kinds_objects_and_data_stay_until_they_are_purged(
    lonely_server: ApiServer, tmp_path: Path
) -> None:
    kubeconfig = str(lonely_server.kubeconfig)
    missing = process("get", "bc", KUBECONFIG=kubeconfig)
    assert missing.code == 7
    assert "hint: kubectl kubestash install" in missing.err
    words = ["controller", "run", "--allow-context", "kubestash-api-server"]
    no_kinds = process(*words, KUBECONFIG=kubeconfig)
    assert no_kinds.code == 7
    assert "hint: kubectl kubestash install" in no_kinds.err
    assert "nothing to remove" in process("uninstall", "--yes", KUBECONFIG=kubeconfig).err

    assert process("install", KUBECONFIG=kubeconfig).code == 0
    world = new_world(lonely_server.kubeconfig, tmp_path)
    storage = {"provider": "s3", "s3": {"bucket": "b"}}
    world.create(BACKUP_STORAGE, "s3", spec={"storage": storage, "deletionPolicy": "WipeOut"})
    key = world.key("s3")
    finalizer = {"metadata": {"finalizers": ["kubestash.com/cleanup"]}}
    world.client.patch(BACKUP_STORAGE, key, finalizer)

    unasked = process("uninstall", KUBECONFIG=kubeconfig)
    assert (unasked.code, unasked.out) == (8, "")

    first = process("uninstall", "--yes", KUBECONFIG=kubeconfig)
    kept = world.client.get(BACKUP_STORAGE, key)
    assert first.code == 0
    assert world.client.list(ADDON) == []
    assert kept["metadata"].get("finalizers", []) == []
    assert kept["spec"]["deletionPolicy"] == "WipeOut"

    no_operator = process("uninstall", "--wipe-out-data", "--yes", KUBECONFIG=kubeconfig)
    assert no_operator.code == 8
    assert "none is running" in no_operator.err

    second = process("uninstall", "--purge", "--yes", KUBECONFIG=kubeconfig)
    assert second.code == 0
    assert "will keep its data" in second.out
    assert _our_kinds(world) == []


def _our_kinds(world: World) -> list[str]:
    names = [o["metadata"]["name"] for o in world.client.list(CUSTOM_RESOURCE_DEFINITION)]
    return [name for name in names if name.endswith("kubestash.com")]


def test_json_of_a_write_is_pure(world: World) -> None:
    answer = world.run("create", "retention", "keep", "--last", "1", "-o", "json")

    assert json.loads(answer.out)["metadata"]["name"] == "keep"
    assert answer.err == ""


def test_an_operator_says_how_many_requests_it_sent_and_where_its_image_is_missing(
    world: World,
) -> None:
    answer = process(
        *("controller", "run", "--once", "--allow-context", "kubestash-api-server"),
        *("--image", "kubectl-kubestash:none", "-n", world.namespace),
        KUBECONFIG=str(world.kubeconfig),
    )

    assert answer.code == 0, answer.err
    [calls] = re.findall(r"API calls (\d+)", answer.err)
    assert int(calls) > 10
    # This server has no node at all, so none has the image.
    assert "images import" in answer.err


def test_requests_are_shown_on_stderr_when_asked_for(world: World) -> None:
    answer = world.run("get", "retentionpolicies", "-v", "6", "-o", "json")

    assert document(answer)["items"] == []
    line = r"^GET /apis/storage\.kubestash\.com/\S+ 200 in \d+ ms$"
    assert re.search(line, answer.err, re.MULTILINE)
