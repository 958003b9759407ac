"""A Function is an image that keeps a contract; nothing of ours has to be in it."""

from __future__ import annotations

import io
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
