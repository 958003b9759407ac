"""An Addon is judged before anybody uses it: each mistake by its reason and its field."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.addons.addon import Addon
from kubectl_kubestash.api.addons.function import Function
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.resolve.addon_lint import WARNINGS, addon_problems, function_problems

TMP = {"name": "tmp", "source": {"emptyDir": {}}}
AT_TMP = {"name": "tmp", "mountPath": "/tmp/x"}
ARGS = ["backup", "--session=${backupSession}", "--paths=${paths}", "--wait=${waitTimeout:=300}"]
FIRST = "spec.backupTasks[0]"


def function(**spec: Any) -> Function:
    whole = {"image": "registry.test/a:1", "args": ARGS, **spec}
    return Function.model_validate({"metadata": {"name": "f"}, "spec": whole})


def addon(*tasks: dict[str, Any], kind: str = "backup", **task: Any) -> Addon:
    """One right task; what is given is put over it."""
    right = {
        "name": "logical-backup",
        "driver": "Restic",
        "function": "f",
        "parameters": [{"name": "paths", "required": True}],
        "volumeTemplate": [TMP],
        "volumeMounts": [AT_TMP],
    }
    spec = {f"{kind}Tasks": [{**right, **each} for each in tasks or (task,)]}
    return Addon.model_validate({"metadata": {"name": "a"}, "spec": spec})


def found(subject: Addon, f: Function | None = None) -> list[tuple[str, str]]:
    problems = addon_problems(subject, {"f": f or function()})
    assert all(each.message.startswith(f"Addon a: {each.field}: ") for each in problems)
    return [(each.reason, each.field) for each in problems]


def test_a_task_that_is_right_gives_nothing_to_say() -> None:
    assert found(addon()) == []
    assert function_problems(function()) == []


@pytest.mark.parametrize(
    ("task", "reason", "field"),
    [
        ({"name": ""}, "TaskMissing", "name"),
        ({"function": "g"}, "UnknownFunction", "function"),
        ({"function": ""}, "FunctionMissing", "function"),
        ({"driver": "restic"}, "UnknownDriver", "driver"),
        ({"driver": "WalG"}, "NotSupported", "driver"),
        ({"executor": "Sidecar"}, "NotSupported", "executor"),
        ({"passThroughMounts": [AT_TMP]}, "NotSupported", "passThroughMounts"),
        ({"parameters": []}, "UnresolvableVariable", "function"),
        ({"parameters": [{"name": "paths"}]}, "ParameterNeverSet", "parameters[0]"),
        (
            {"parameters": [{"name": "paths", "required": True, "default": "/a"}]},
            "RequiredHasDefault",
            "parameters[0].default",
        ),
        (
            {"parameters": [{"name": "paths", "default": "/a"}, {"name": "path"}]},
            "UnusedParameter",
            "parameters[1].name",
        ),
        (
            {"parameters": [{"name": "paths", "default": "/a"}] * 2},
            "DuplicateParameter",
            "parameters[1].name",
        ),
        (
            {"parameters": [{"name": "paths", "default": "/a"}, {"name": "snapshot"}]},
            "ReservedParameter",
            "parameters[1].name",
        ),
        (
            {"parameters": [{"name": "paths", "default": "/a"}, {"name": "a-b"}]},
            "InvalidParameterName",
            "parameters[1].name",
        ),
        (
            {"parameters": [{"name": "paths", "default": "/a"}, {"usage": "what?"}]},
            "ParameterNameMissing",
            "parameters[1].name",
        ),
        ({"volumeMounts": []}, "VolumeWithoutMount", "volumeTemplate[0]"),
        ({"volumeTemplate": []}, "MountWithoutVolume", "volumeMounts[0]"),
        ({"volumeTemplate": [TMP, TMP]}, "DuplicateVolume", "volumeTemplate[1].name"),
        ({"volumeTemplate": [{"name": "tmp"}]}, "VolumeWithoutSource", "volumeTemplate[0]"),
        ({"volumeMounts": [AT_TMP, AT_TMP]}, "DuplicateMountPath", "volumeMounts[0]"),
        (
            {
                "volumeTemplate": [
                    {
                        "name": "tmp",
                        "source": {"persistentVolumeClaim": {"claimName": "${theClaim}"}},
                    }
                ]
            },
            "UnresolvableVariable",
            "volumeTemplate[0].source.persistentVolumeClaim.claimName",
        ),
        (
            {"volumeMounts": [{"name": "tmp", "mountPath": "/a", "subPath": "${unclosed"}]},
            "InvalidTemplate",
            "volumeMounts[0].subPath",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_of_a_task_is_named_at_its_field(
    task: dict[str, Any], reason: str, field: str
) -> None:
    assert (reason, f"{FIRST}.{field}") in found(addon(**task))


def test_an_addon_needs_tasks_and_each_of_them_a_name_of_its_own() -> None:
    assert found(Addon.model_validate({"metadata": {"name": "a"}})) == [("NoTasks", "spec")]
    assert found(addon({}, {})) == [
        ("DuplicateTask", f"{FIRST}.name"),
        ("DuplicateTask", "spec.backupTasks[1].name"),
    ]


def test_a_variable_of_a_backup_has_no_value_in_a_restore() -> None:
    assert found(addon(kind="restore")) == [
        ("UnresolvableVariable", "spec.restoreTasks[0].function")
    ]


def test_a_variable_with_a_default_need_not_be_declared_but_should_be() -> None:
    f = function(args=[*ARGS, "--threads=${threads:=4}", "--cache=${enableCache:=}"])

    assert found(addon(), f) == [("UndeclaredVariable", f"{FIRST}.parameters")]
    assert {"UndeclaredVariable", "UnusedParameter", "VolumeWithoutMount"} <= WARNINGS


def test_mounts_and_placeholders_of_the_function_count_as_those_of_the_task() -> None:
    f = function(volumeMounts=[{"name": "${RESTIC_CACHE_VOLUME}", "mountPath": "/cache"}])
    cache = {"name": "kubestash-tmp-volume", "source": {"emptyDir": {}}}

    assert found(addon(volumeTemplate=[cache], volumeMounts=[]), f) == []
    assert found(addon(), f) == [("MountWithoutVolume", f"{FIRST}.function")]


@pytest.mark.parametrize(
    ("spec", "reason", "field"),
    [
        ({"image": ""}, "ImageMissing", "spec.image"),
        ({"args": ["a", "${b"]}, "InvalidTemplate", "spec.args[1]"),
        ({"image": "a:${DB_VERSION}"}, "VersionsMissing", "spec.image"),
        ({"availableVersions": ["1"]}, "UnusedVersions", "spec.availableVersions"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_of_a_function_is_named_at_its_field(
    spec: dict[str, Any], reason: str, field: str
) -> None:
    assert [(each.reason, each.field) for each in function_problems(function(**spec))] == [
        (reason, field)
    ]


def test_our_own_catalogue_has_no_mistakes_and_says_what_it_cannot_run_yet() -> None:
    raw = documents()
    functions = {
        each["metadata"]["name"]: Function.model_validate(each)
        for each in raw
        if each["kind"] == "Function"
    }
    problems = [
        problem
        for each in raw
        if each["kind"] == "Addon"
        for problem in addon_problems(Addon.model_validate(each), functions)
    ]
    problems += [problem for each in functions.values() for problem in function_problems(each)]

    assert {problem.reason for problem in problems} == {"NotSupported"}
