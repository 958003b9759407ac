from __future__ import annotations

import re

from .written import ADDONS, FUNCTIONS, tasks_of

TASKS = tasks_of(ADDONS["workload-addon"])
SCRATCH = {"enableCache": "true", "scratchDir": "/kubestash-tmp"}


def test_the_workload_tasks_are_called_as_in_kubestash() -> None:
    found = [(kind, t.name, t.driver, t.executor, t.singleton, t.function) for t, kind in TASKS]
    restic = ("Restic", "Job")
    assert found == [
        ("backup", "logical-backup", *restic, False, "workload-backup"),
        ("backup", "volume-snapshot", "VolumeSnapshotter", None, True, "volumesnapshot-backup"),
        ("backup", "manifest-backup", *restic, True, "manifest-backup"),
        ("restore", "logical-backup-restore", *restic, False, "workload-restore"),
        ("restore", "manifest-restore", *restic, True, "manifest-restore"),
    ]


def test_parameters_and_their_defaults_are_kubestashs() -> None:
    declared = {
        task.name: {parameter.name: parameter.default for parameter in task.parameters}
        for task, _ in TASKS
    }
    assert declared == {
        "logical-backup": {"paths": None, "exclude": None, **SCRATCH},
        "volume-snapshot": {"volumeSnapshotClassName": None},
        "manifest-backup": {**SCRATCH, "includeRBACResources": "false"},
        "logical-backup-restore": {"exclude": None, "include": None, **SCRATCH},
        "manifest-restore": {
            **SCRATCH,
            "includeRBACResources": "false",
            "overrideResources": "false",
        },
    }
    required = [p.name for task, _ in TASKS for p in task.parameters if p.required]
    assert required == ["paths"]


def test_flags_are_kubestashs() -> None:
    flags = {
        name: re.findall(r"--[a-z-]+", " ".join(FUNCTIONS[name].spec.args))
        for name in ("workload-backup", "workload-restore")
    }
    shared = ["--enable-cache", "--scratch-dir"]
    assert flags == {
        "workload-backup": ["--namespace", "--backupsession", *shared, "--paths", "--exclude"],
        "workload-restore": [
            *("--namespace", "--restoresession", "--snapshot"),
            *(*shared, "--exclude", "--include"),
        ],
    }
