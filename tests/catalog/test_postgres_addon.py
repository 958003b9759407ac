from __future__ import annotations

import re

from .written import ADDONS, FUNCTIONS, tasks_of

TASKS = tasks_of(ADDONS["postgres-addon"])


def test_the_postgres_tasks_are_called_as_in_kubestash() -> None:
    assert [(kind, task.name, task.driver, task.function) for task, kind in TASKS] == [
        ("backup", "logical-backup", "Restic", "postgres-backup"),
        ("backup", "physical-backup", "Restic", "postgres-physical-backup"),
        ("backup", "volume-snapshot", "VolumeSnapshotter", "postgres-csi-snapshotter"),
        ("backup", "manifest-backup", "Restic", "kubedbmanifest-backup"),
        ("restore", "logical-backup-restore", "Restic", "postgres-restore"),
        ("restore", "physical-backup-restore", "Restic", "postgres-physical-backup-restore"),
        ("restore", "manifest-restore", "Restic", "kubedbmanifest-restore"),
    ]


def test_parameters_and_their_defaults_are_kubestashs() -> None:
    scratch = {"enableCache": "true", "scratchDir": "/kubestash-tmp"}
    login = {"args": None, "user": "postgres"}
    assert {
        task.name: {parameter.name: parameter.default for parameter in task.parameters}
        for task, _ in TASKS
    } == {
        "logical-backup": {**login, "backupCmd": "pg_dumpall", **scratch},
        "physical-backup": {**login, "backupCmd": "pg_basebackup", **scratch},
        "volume-snapshot": {"volumeSnapshotClassName": None},
        "manifest-backup": scratch,
        "logical-backup-restore": {**login, **scratch},
        "physical-backup-restore": {
            **login,
            **scratch,
            "restoreCmd": "tar",
            "restorePath": "/data",
        },
        "manifest-restore": scratch,
    }
    assert not any(parameter.required for task, _ in TASKS for parameter in task.parameters)


def test_flags_are_kubestashs() -> None:
    shared = ["--enable-cache", "--scratch-dir", "--wait-timeout", "--pg-args"]
    assert {
        name: re.findall(r"--[a-z-]+", " ".join(FUNCTIONS[name].spec.args))
        for name in ("postgres-backup", "postgres-restore")
    } == {
        "postgres-backup": ["--namespace", "--backupsession", *shared, "--backup-cmd", "--user"],
        "postgres-restore": ["--namespace", "--restoresession", "--snapshot", *shared, "--user"],
    }
