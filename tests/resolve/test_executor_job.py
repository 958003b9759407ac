from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.components import component
from kubectl_kubestash.resolve.executor_job import backup_jobs, restore_jobs, service_account
from kubectl_kubestash.resolve.run_tasks import BackupJobInputs, RestoreJobInputs
from kubectl_kubestash.resolve.volume_affinity import ClaimUse, bound_to_volumes

from .builders import (
    IMAGE,
    addon,
    backup_session,
    configuration,
    functions,
    local,
    repository,
    restore_session,
    session_spec,
    snapshot,
    storage,
)
from .builders import (
    component as snapshot_component,
)


def _backup(
    *,
    storages: Any = None,
    in_addon: dict[str, Any] | None = None,
    in_function: dict[str, Any] | None = None,
    remaining: timedelta | None = None,
    **info: Any,
) -> dict[str, Any]:
    tasks = {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}], **info}
    config = configuration(session_spec(addon=tasks))
    inputs = BackupJobInputs(
        session=backup_session(),
        configuration=config,
        session_spec=config.spec.sessions[0],
        addon=addon(**(in_addon or {})),
        functions=functions(**(in_function or {})),
        storages=storages or [storage()],
        repositories=[repository(), repository("second")],
        image=IMAGE,
        remaining=remaining,
    )
    (job,) = backup_jobs(inputs)
    return job


def _pod(job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = job["spec"]["template"]["spec"]
    return pod


def _main(job: dict[str, Any]) -> dict[str, Any]:
    (main,) = _pod(job)["containers"]
    assert isinstance(main, dict)
    return main


def _template(**spec: Any) -> dict[str, Any]:
    return {"jobTemplate": {"spec": spec}}


def _env(container: dict[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry.get("value") or entry["valueFrom"] for entry in container["env"]}


def test_a_backup_is_one_job_that_tries_once() -> None:
    job = _backup()
    assert job["apiVersion"] == "batch/v1"
    assert job["kind"] == "Job"
    assert job["metadata"]["name"] == "files-hourly-1700000000"
    assert job["metadata"]["namespace"] == "demo"
    assert job["spec"]["backoffLimit"] == 0
    assert _pod(job)["restartPolicy"] == "Never"
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert "ownerReferences" not in job["metadata"]


def test_job_and_pod_are_found_by_their_labels() -> None:
    job = _backup()
    expected = {
        "app.kubernetes.io/managed-by": "kubestash.com",
        "app.kubernetes.io/component": "kubestash-backup",
        "kubestash.com/invoker-kind": "BackupSession",
        "kubestash.com/invoker-name": "files-hourly-1700000000",
        "kubestash.com/invoker-namespace": "demo",
        "kubestash.com/session-name": "hourly",
    }
    assert job["metadata"]["labels"] == expected
    assert job["spec"]["template"]["metadata"]["labels"] == expected


def test_the_job_names_the_repositories_that_it_writes() -> None:
    annotations = _backup()["metadata"]["annotations"]
    assert annotations == {"kubestash.com/repositories": "demo/s3-repo,demo/second"}


def test_the_container_knows_itself() -> None:
    main = _main(_backup())
    assert main["name"] == "logical-backup-0"
    assert main["image"] == "registry.test/team/kubectl-kubestash:0.1.0"
    assert main["imagePullPolicy"] == "IfNotPresent"
    assert main["terminationMessagePath"] == "/dev/termination-log"
    assert main["terminationMessagePolicy"] == "File"
    assert _env(main) == {
        "COMPONENT_NAME": "dump",
        "POD_NAME": {"fieldRef": {"fieldPath": "metadata.name"}},
        "POD_UID": {"fieldRef": {"fieldPath": "metadata.uid"}},
        "POD_NAMESPACE": {"fieldRef": {"fieldPath": "metadata.namespace"}},
        "NODE_NAME": {"fieldRef": {"fieldPath": "spec.nodeName"}},
    }


def test_ff_7_10_the_volume_is_mounted_read_only_but_is_not_read_only() -> None:
    job = _backup()
    assert _main(job)["volumeMounts"] == [
        {"name": "kubestash-data-volume", "mountPath": "/kubestash-data", "readOnly": True},
        {"name": "kubestash-tmp-volume", "mountPath": "/kubestash-tmp"},
    ]
    assert _pod(job)["volumes"][0] == {
        "name": "kubestash-data-volume",
        "persistentVolumeClaim": {"claimName": "files"},
    }


def test_volumes_of_the_target_are_mounted_read_only_too() -> None:
    volumes = {
        "volumes": [{"name": "more", "emptyDir": {}}],
        "volumeMounts": [{"name": "more", "mountPath": "/more"}],
    }
    job = _backup(tasks=[{"name": "logical-backup", "targetVolumes": volumes}])
    assert {"name": "more", "mountPath": "/more", "readOnly": True} in _main(job)["volumeMounts"]


def test_a_backup_runs_as_nobody_unless_told_otherwise() -> None:
    assert _pod(_backup())["securityContext"] == {"runAsUser": 65534}
    job = _backup(**_template(securityContext={"fsGroup": 7}))
    assert _pod(job)["securityContext"] == {"runAsUser": 65534, "fsGroup": 7}
    job = _backup(**_template(securityContext={"runAsUser": 0}))
    assert _pod(job)["securityContext"] == {"runAsUser": 0}


def test_ff_2_2_the_pod_has_its_own_host_name_unless_told_otherwise() -> None:
    pod = _pod(_backup())
    assert not {"hostNetwork", "hostname", "hostPID", "setHostnameAsFQDN"} & pod.keys()
    assert _pod(_backup(**_template(hostNetwork=True)))["hostNetwork"] is True


def test_the_job_runs_as_an_account_of_its_own() -> None:
    assert _pod(_backup())["serviceAccountName"] == "files-hourly-1700000000"
    job = _backup(**_template(serviceAccountName="mine"))
    assert _pod(job)["serviceAccountName"] == "mine"


def test_the_account_is_known_beforehand() -> None:
    config = configuration(session_spec(addon=_template(serviceAccountName="mine")))
    assert service_account(config.spec.sessions[0].addon, "run") == "mine"
    assert service_account(configuration().spec.sessions[0].addon, "run") == "run"


def test_a_local_storage_is_mounted_where_it_says() -> None:
    job = _backup(storages=[storage(), storage(local(subPath="team"), name="disk")])
    assert _pod(job)["volumes"][-1] == {
        "name": "storage-demo-disk",
        "persistentVolumeClaim": {"claimName": "store"},
    }
    mount = {"name": "storage-demo-disk", "mountPath": "/safe/data", "subPath": "team"}
    assert _main(job)["volumeMounts"][-1] == mount


def test_a_local_storage_without_a_sub_path_is_mounted_whole() -> None:
    job = _backup(storages=[storage(local(), name="disk")])
    assert _main(job)["volumeMounts"][-1] == {
        "name": "storage-demo-disk",
        "mountPath": "/safe/data",
    }


def test_what_is_left_of_the_time_limits_the_job() -> None:
    assert "activeDeadlineSeconds" not in _backup()["spec"]
    assert _backup(remaining=timedelta(seconds=1.2))["spec"]["activeDeadlineSeconds"] == 2
    assert _backup(remaining=timedelta(seconds=-9))["spec"]["activeDeadlineSeconds"] == 1


def test_the_template_reaches_job_pod_and_container() -> None:
    job = _backup(
        jobTemplate={
            "metadata": {"labels": {"pod": "l"}, "annotations": {"pod": "a"}},
            "controller": {"labels": {"job": "l"}, "annotations": {"job": "a"}},
            "spec": {
                "nodeSelector": {"disk": "fast"},
                "tolerations": [{"operator": "Exists"}],
                "priorityClassName": "low",
                "imagePullSecrets": [{"name": "pull"}],
                "volumes": [{"name": "ca", "configMap": {"name": "ca"}}],
                "volumeMounts": [{"name": "ca", "mountPath": "/ca"}],
                "initContainers": [{"name": "first", "image": "x"}],
                "args": ["--more"],
                "env": [{"name": "HTTPS_PROXY", "value": "http://proxy"}],
                "resources": {"limits": {"memory": "1Gi"}},
                "containerSecurityContext": {"allowPrivilegeEscalation": False},
            },
        }
    )
    metadata, pod, main = job["metadata"], _pod(job), _main(job)
    assert metadata["labels"]["job"] == "l"
    assert metadata["annotations"]["job"] == "a"
    assert "pod" not in metadata["labels"]
    assert job["spec"]["template"]["metadata"]["labels"]["pod"] == "l"
    assert job["spec"]["template"]["metadata"]["annotations"] == {"pod": "a"}
    assert pod["nodeSelector"] == {"disk": "fast"}
    assert pod["tolerations"] == [{"operator": "Exists"}]
    assert pod["priorityClassName"] == "low"
    assert pod["imagePullSecrets"] == [{"name": "pull"}]
    assert {"name": "ca", "configMap": {"name": "ca"}} in pod["volumes"]
    assert [each["name"] for each in pod["initContainers"]] == ["first"]
    assert {"name": "ca", "mountPath": "/ca"} in main["volumeMounts"]
    assert main["args"][-1] == "--more"
    assert _env(main)["HTTPS_PROXY"] == "http://proxy"
    assert main["resources"] == {"limits": {"memory": "1Gi"}}
    assert main["securityContext"] == {"allowPrivilegeEscalation": False}
    assert not {"args", "env", "resources", "containerSecurityContext"} & pod.keys()


def test_later_settings_win_field_by_field_and_variables_by_name() -> None:
    def env(**values: str) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in values.items()]

    function = {
        "resources": {"limits": {"memory": "1Gi"}},
        "env": env(A="function", B="function", C="function"),
        "securityContext": {"runAsUser": 1, "runAsGroup": 1},
    }
    session = {"env": env(B="session", C="session"), "securityContext": {"runAsUser": 2}}
    job = _backup(
        in_function={"runtimeSettings": function},
        containerRuntimeSettings={**session, "nice": {"adjustment": 7}},
        **_template(env=env(C="template"), resources={"limits": {"cpu": "1"}}),
    )
    main = _main(job)
    found = _env(main)
    assert [found[name] for name in "ABC"] == ["function", "session", "template"]
    assert found["NICE_ADJUSTMENT"] == "7"
    assert main["resources"] == {"limits": {"cpu": "1"}}
    assert main["securityContext"] == {"runAsUser": 2, "runAsGroup": 1}


def test_priorities_reach_the_runner_as_variables() -> None:
    settings = {"nice": {"adjustment": 0}, "ionice": {"class": 2, "classData": 7}}
    found = _env(_main(_backup(containerRuntimeSettings=settings)))
    assert found["NICE_ADJUSTMENT"] == "0"
    assert found["IONICE_CLASS"] == "2"
    assert found["IONICE_CLASS_DATA"] == "7"


def test_nobody_replaces_what_is_ours() -> None:
    env = [{"name": "POD_UID", "value": "forged"}, {"name": "COMPONENT_NAME", "value": "forged"}]
    forged = {"app.kubernetes.io/managed-by": "me", "kubestash.com/invoker-name": "me"}
    job = _backup(
        jobTemplate={
            "metadata": {"labels": forged},
            "controller": {"labels": forged, "annotations": {"kubestash.com/repositories": "none"}},
            "spec": {"env": env},
        }
    )
    assert _env(_main(job))["POD_UID"] == {"fieldRef": {"fieldPath": "metadata.uid"}}
    assert _env(_main(job))["COMPONENT_NAME"] == "dump"
    assert job["metadata"]["labels"] == _backup()["metadata"]["labels"]
    assert job["spec"]["template"]["metadata"]["labels"] == job["metadata"]["labels"]
    assert job["metadata"]["annotations"] == _backup()["metadata"]["annotations"]


def test_several_tasks_run_one_after_the_other() -> None:
    tasks = [{"name": "logical-backup"}, {"name": "logical-backup"}]
    job = _backup(tasks=tasks, **_template(args=["--more"]))
    (first,), main = _pod(job)["initContainers"], _main(job)
    assert (first["name"], main["name"]) == ("logical-backup-0", "logical-backup-1")
    assert _env(first)["COMPONENT_NAME"] == "dump"
    assert "--more" in main["args"]
    assert "--more" not in first["args"]
    assert [volume["name"] for volume in _pod(job)["volumes"]] == [
        "kubestash-data-volume",
        "kubestash-tmp-volume",
    ]


def test_two_different_volumes_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="kubestash-tmp-volume"):
        _backup(**_template(volumes=[{"name": "kubestash-tmp-volume", "hostPath": {"path": "/x"}}]))


def test_the_pod_runs_where_its_volume_is_and_where_it_is_asked_to() -> None:
    exists = {"matchExpressions": [{"key": "zone", "operator": "Exists"}]}
    rule = {"nodeSelectorTerms": [exists]}
    asked = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": rule}}
    uses = [ClaimUse("files", is_bound_to_one_node=True, nodes=("worker-2",))]
    here = [{"key": "metadata.name", "operator": "In", "values": ["worker-2"]}]

    for job, expected in (
        (_backup(), {"matchFields": here}),
        (_backup(**_template(affinity=asked)), {**exists, "matchFields": here}),
    ):
        affinity = _pod(bound_to_volumes(job, uses))["affinity"]["nodeAffinity"]
        required = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
        assert required == {"nodeSelectorTerms": [expected]}
    elsewhere = [ClaimUse("others", is_bound_to_one_node=True, nodes=("worker-1",))]
    assert "affinity" not in _pod(bound_to_volumes(_backup(), elsewhere))


def test_no_user_text_becomes_a_shell_line() -> None:
    job = _backup(tasks=[{"name": "logical-backup", "params": {"paths": "$(id); `id`"}}])
    assert "command" not in _main(job)
    assert "--paths=$(id); `id`" in _main(job)["args"]


def test_there_is_no_limit_on_the_scratch_volume_unless_asked_for() -> None:
    assert {"name": "kubestash-tmp-volume", "emptyDir": {}} in _pod(_backup())["volumes"]


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("logical-backup", "dump"),
        ("logical-backup-restore", "dump"),
        ("manifest-restore", "manifest"),
        ("volume-snapshot-restore", "volumesnapshot"),
        ("dashboard-backup", "dashboard"),
        ("physical-backup", "physical"),
    ],
)
def test_a_task_and_its_restore_work_on_one_component(task: str, name: str) -> None:
    assert component(task) == name


def _restore(*, components: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    inputs = RestoreJobInputs(
        session=restore_session(**spec),
        snapshot=snapshot("snap", components=components),
        repository=repository(),
        storage=storage(local()),
        addon=addon(),
        functions=functions(),
        image=IMAGE,
        remaining=timedelta(minutes=1),
    )
    (job,) = restore_jobs(inputs)
    return job


def test_a_restore_is_one_job_that_runs_as_root() -> None:
    job = _restore()
    assert job["metadata"]["name"] == "back"
    assert job["metadata"]["labels"]["app.kubernetes.io/component"] == "kubestash-restore"
    assert job["metadata"]["labels"]["kubestash.com/invoker-kind"] == "RestoreSession"
    assert job["metadata"]["annotations"] == {"kubestash.com/repositories": "demo/s3-repo"}
    assert job["spec"]["activeDeadlineSeconds"] == 60
    assert _pod(job)["securityContext"] == {"runAsUser": 0, "runAsGroup": 0}
    assert _pod(job)["serviceAccountName"] == "back"
    assert _main(job)["args"] == [
        "restore",
        "--namespace=demo",
        "--restoresession=back",
        "--snapshot=snap",
        "--enable-cache=true",
        "--scratch-dir=/kubestash-tmp",
    ]


def test_a_restore_writes_to_the_claim_and_reads_the_storage() -> None:
    job = _restore()
    assert _main(job)["volumeMounts"] == [
        {"name": "kubestash-data-volume", "mountPath": "/kubestash-data"},
        {"name": "kubestash-tmp-volume", "mountPath": "/kubestash-tmp"},
        {"name": "storage-demo-s3-storage", "mountPath": "/safe/data"},
    ]
    claim = {"claimName": "files"}
    assert _pod(job)["volumes"][0]["persistentVolumeClaim"] == claim


def test_a_restore_goes_where_the_session_says_or_where_the_data_came_from() -> None:
    target = {"kind": "PersistentVolumeClaim", "name": "copy"}
    volumes = _pod(_restore(target=target))["volumes"]
    assert volumes[0]["persistentVolumeClaim"] == {"claimName": "copy"}
    volumes = _pod(_restore(target=None))["volumes"]
    assert volumes[0]["persistentVolumeClaim"] == {"claimName": "files"}


def test_the_only_component_of_an_old_snapshot_is_restored_under_its_name() -> None:
    job = _restore(components={"pod-0": snapshot_component()})
    assert _env(_main(job))["COMPONENT_NAME"] == "pod-0"


def test_the_component_of_the_task_is_chosen_among_several() -> None:
    both = {"dump": snapshot_component(), "manifest": snapshot_component()}
    assert _env(_main(_restore(components=both)))["COMPONENT_NAME"] == "dump"


def test_ff_10_2_a_long_session_has_a_job_of_a_valid_name() -> None:
    spec = restore_session().model_dump(by_alias=True)
    spec["metadata"]["name"] = "x" * 200
    assert len(ObjectKey("demo", spec["metadata"]["name"]).name) == 200
    inputs = RestoreJobInputs(
        session=type(restore_session()).model_validate(spec),
        snapshot=snapshot(),
        repository=repository(),
        storage=storage(),
        addon=addon(),
        functions=functions(),
        image=IMAGE,
    )
    (job,) = restore_jobs(inputs)
    assert len(job["metadata"]["name"]) == 63
    assert max(map(len, job["metadata"]["labels"].values())) <= 63


def test_a_manifest_is_json_through_and_through() -> None:
    template = {"tolerations": [{"key": "x"}], "args": ["-x"], "env": [{"name": "A", "value": "b"}]}
    volumes = {"volumes": [{"name": "v", "emptyDir": {}}]}
    job = _backup(
        tasks=[{"name": "logical-backup", "targetVolumes": volumes}],
        containerRuntimeSettings={"envFrom": [{"secretRef": {"name": "s"}}]},
        storages=[storage(local())],
        **_template(**template),
    )
    assert json.loads(json.dumps(job)) == job
