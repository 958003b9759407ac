from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.addon_info import AddonTaskInfo
from kubectl_kubestash.api.addons.addon import Addon
from kubectl_kubestash.errors import SubstitutionError, Unsupported, UsageError
from kubectl_kubestash.resolve.addon_task import ResolvedTask, resolve_task

from .builders import addon, functions

BUILTINS = {
    "namespace": "demo",
    "backupSession": "files-hourly-17",
    "imageRegistry": "registry.test",
    "imageRepo": "tool",
    "imageTag": "1",
    "PVC_NAME": "files",
}


def _resolve(
    task: dict[str, Any] | None = None,
    *,
    in_addon: dict[str, Any] | None = None,
    in_function: dict[str, Any] | None = None,
    kind: str = "backup",
    index: int = 0,
) -> ResolvedTask:
    return resolve_task(
        addon(**(in_addon or {})),
        functions(**(in_function or {})),
        AddonTaskInfo.model_validate({"name": "logical-backup", **(task or {})}),
        kind=kind,
        builtins=BUILTINS,
        index=index,
    )


def _parameter(name: str, **fields: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, **fields}]}


def test_the_volume_task_is_a_container() -> None:
    task = _resolve(index=2)
    assert task.container == {
        "name": "logical-backup-2",
        "image": "registry.test/tool:1",
        "args": [
            "backup",
            "--namespace=demo",
            "--backupsession=files-hourly-17",
            "--enable-cache=true",
            "--scratch-dir=/kubestash-tmp",
            "--exclude=",
            "--paths=/kubestash-data",
        ],
        "volumeMounts": [
            {"name": "kubestash-data-volume", "mountPath": "/kubestash-data"},
            {"name": "kubestash-tmp-volume", "mountPath": "/kubestash-tmp"},
        ],
    }
    assert task.volumes == (
        {"name": "kubestash-data-volume", "persistentVolumeClaim": {"claimName": "files"}},
        {"name": "kubestash-tmp-volume", "emptyDir": {}},
    )
    assert (task.function, task.driver, task.executor) == ("pvc-backup", "Restic", "Job")
    assert task.singleton
    assert task.warnings == ()


ONE = {"args": ["${x:=text}"]}
X = _parameter("x", default="addon")


@pytest.mark.parametrize(
    ("task", "in_addon", "value"),
    [
        ({}, _parameter("x"), "text"),
        ({}, X, "addon"),
        ({}, _parameter("x", default=""), ""),
        ({"variables": [{"name": "x", "value": "variable"}]}, X, "variable"),
        ({"params": {"x": "param"}}, X, "param"),
        ({"params": {"x": ""}}, X, ""),
        ({"params": {"x": None}}, X, "addon"),
        ({"params": {"x": "param"}, "variables": [{"name": "x", "value": "v"}]}, X, "param"),
        ({"params": {"x": True}}, X, "true"),
        ({"params": {"x": 3}}, X, "3"),
        ({"params": {"x": 2.5}}, X, "2.5"),
        ({"params": {"x": "param"}}, {"parameters": []}, "param"),
    ],
)
def test_the_session_wins_over_the_addon_over_the_text(
    task: dict[str, Any], in_addon: dict[str, Any], value: str
) -> None:
    assert _resolve(task, in_addon=in_addon, in_function=ONE).container["args"] == [value]


@pytest.mark.parametrize(
    "task",
    [
        {"params": {"namespace": "other"}},
        {"params": {"imageTag": "other"}},
        {"variables": [{"name": "backupSession", "value": "other"}]},
    ],
)
def test_what_is_built_in_cannot_be_set(task: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="set by KubeStash"):
        _resolve(task)


def test_an_addon_default_does_not_replace_what_is_built_in() -> None:
    found = _resolve(
        in_addon=_parameter("namespace", default="x"), in_function={"args": ["${namespace}"]}
    )
    assert found.container["args"] == ["demo"]


def test_a_parameter_that_nothing_uses_is_refused_with_near_names() -> None:
    with pytest.raises(UsageError) as caught:
        _resolve({"params": {"exlude": "*.tmp"}})
    for word in ("Addon pvc-addon", "logical-backup", "'exlude'", "Did you mean exclude?"):
        assert word in caught.value.message


def test_an_undeclared_parameter_that_the_function_names_is_accepted() -> None:
    args = {
        "args": ["--a=${args:=}"],
        "runtimeSettings": {"env": [{"name": "E", "value": "${e:=}"}]},
    }
    task = _resolve({"params": {"args": "-x", "e": "1"}}, in_function=args)
    assert task.container["args"] == ["--a=-x"]
    assert task.container["env"] == [{"name": "E", "value": "1"}]


@pytest.mark.parametrize("default", [{}, {"default": ""}])
def test_a_required_parameter_must_be_set(default: dict[str, str]) -> None:
    with pytest.raises(SubstitutionError) as caught:
        _resolve(in_addon=_parameter("paths", required=True, **default))
    for word in ("Addon pvc-addon", "task logical-backup", "'paths'"):
        assert word in caught.value.message


def test_a_required_parameter_that_is_set_is_fine() -> None:
    needed = _parameter("paths", required=True)
    assert "--paths=/x" in _resolve({"params": {"paths": "/x"}}, in_addon=needed).container["args"]
    assert (
        "--paths=/y"
        in _resolve(in_addon=_parameter("paths", required=True, default="/y")).container["args"]
    )


def test_a_variable_that_nobody_sets_is_named_with_task_and_function() -> None:
    with pytest.raises(SubstitutionError) as caught:
        _resolve(in_function={"args": ["--target=${targetMountPath}"]})
    for word in ("logical-backup", "Function pvc-backup", "targetMountPath", "--target="):
        assert word in caught.value.message


@pytest.mark.parametrize("value", [["a"], {"a": "b"}])
def test_a_parameter_is_a_text_number_or_boolean(value: object) -> None:
    with pytest.raises(UsageError, match="text, number or boolean"):
        _resolve({"params": {"paths": value}})


def test_user_text_stays_one_argument() -> None:
    task = _resolve({"params": {"paths": "/a b;rm -rf $HOME `id`\n'\""}})
    assert "--paths=/a b;rm -rf $HOME `id`\n'\"" in task.container["args"]
    assert "command" not in task.container


def test_an_unknown_task_is_refused_with_near_names() -> None:
    with pytest.raises(UsageError, match="Did you mean logical-backup"):
        _resolve({"name": "logical-bakcup"})


def test_an_old_camel_case_name_is_taken_with_a_warning() -> None:
    task = _resolve({"name": "LogicalBackup"})
    assert task.name == "logical-backup"
    assert task.container["name"] == "logical-backup-0"
    assert task.warnings == ("The task LogicalBackup is called logical-backup now.",)


def test_a_function_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="Function 'nowhere' does not exist"):
        _resolve(in_addon={"function": "nowhere"})


@pytest.mark.parametrize(
    ("in_addon", "task", "what"),
    [
        ({"driver": "WalG"}, {}, "the driver WalG"),
        ({"executor": "Sidecar"}, {}, "the executor Sidecar"),
        ({"executor": "MultiLevelJob"}, {}, "the executor MultiLevelJob"),
        ({"passThroughMounts": [{"name": "tmp", "mountPath": "/t"}]}, {}, "passThroughMounts"),
        ({}, {"name": "volume-snapshot"}, "the driver VolumeSnapshotter"),
        ({}, {"targetVolumes": {"volumeClaimTemplates": [{}]}}, "making claims"),
        ({}, {"variables": [{"name": "exclude", "valueFrom": {"secretKeyRef": {}}}]}, "valueFrom"),
    ],
)
def test_what_we_cannot_run_yet_is_refused_by_name(
    in_addon: dict[str, Any], task: dict[str, Any], what: str
) -> None:
    with pytest.raises(Unsupported) as caught:
        _resolve(task, in_addon=in_addon)
    assert what in caught.value.message
    assert "not supported yet" in caught.value.message


def test_a_task_that_the_addon_marks_as_unsupported_is_refused() -> None:
    raw = addon().model_dump(by_alias=True)
    raw["spec"]["backupTasks"][1]["driver"] = "Restic"
    marked, task = Addon.model_validate(raw), AddonTaskInfo(name="volume-snapshot")
    with pytest.raises(Unsupported, match="task volume-snapshot of Addon pvc-addon"):
        resolve_task(marked, functions(), task, kind="backup", builtins=BUILTINS, index=0)


def test_an_unset_executor_is_a_job() -> None:
    assert _resolve(in_addon={"executor": None}).executor == "Job"


@pytest.mark.parametrize("name", ["kubestash-tmp-volume", "${RESTIC_CACHE_VOLUME}"])
def test_a_session_replaces_a_volume_by_name(name: str) -> None:
    cache = {"name": name, "source": {"emptyDir": {"sizeLimit": "1Gi"}}}
    task = _resolve({"addonVolumes": [cache]})
    assert {"name": "kubestash-tmp-volume", "emptyDir": {"sizeLimit": "1Gi"}} in task.volumes
    assert len(task.volumes) == 2


def test_a_claim_template_becomes_a_claim_of_the_pod() -> None:
    template = {"spec": {"resources": {"requests": {"storage": "1Gi"}}}}
    source = {"volumeClaimTemplate": template}
    task = _resolve({"addonVolumes": [{"name": "kubestash-tmp-volume", "source": source}]})
    ephemeral = {"volumeClaimTemplate": template}
    assert {"name": "kubestash-tmp-volume", "ephemeral": ephemeral} in task.volumes


@pytest.mark.parametrize("name", ["cache", "${NOBODY}"])
def test_a_volume_that_the_task_does_not_have_cannot_be_replaced(name: str) -> None:
    with pytest.raises(UsageError, match="pvc-addon"):
        _resolve({"addonVolumes": [{"name": name, "source": {"emptyDir": {}}}]})


def test_volumes_of_the_target_are_added_and_mounted() -> None:
    volume = {"name": "more", "persistentVolumeClaim": {"claimName": "${PVC_NAME}-more"}}
    mount = {"name": "more", "mountPath": "/more"}
    task = _resolve({"targetVolumes": {"volumes": [volume], "volumeMounts": [mount]}})
    assert task.volumes[-1] == {
        "name": "more",
        "persistentVolumeClaim": {"claimName": "files-more"},
    }
    assert task.container["volumeMounts"][-1] == mount


def test_the_function_has_its_say_about_the_container() -> None:
    task = _resolve(
        in_function={
            "command": ["/tool"],
            "workingDir": "/work",
            "volumeMounts": [{"name": "kubestash-tmp-volume", "mountPath": "/x"}],
            "runtimeSettings": {
                "resources": {"limits": {"memory": "1Gi"}},
                "nice": {"adjustment": 5},
            },
        }
    )
    assert task.container["command"] == ["/tool"]
    assert task.container["workingDir"] == "/work"
    assert task.container["volumeMounts"][-1]["mountPath"] == "/x"
    assert task.container["resources"] == {"limits": {"memory": "1Gi"}}
    assert task.container["env"] == [{"name": "NICE_ADJUSTMENT", "value": "5"}]


def test_each_value_says_where_it_came_from() -> None:
    sources = _resolve({"params": {"exclude": "*.tmp"}}).sources
    assert sources["args[0]"] == "Function pvc-backup spec.args[0]"
    assert sources["args[1]"] == "Function pvc-backup spec.args[1]; namespace ← built in"
    assert sources["args[5]"].endswith("exclude ← params of the session")
    assert sources["args[6]"].endswith("paths ← default in Addon pvc-addon")
    assert sources["image"].startswith("Function pvc-backup spec.image; imageRegistry ← built in")
    assert sources["volumes[kubestash-tmp-volume]"] == "task logical-backup volumeTemplate"


def test_a_default_in_the_text_and_a_replaced_volume_say_so_too() -> None:
    cache = {"name": "${RESTIC_CACHE_VOLUME}", "source": {"emptyDir": {}}}
    sources = _resolve({"addonVolumes": [cache]}).sources
    assert sources["args[5]"].endswith("exclude ← default in the text")
    assert sources["volumes[kubestash-tmp-volume]"] == (
        "task logical-backup addonVolumes of the session"
    )
