"""A catalogue that somebody else applied over ours is run as it is, and stays theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from kubectl_kubestash.api.resources import ADDON, APP_BINDING, FUNCTION, ObjectKey

from .program import process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .cluster_world import World

pytestmark = pytest.mark.cluster

LABELS = {
    "helm.sh/chart": "catalogue-v2026.1.1",
    "app.kubernetes.io/managed-by": "Helm",
    "app.kubernetes.io/instance": "theirs",
}
FUNCTION_OF_OTHERS = {
    "apiVersion": "addons.kubestash.com/v1alpha1",
    "kind": "Function",
    "metadata": {"name": "mysql-backup", "labels": LABELS},
    "spec": {
        "image": "registry.test/plugins/mysql:v1_${DB_VERSION}",
        "availableVersions": ["8.0.21", "8.4.2"],
        "fromTheFuture": {"a": ["field"]},
        "args": [
            "backup",
            "--namespace=${namespace:=default}",
            "--backupsession=${backupSession:=}",
            "--mysql-args=${args:=}",
            "--threads=${threads:=4}",
            "--undeclared=${undeclared:=yes}",
        ],
    },
}
ADDON_OF_OTHERS = {
    "apiVersion": "addons.kubestash.com/v1alpha1",
    "kind": "Addon",
    "metadata": {"name": "mysql-addon", "labels": LABELS},
    "spec": {
        "backupTasks": [
            {
                "name": "logical-backup",
                "driver": "Restic",
                "executor": "Job",
                "singleton": True,
                "function": "mysql-backup",
                "fromTheFuture": True,
                "parameters": [
                    {"name": "args", "usage": "more", "required": False},
                    {"name": "threads", "required": True},
                    {"name": "unused", "required": False, "default": "x"},
                ],
                "volumeTemplate": [{"name": "kubestash-tmp-volume", "source": {"emptyDir": {}}}],
                "volumeMounts": [
                    {"name": "kubestash-tmp-volume", "mountPath": "/kubestash-tmp"},
                ],
            }
        ],
        "restoreTasks": [],
    },
}


@pytest.fixture
def theirs(world: World) -> Iterator[World]:
    """A cluster where another catalogue was applied over ours, as `helm template` prints it."""
    text = yaml.safe_dump_all([FUNCTION_OF_OTHERS, ADDON_OF_OTHERS])
    path = world.scripts / "catalogue.yaml"
    path.write_text(text, encoding="utf-8")
    applied = world.kubectl("apply", "--validate=false", "-f", str(path))
    assert applied.code == 0, applied.err
    yield world
    world.client.delete(ADDON, ObjectKey("", "mysql-addon"))
    world.client.delete(FUNCTION, ObjectKey("", "mysql-backup"))
    assert process("install", "-q", KUBECONFIG=str(world.kubeconfig)).code == 0


def test_it_is_listed_resolved_and_left_to_whom_it_belongs(theirs: World) -> None:
    theirs.create(APP_BINDING, "shop", spec={"version": "8.3.0", "clientConfig": {}})
    listed = theirs.run("addon", "list", "--no-headers")
    rows = {line.split()[0]: line for line in listed.out.splitlines()}
    job = theirs.run(
        *("addon", "resolve", "mysql-addon", "logical-backup", "--param", "threads=8"),
        *("--target", "appbinding/shop", "-o", "yaml"),
    )
    installed = process("install", KUBECONFIG=str(theirs.kubeconfig))
    removed = process("uninstall", "--dry-run=client", KUBECONFIG=str(theirs.kubeconfig))

    assert rows["mysql-addon"].split() == ["mysql-addon", "logical-backup", "backup", "yes"]
    assert job.code == 0, job.err
    [container] = yaml.safe_load(job.out)["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.test/plugins/mysql:v1_8.0.21"
    assert container["args"][0] == "backup"
    assert container["args"][-2:] == ["--threads=8", "--undeclared=yes"]
    assert (installed.code, installed.out) == (8, "")
    for name in ("Function/mysql-backup (kubectl-client-side-apply)", "Addon/mysql-addon"):
        assert name in installed.err
    assert "mysql-backup" not in removed.out
    assert "mysql-restore" in removed.out
    assert theirs.client.get(FUNCTION, ObjectKey("", "mysql-backup"))["spec"]["args"][0] == "backup"


def test_what_somebody_else_applied_just_as_ours_is_stands_in_nobodys_way(world: World) -> None:
    printed = process("install", "--dry-run=client", "-o", "yaml").out
    [ours] = [
        each
        for each in yaml.safe_load_all(printed)
        if (each["kind"], each["metadata"]["name"]) == ("Function", "mysql-restore")
    ]
    path = world.scripts / "same.yaml"
    path.write_text(yaml.safe_dump(ours), encoding="utf-8")

    applied = world.kubectl("apply", "--server-side", "--field-manager=argo", "-f", str(path))

    assert applied.code == 0, applied.err
    assert process("install", "-q", KUBECONFIG=str(world.kubeconfig)).code == 0
