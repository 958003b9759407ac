"""A Function is an image that keeps a contract; nothing of ours has to be in it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import tools
from tests.cluster import programs
from tests.cluster.image_archive import busybox_layer, write_archive

from . import manifests

if TYPE_CHECKING:
    from tests.cluster.handle import Cluster

    from .bucket import Bucket
    from .world import Namespace

pytestmark = pytest.mark.cluster

IMAGE = "docker.io/example/foreign:1"
_SCRIPT = Path(__file__).parent / "scripts/foreign_function.sh"
_ADDONS = "addons.kubestash.com/v1alpha1"


@pytest.fixture(scope="module")
def foreign_image(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A shell, restic, kubectl and one script, known to the nodes."""
    layer = io.BytesIO(busybox_layer())
    with tarfile.open(fileobj=layer, mode="a") as tar:
        tar.add(_SCRIPT, "bin/foreign", filter=_executable)
        tar.add(tools.restic(), "bin/restic", filter=_executable)
        tar.add(programs.KUBERNETES.ensure(), "bin/kubectl", filter=_executable)
    archive = tmp_path_factory.mktemp("image") / "foreign.tar"
    cluster.load(write_archive(archive, name=IMAGE, layer=layer.getvalue()))
    return IMAGE


def _executable(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mode = 0o755
    return entry


def _addon(function: str) -> dict[str, Any]:
    task = {
        "name": "greeting-backup",
        "driver": "Restic",
        "executor": "Job",
        "singleton": True,
        "function": function,
        "parameters": [{"name": "greeting", "usage": "What to say.", "default": "hello"}],
    }
    spec = {"backupTasks": [task], "restoreTasks": []}
    return {"apiVersion": _ADDONS, "kind": "Addon", "metadata": {"name": function}, "spec": spec}


def _function(name: str, image: str) -> dict[str, Any]:
    args = [
        "backup",
        "--namespace=${namespace:=default}",
        "--backupsession=${backupSession:=}",
        "--greeting=${greeting:=}",
    ]
    spec = {"image": image, "command": ["/bin/foreign"], "args": args}
    return {"apiVersion": _ADDONS, "kind": "Function", "metadata": {"name": name}, "spec": spec}


def test_a_shell_script_in_an_image_of_its_own_is_a_task(
    demo: Namespace, bucket: Bucket, foreign_image: str
) -> None:
    name = f"foreign-{demo.name}"
    config = manifests.configuration("hello", claim_name="data", storage="s3", directory="/hello")
    task = {"name": "greeting-backup", "params": {"greeting": "good 'morning' $(id)"}}
    config["spec"]["sessions"][0]["addon"] = {"name": name, "tasks": [task]}
    try:
        demo.apply(
            _function(name, foreign_image),
            _addon(name),
            manifests.claim("data"),
            manifests.encryption_secret(),
            bucket.secret(),
            bucket.storage("s3", prefix=demo.name),
            manifests.retention(),
            config,
        )
        demo.wait_phase("backupconfiguration/hello", "Ready")
        demo.kubestash("backup", "wait", "hello@latest", within=180)
    finally:
        demo.cluster("delete", "addon,function", name, "--ignore-not-found")

    (snapshot,) = demo.items("snapshots.storage.kubestash.com")
    assert snapshot["status"]["phase"] == "Succeeded"
    (stats,) = snapshot["status"]["components"]["dump"]["resticStats"]
    path = f"{demo.name}/hello/{snapshot['status']['components']['dump']['path']}"
    stored = _restic(bucket, path, "dump", stats["summary"]["id"], "/greeting")
    assert stored == "good 'morning' $(id)\n"


def _of_stash(kind: str, name: str, spec: dict[str, Any], **metadata: str) -> str:
    version = "v1alpha1" if kind == "Repository" else "v1beta1"
    head = {"apiVersion": f"stash.appscode.com/{version}", "kind": kind}
    return json.dumps({**head, "metadata": {"name": name, **metadata}, "spec": spec})


def _task_of_stash(home: str, image: str, bucket: Bucket) -> str:
    """A Task whose first Function leaves a greeting for the second one, as Stash knows it."""
    mounts = [{"name": "results", "mountPath": "${results}"}]
    write = 'echo "$1 $2" > "$0/greeting"'
    flags = '--namespace="$0" --backupsession="$1" --greeting="$(cat "$2/greeting")"'
    keep = f"exec /bin/foreign backup {flags}"
    first = {"image": image, "command": ["/bin/sh", "-ec", write], "volumeMounts": mounts}
    first["args"] = ["${results}", "${greeting:=hello}", "${TARGET_NAME}"]
    last = {"image": image, "command": ["/bin/sh", "-ec", keep], "volumeMounts": mounts}
    last["args"] = ["${NAMESPACE:=default}", "${BACKUP_SESSION:=}", "${results}"]
    step = [{"name": "results", "value": "/results"}]
    names = [f"write-{home}", f"keep-{home}"]
    task = {
        "steps": [{"name": name, "params": step} for name in names],
        "volumes": [{"name": "results", "emptyDir": {}}],
    }
    s3 = {"endpoint": bucket.endpoint, "bucket": bucket.name, "prefix": f"{home}/"}
    s3["region"] = "us-east-1"
    configuration = {
        "repository": {"name": "s3"},
        "schedule": "0 0 1 1 *",
        "task": {"name": f"task-{home}", "params": [{"name": "greeting", "value": "good day"}]},
        "target": {"ref": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": "data"}},
        "retentionPolicy": {"name": "keep-three", "keepLast": 3, "prune": True},
    }
    backend = {"backend": {"s3": s3, "storageSecretName": "s3-secret"}}
    documents = [
        _of_stash("Repository", "s3", backend, namespace=home),
        _of_stash("Function", names[0], first),
        _of_stash("Function", names[1], last),
        _of_stash("Task", f"task-{home}", task),
        _of_stash("BackupConfiguration", "hello", configuration, namespace=home),
    ]
    return "\n---\n".join(documents)


def test_a_task_of_stash_runs_its_functions_one_after_the_other(
    demo: Namespace, bucket: Bucket, foreign_image: str
) -> None:
    old = _task_of_stash(demo.name, foreign_image, bucket)
    secret = ("--encryption-secret-name", "encrypt-secret")
    new = demo.plugin("convert", "-f", "-", *secret, stdin=old)
    demo.apply(manifests.claim("data"), manifests.encryption_secret(), bucket.secret())
    try:
        demo.kubectl("apply", "--validate=strict", "-f", "-", stdin=new)
        demo.wait_phase("backupconfiguration/hello", "Ready")
        demo.kubestash("backup", "wait", "hello@latest", within=180)
    finally:
        functions = [f"function/{verb}-{demo.name}" for verb in ("write", "keep")]
        demo.cluster("delete", f"addon/task-{demo.name}", *functions, "--ignore-not-found")

    (job,) = [
        each
        for each in demo.items("jobs")
        if each["metadata"]["labels"].get("app.kubernetes.io/component") == "kubestash-backup"
    ]
    pod = job["spec"]["template"]["spec"]
    assert [each["name"] for each in pod["initContainers"]] == [f"write-{demo.name}-0"]
    assert [each["name"] for each in pod["containers"]] == [f"keep-{demo.name}-1"]
    (snapshot,) = demo.items("snapshots.storage.kubestash.com")
    assert snapshot["status"]["phase"] == "Succeeded"
    component = snapshot["status"]["components"]["dump"]
    (stats,) = component["resticStats"]
    path = f"{demo.name}/{demo.name}/data/{component['path']}"
    stored = _restic(bucket, path, "dump", stats["summary"]["id"], "/greeting")
    assert stored == "good day data\n"


def _restic(bucket: Bucket, path: str, *arguments: str) -> str:
    """What restic itself finds in the bucket, without any of ours."""
    environment = os.environ | {
        "RESTIC_REPOSITORY": f"s3:{bucket.endpoint}/{bucket.name}/{path}",
        "RESTIC_PASSWORD": "correct horse battery staple",
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
    }
    command = [str(tools.restic()), "--no-cache", "--no-lock", *arguments]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return answer.stdout
