from __future__ import annotations

import re

from .written import ADDONS, FUNCTIONS, tasks_of

TASKS = tasks_of(ADDONS["pvc-addon"])


def test_the_volume_tasks_are_called_as_in_kubestash() -> None:
    assert [(kind, task.name, task.driver, task.function) for task, kind in TASKS] == [
        ("backup", "logical-backup", "Restic", "pvc-backup"),
        ("backup", "volume-snapshot", "VolumeSnapshotter", "volumesnapshot-backup"),
        ("restore", "logical-backup-restore", "Restic", "pvc-restore"),
        ("restore", "volume-clone", "Restic", "pvc-restore"),
        ("restore", "volume-snapshot-restore", "VolumeSnapshotter", "volumesnapshot-restore"),
    ]


def test_parameters_and_their_defaults_are_kubestashs() -> None:
    declared = {
        task.name: {parameter.name: parameter.default for parameter in task.parameters}
        for task, _ in TASKS
    }
    scratch = {"enableCache": "true", "scratchDir": "/kubestash-tmp"}
    assert declared == {
        "logical-backup": {"paths": "/kubestash-data", "exclude": None, **scratch},
        "volume-snapshot": {"volumeSnapshotClassName": None},
        "logical-backup-restore": scratch,
        "volume-clone": scratch,
        "volume-snapshot-restore": {},
    }
    assert not any(parameter.required for task, _ in TASKS for parameter in task.parameters)


def test_flags_are_kubestashs() -> None:
    flags = {
        name: re.findall(r"--[a-z-]+", " ".join(FUNCTIONS[name].spec.args))
        for name in ("pvc-backup", "pvc-restore")
    }
    shared = ["--enable-cache", "--scratch-dir"]
    assert flags == {
        "pvc-backup": ["--namespace", "--backupsession", *shared, "--exclude", "--paths"],
        "pvc-restore": ["--namespace", "--restoresession", "--snapshot", *shared],
    }
    assert [FUNCTIONS[name].spec.args[0] for name in flags] == ["backup", "restore"]
    assert {FUNCTIONS[name].spec.image for name in flags} == {
        "${imageRegistry}/${imageRepo}:${imageTag}"
    }
