"""`addon resolve` from files alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from .test_upstream_catalogue import ADDON_OF_OTHERS, FUNCTION_OF_OTHERS

if TYPE_CHECKING:
    from pathlib import Path

    from .program import Terminal

CONFIGURATION = """
apiVersion: core.kubestash.com/v1alpha1
kind: BackupConfiguration
metadata: {name: files, namespace: demo}
spec:
  target: {apiGroup: "", kind: PersistentVolumeClaim, name: files, namespace: demo}
  backends:
  - name: local
    storageRef: {name: local, namespace: demo}
  sessions:
  - name: hourly
    scheduler: {schedule: "0 * * * *", jobTemplate: {}}
    repositories: [{name: repo, backend: local, directory: /files}]
    addon: {name: pvc-addon, tasks: [{name: logical-backup, params: {exclude: "*.tmp"}}]}
---
apiVersion: storage.kubestash.com/v1alpha1
kind: BackupStorage
metadata: {name: local, namespace: demo}
spec:
  storage:
    provider: local
    local: {persistentVolumeClaim: {claimName: backups}, mountPath: /backups}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    path = tmp_path / "backup.yaml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return str(path)


def test_a_job_comes_out_of_files_without_a_cluster(terminal: Terminal, manifest: str) -> None:
    code, out, err = terminal("addon", "resolve", "pvc-addon", "logical-backup", "-f", manifest)

    job = yaml.safe_load(out)
    container = job["spec"]["template"]["spec"]["containers"][0]
    assert (code, err) == (0, "")
    assert "--exclude=*.tmp" in container["args"]
    assert "/backups" in [mount["mountPath"] for mount in container["volumeMounts"]]


def test_explain_says_where_each_value_came_from(terminal: Terminal, manifest: str) -> None:
    _, out, _ = terminal(
        "addon", "resolve", "pvc-addon", "logical-backup", "-f", manifest, "--explain"
    )

    exclude = next(line for line in out.splitlines() if "--exclude" in line)
    paths = next(line for line in out.splitlines() if "--paths" in line)
    assert "session" in exclude or "params" in exclude
    assert "default in Addon pvc-addon" in paths


def test_a_parameter_on_the_command_line_wins(terminal: Terminal, manifest: str) -> None:
    _, out, _ = terminal(
        *("addon", "resolve", "pvc-addon", "logical-backup", "-f", manifest),
        *("--param", "exclude=*.log"),
    )

    assert "--exclude=*.log" in out


def test_a_restore_task_needs_only_a_target(terminal: Terminal, manifest: str) -> None:
    code, out, _ = terminal(
        "addon", "resolve", "pvc-addon", "logical-backup-restore", "-f", manifest
    )

    assert code == 0
    assert "restore" in yaml.safe_load(out)["spec"]["template"]["spec"]["containers"][0]["args"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pvc-adon", "logical-backup"], "did you mean pvc-addon"),
        (["pvc-addon", "logical-bakup"], "did you mean logical-backup"),
        (["pvc-addon", "logical-backup", "--session", "hurly"], "did you mean hourly?"),
        (["pvc-addon", "logical-backup", "--bc", "demo/filez"], "did you mean files?"),
    ],
)
def test_what_is_not_there_is_7_with_near_names(
    terminal: Terminal, manifest: str, words: list[str], message: str
) -> None:
    code, out, err = terminal("addon", "resolve", *words, "-f", manifest)

    assert (code, out) == (7, "")
    assert message in err


def test_an_undeclared_parameter_is_named(terminal: Terminal, manifest: str) -> None:
    code, _, err = terminal(
        *("addon", "resolve", "pvc-addon", "logical-backup", "-f", manifest),
        *("--param", "nosuch=1"),
    )

    assert code in {1, 2}
    assert "nosuch" in err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [", "bad.yaml:2:1: did not find expected node content"),
        (b"[" * 100_000, "bad.yaml:1:101: nested deeper than 100 levels"),
        (b"\xff\xfe binary", "bad.yaml:1:1: this is no UTF-8 text"),
        (b"a: &a [1]\na: *a\nkind: Addon", "bad.yaml:2:1: the key 'a' stands here twice"),
        (b"kind: Addon\napiVersion: v1\nmetadata: text", ""),
        (b"{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: {}}}", ""),
        (b"- a list", "bad.yaml:1:1: this is no Kubernetes object"),
    ],
)
def test_a_file_that_cannot_be_read_as_objects_is_named_with_the_place(
    terminal: Terminal, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)

    code, _, err = terminal(
        "addon", "resolve", "pvc-addon", "logical-backup", "-f", str(path), "--target", "pvc/files"
    )

    assert code == (2 if message else 0)
    assert message in err
    assert "this is a bug" not in err


def test_folders_are_searched_as_lint_searches_them(
    terminal: Terminal, tmp_path: Path, manifest: str
) -> None:
    words = ("addon", "resolve", "pvc-addon", "logical-backup")
    below = tmp_path / "all" / "below"
    below.mkdir(parents=True)
    documents = list(yaml.safe_load_all(CONFIGURATION))
    (below / "storage.json").write_text(json.dumps(documents[1]), encoding="utf-8")
    (below.parent / "files.yml").write_text(yaml.safe_dump(documents[0]), encoding="utf-8")

    whole = terminal(*words, "-f", manifest)
    parts = terminal(*words, "-f", str(below.parent))

    assert (parts.code, parts.err) == (0, "")
    assert _container(parts.out) == _container(whole.out)


def _container(text: str) -> Any:
    return yaml.safe_load(text)["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]


STATEFUL_SET = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: demo}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - name: main
        volumeMounts: [{name: data, mountPath: /data}, {name: cache, mountPath: /cache}]
      volumes: [{name: cache, emptyDir: {}}]
  volumeClaimTemplates: [{metadata: {name: data}}]
"""


def test_a_stateful_set_has_a_job_for_each_pod(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "db.yaml"
    path.write_text(STATEFUL_SET, encoding="utf-8")
    words = ("addon", "resolve", "workload-addon", "logical-backup", "--param", "paths=/data")

    code, out, err = terminal(*words, "--target", "sts/db", "-n", "demo", "-f", str(path))

    jobs = list(yaml.safe_load_all(out))
    claims = [
        volume["persistentVolumeClaim"]["claimName"]
        for job in jobs
        for volume in job["spec"]["template"]["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    ]
    assert (code, claims) == (0, ["data-db-0", "data-db-1"])
    assert "cache (emptyDir at /cache" in err
    code, out, _ = terminal(
        *("addon", "resolve", "workload-addon", "logical-backup-restore"),
        *("--target", "sts/db", "-n", "demo", "-f", str(path)),
    )
    assert (code, len(list(yaml.safe_load_all(out)))) == (0, 2)
    code, _, err = terminal(*words, "--target", "deploy/web", "-n", "demo", "-f", str(path))
    assert (code, "Deployment demo/web not found" in err) == (7, True)


def test_addons_and_functions_of_the_files_take_the_place_of_ours(
    terminal: Terminal, tmp_path: Path
) -> None:
    target = {"apiGroup": "appcatalog.appscode.com", "kind": "AppBinding", "name": "shop"}
    task = {"name": "logical-backup", "params": {"threads": 8}}
    of_session = {"name": "hourly", "addon": {"name": "mysql-addon", "tasks": [task]}}
    configuration = next(iter(yaml.safe_load_all(CONFIGURATION)))
    configuration["spec"] |= {"target": target, "sessions": [of_session], "backends": []}
    binding = {
        "apiVersion": "appcatalog.appscode.com/v1alpha1",
        "kind": "AppBinding",
        "metadata": {"name": "shop", "namespace": "demo"},
        "spec": {"version": "8.4.3"},
    }
    path = tmp_path / "theirs.yaml"
    documents = [configuration, binding, FUNCTION_OF_OTHERS, ADDON_OF_OTHERS]
    path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")

    theirs = terminal("addon", "resolve", "mysql-addon", "logical-backup", "-f", str(path))
    path.write_text(yaml.safe_dump_all(documents[:2]), encoding="utf-8")
    ours = terminal("addon", "resolve", "mysql-addon", "logical-backup", "-f", str(path))

    [container] = yaml.safe_load(theirs.out)["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.test/plugins/mysql:v1_8.4.2"
    assert container["args"][-2:] == ["--threads=8", "--undeclared=yes"]
    assert (ours.code, ours.out) == (8, "")
    assert "is not supported yet" in ours.err
