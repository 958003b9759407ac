from __future__ import annotations

import re
from typing import Any

import pytest

from kubectl_kubestash.api.addon_info import AddonTaskInfo
from kubectl_kubestash.api.addons.addon import Addon
from kubectl_kubestash.api.addons.function import Function
from kubectl_kubestash.catalog import documents, is_ours
from kubectl_kubestash.resolve.labels import UNSUPPORTED_TASKS
from kubectl_kubestash.resolve.substitution import variables_in
from kubectl_kubestash.resolve.task_findings import TaskInputs, task_findings
from kubectl_kubestash.resolve.task_values import BUILTINS

BY_NAME: dict[str, dict[str, Any]] = {each["metadata"]["name"]: each for each in documents()}
PVC = Addon.model_validate(BY_NAME["pvc-addon"])
FUNCTIONS = {
    name: Function.model_validate(each)
    for name, each in BY_NAME.items()
    if each["kind"] == "Function"
}
TASKS = [
    *((task, "backup") for task in PVC.spec.backup_tasks),
    *((task, "restore") for task in PVC.spec.restore_tasks),
]


def test_functions_come_before_the_addons_that_name_them() -> None:
    kinds = [each["kind"] for each in documents()]
    assert kinds == sorted(kinds, reverse=True)
    assert list(BY_NAME) == ["pvc-backup", "pvc-restore", "pvc-addon"]


def test_every_document_is_marked_as_ours() -> None:
    assert all(is_ours(each) for each in documents())


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"labels": {}},
        {"labels": {"app.kubernetes.io/managed-by": "Helm"}},
        {"labels": {"app.kubernetes.io/managed-by": "kubestash.com"}},
        {"labels": {"app.kubernetes.io/part-of": "kubectl-kubestash"}},
    ],
)
def test_a_foreign_catalogue_is_recognised(metadata: dict[str, Any]) -> None:
    assert not is_ours({"kind": "Addon", "metadata": metadata})


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
    flags = {name: re.findall(r"--[a-z-]+", " ".join(f.spec.args)) for name, f in FUNCTIONS.items()}
    shared = ["--enable-cache", "--scratch-dir"]
    assert flags == {
        "pvc-backup": ["--namespace", "--backupsession", *shared, "--exclude", "--paths"],
        "pvc-restore": ["--namespace", "--restoresession", "--snapshot", *shared],
    }
    assert [function.spec.args[0] for function in FUNCTIONS.values()] == ["backup", "restore"]


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_variable_has_a_value_from_somewhere(function: Function) -> None:
    assert function.spec.image == "${imageRegistry}/${imageRepo}:${imageTag}"
    assert set(variables_in(function.spec.image)) <= BUILTINS
    for argument in function.spec.args:
        assert "${" not in argument or ":=" in argument


@pytest.mark.parametrize(("task", "kind"), TASKS, ids=lambda each: getattr(each, "name", each))
def test_exactly_the_tasks_that_run_are_not_marked_as_unsupported(task: Any, kind: str) -> None:
    asked = TaskInputs(
        addon=PVC,
        functions=FUNCTIONS,
        task=AddonTaskInfo(name=task.name),
        kind=kind,
    )
    marked = PVC.metadata.annotations[UNSUPPORTED_TASKS].split(", ")
    reasons = {finding.reason for finding in task_findings(asked)}
    assert reasons == ({"NotSupported"} if task.name in marked else set())
