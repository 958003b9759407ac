from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.pod_template import PodTemplate
from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.resolve.image import Image
from kubectl_kubestash.resolve.runner_job import (
    cleanup_job,
    finish_job,
    init_repository_job,
    init_storage_job,
    service_account,
)

from .builders import IMAGE, backup_session, local, repository, s3, storage

RUNTIME = {
    "pod": {
        "podLabels": {"team": "storage"},
        "podAnnotations": {"note": "yes"},
        "securityContext": {"fsGroup": 7},
        "nodeSelector": {"disk": "fast"},
        "serviceAccountName": "cloud",
    },
    "container": {"resources": {"limits": {"memory": "1Gi"}}, "nice": {"adjustment": 3}},
}


def _pod(job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = job["spec"]["template"]["spec"]
    return pod


def _all() -> list[dict[str, Any]]:
    disk = storage(local())
    return [
        init_storage_job(disk, image=IMAGE),
        init_repository_job(repository(), disk, image=IMAGE),
        finish_job(backup_session(), repositories=[repository()], storages=[disk], image=IMAGE),
        cleanup_job("BackupStorage", disk.key, storage=disk, image=IMAGE),
        cleanup_job(
            "Snapshot", ObjectKey("demo", "s"), storage=disk, image=IMAGE, repository=repository()
        ),
    ]


@pytest.mark.parametrize("job", _all(), ids=lambda job: job["metadata"]["name"])
def test_every_job_of_ours_has_what_the_runner_needs(job: dict[str, Any]) -> None:
    pod = _pod(job)
    (main,) = pod["containers"]
    assert main["image"] == str(IMAGE)
    assert pod["securityContext"] == {"runAsUser": 65534}
    assert pod["restartPolicy"] == "Never"
    assert job["spec"]["backoffLimit"] == 0
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert {entry["name"] for entry in main["env"]} == {
        "POD_NAME",
        "POD_UID",
        "POD_NAMESPACE",
        "NODE_NAME",
    }
    assert main["terminationMessagePolicy"] == "File"
    assert main["volumeMounts"] == [
        {"name": "kubestash-tmp-volume", "mountPath": "/kubestash-tmp"},
        {"name": "storage-demo-s3-storage", "mountPath": "/safe/data"},
    ]
    assert [each["name"] for each in pod["volumes"]] == [
        "kubestash-tmp-volume",
        "storage-demo-s3-storage",
    ]


def _summary(job: dict[str, Any]) -> tuple[str, str, str, str, list[str]]:
    marks = job["metadata"]["labels"]
    return (
        f"{job['metadata']['namespace']}/{job['metadata']['name']}",
        marks["app.kubernetes.io/component"],
        marks["kubestash.com/invoker-kind"],
        marks["kubestash.com/invoker-name"],
        _pod(job)["containers"][0]["args"],
    )


def test_a_storage_is_initialised_beside_it() -> None:
    assert _summary(init_storage_job(storage(home="infra"), image=IMAGE)) == (
        "infra/init-s3-storage",
        "kubestash-initializer",
        "BackupStorage",
        "s3-storage",
        ["init-storage", "--namespace=infra", "--backupstorage=s3-storage"],
    )


def test_a_repository_is_initialised_beside_it() -> None:
    job = init_repository_job(repository(home="shop"), storage(home="infra"), image=IMAGE)
    assert _summary(job) == (
        "shop/init-repository-s3-repo",
        "kubestash-initializer",
        "Repository",
        "s3-repo",
        ["init-repository", "--namespace=shop", "--repository=s3-repo"],
    )


def test_a_session_is_finished_in_a_job_of_its_own() -> None:
    repositories = [repository(), repository("second")]
    job = finish_job(backup_session(), repositories=repositories, storages=[storage()], image=IMAGE)
    assert _summary(job) == (
        "demo/retention-policy-files-hourly-1700000000",
        "kubestash-retention-policy",
        "BackupSession",
        "files-hourly-1700000000",
        [
            "finish",
            "--namespace=demo",
            "--backupsession=files-hourly-1700000000",
            "--scratch-dir=/kubestash-tmp",
            "--enable-cache=true",
        ],
    )
    assert job["metadata"]["labels"]["kubestash.com/session-name"] == "hourly"
    assert job["metadata"]["annotations"] == {
        "kubestash.com/repositories": "demo/s3-repo,demo/second"
    }
    assert _pod(job)["serviceAccountName"] == "files-hourly-1700000000"


def test_data_is_removed_in_a_job_that_names_the_repository() -> None:
    job = cleanup_job(
        "Snapshot",
        ObjectKey("shop", "snap"),
        storage=storage(),
        image=IMAGE,
        repository=repository(home="shop"),
    )
    assert _summary(job) == (
        "shop/cleanup-snapshot-snap",
        "kubestash-cleaner",
        "Snapshot",
        "snap",
        [
            "cleanup",
            "--namespace=shop",
            "--kind=Snapshot",
            "--name=snap",
            "--scratch-dir=/kubestash-tmp",
        ],
    )
    assert job["metadata"]["annotations"] == {"kubestash.com/repositories": "shop/s3-repo"}


def test_the_settings_of_the_storage_are_applied() -> None:
    job = init_storage_job(storage(runtimeSettings=RUNTIME), image=IMAGE)
    metadata, pod = job["spec"]["template"]["metadata"], _pod(job)
    assert metadata["labels"]["team"] == "storage"
    assert metadata["annotations"] == {"note": "yes"}
    assert pod["securityContext"] == {"runAsUser": 65534, "fsGroup": 7}
    assert pod["nodeSelector"] == {"disk": "fast"}
    assert pod["serviceAccountName"] == "cloud"
    assert pod["containers"][0]["resources"] == {"limits": {"memory": "1Gi"}}
    env = {entry["name"]: entry.get("value") for entry in pod["containers"][0]["env"]}
    assert env["NICE_ADJUSTMENT"] == "3"
    assert not {"podLabels", "podAnnotations"} & pod.keys()


def test_a_session_is_finished_as_whoever_ran_it() -> None:
    """Files in a volume belong to their writer: the same user has to remove them."""
    template = PodTemplate.model_validate(
        {
            "spec": {
                "serviceAccountName": "mine",
                "securityContext": {"runAsUser": 0},
                "nodeSelector": {"disk": "slow"},
                "args": ["--of-the-backup"],
                "volumes": [{"name": "v", "emptyDir": {}}],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                "initContainers": [{"name": "i"}],
                "resources": {"limits": {"memory": "2Gi"}},
            }
        }
    )
    job = finish_job(
        backup_session(),
        repositories=[repository()],
        storages=[storage(runtimeSettings=RUNTIME)],
        image=IMAGE,
        job_template=template,
    )
    pod = _pod(job)
    (main,) = pod["containers"]
    assert pod["serviceAccountName"] == "mine"
    assert pod["securityContext"] == {"runAsUser": 0, "fsGroup": 7}
    assert pod["nodeSelector"] == {"disk": "slow"}
    assert main["resources"] == {"limits": {"memory": "2Gi"}}
    assert "--of-the-backup" not in main["args"]
    assert "initContainers" not in pod
    assert [each["name"] for each in pod["volumes"]] == ["kubestash-tmp-volume"]


def test_the_account_of_an_initialiser_is_the_storages_or_its_own() -> None:
    assert service_account(storage(), "init-s3-storage") == "init-s3-storage"
    assert service_account(storage(runtimeSettings=RUNTIME), "init-s3-storage") == "cloud"


def _inputs(job: dict[str, Any]) -> str:
    return str(job["metadata"]["annotations"]["kubestash.com/inputs"])


def test_other_inputs_have_another_hash() -> None:
    jobs = [
        init_storage_job(storage(), image=IMAGE),
        init_storage_job(storage(s3(prefix="other")), image=IMAGE),
        init_storage_job(storage(runtimeSettings=RUNTIME), image=IMAGE),
        init_storage_job(storage(), image=Image("a", "b", "c")),
        init_storage_job(storage(), image=IMAGE, inputs="secret version 2"),
        init_repository_job(repository(path="/other"), storage(), image=IMAGE),
    ]
    assert len({_inputs(job) for job in jobs}) == len(jobs)


def test_what_does_not_concern_the_backend_does_not_change_the_hash() -> None:
    before = _inputs(init_storage_job(storage(), image=IMAGE))
    assert _inputs(init_storage_job(storage(default=True, admits="Same"), image=IMAGE)) == before
