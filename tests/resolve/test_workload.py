"""Deployments, StatefulSets and DaemonSets: which Jobs, on which node, with which volumes."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.addons.addon import Addon
from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.executor_job import backup_jobs, left_out
from kubectl_kubestash.resolve.run_tasks import BackupJobInputs
from kubectl_kubestash.resolve.workload import Workload, part_for, parts, without_data

from .builders import (
    IMAGE,
    addons,
    backup_session,
    configuration,
    functions,
    repository,
    session_spec,
    storage,
)

DATA = {"name": "data", "persistentVolumeClaim": {"claimName": "web-data"}}
MOUNT = {"name": "data", "mountPath": "/source/data"}


def workload(
    kind: str = "Deployment",
    *,
    volumes: Any = (DATA,),
    mounts: Any = (MOUNT,),
    pods: Any = (),
    pod: dict[str, Any] | None = None,
    **spec: Any,
) -> Workload:
    template = {
        "containers": [{"name": "app", "volumeMounts": list(mounts)}],
        "volumes": list(volumes),
        **(pod or {}),
    }
    raw = {
        "kind": kind,
        "metadata": {"name": "web", "namespace": "demo", "uid": "u"},
        "spec": {"template": {"spec": template}, **spec},
    }
    return Workload(raw=raw, pods=pods)


def stateful_set(replicas: int = 3, **fields: Any) -> Workload:
    claims = [{"metadata": {"name": "data"}}]
    given = {"volumes": (), "replicas": replicas, "volumeClaimTemplates": claims, **fields}
    return workload("StatefulSet", **given)


def pod(name: str, node: str, phase: str = "Running") -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "spec": {"nodeName": node},
        "status": {"phase": phase},
    }


def daemon_set(*nodes: str, **fields: Any) -> Workload:
    host = {"name": "data", "hostPath": {"path": "/var/data"}}
    pods = [pod(f"web-{node}", node) for node in nodes]
    return workload("DaemonSet", volumes=(host,), pods=pods, **fields)


def inputs(target: Workload, paths: str = "/source/data", **task: Any) -> BackupJobInputs:
    entry = {"name": "logical-backup", "params": {"paths": paths}, **task}
    asked = {"name": "workload-addon", "tasks": [entry]}
    reference = {"apiGroup": "apps", "kind": target.kind, "name": "web", "namespace": "demo"}
    config = configuration(session_spec(addon=asked), target=reference)
    addon = addons()["workload-addon"]
    assert isinstance(addon, Addon)
    return BackupJobInputs(
        session=backup_session(),
        configuration=config,
        session_spec=config.spec.sessions[0],
        addon=addon,
        functions=functions(),
        storages=[storage()],
        repositories=[repository()],
        image=IMAGE,
        workload=target,
    )


def jobs(target: Workload, paths: str = "/source/data", **task: Any) -> list[dict[str, Any]]:
    return backup_jobs(inputs(target, paths, **task))


def pod_of(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["spec"]["template"]["spec"]
    return found


def component_of(job: dict[str, Any]) -> str:
    env = pod_of(job)["containers"][0]["env"]
    return next(str(entry["value"]) for entry in env if entry["name"] == "COMPONENT_NAME")


def claims_in(job: dict[str, Any]) -> list[str]:
    sources = [volume.get("persistentVolumeClaim") for volume in pod_of(job)["volumes"]]
    return [source["claimName"] for source in sources if source]


def node_of(job: dict[str, Any]) -> Any:
    affinity = pod_of(job)["affinity"]["nodeAffinity"]
    (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return term["matchFields"][0]["values"]


def test_a_deployment_has_one_job_that_mounts_its_volume_read_only_at_the_same_place() -> None:
    (job,) = jobs(workload(replicas=3))

    assert job["metadata"]["name"] == "files-hourly-1700000000"
    assert component_of(job) == "dump"
    assert DATA in pod_of(job)["volumes"]
    assert {**MOUNT, "readOnly": True} in pod_of(job)["containers"][0]["volumeMounts"]
    assert "--paths=/source/data" in pod_of(job)["containers"][0]["args"]
    assert "affinity" not in pod_of(job)


def test_a_stateful_set_has_a_job_for_each_pod_with_the_claim_of_that_pod() -> None:
    found = jobs(stateful_set(3))

    assert [job["metadata"]["name"].rpartition("-")[2] for job in found] == ["0", "1", "2"]
    assert [component_of(job) for job in found] == ["dump-pod-0", "dump-pod-1", "dump-pod-2"]
    assert [claims_in(job) for job in found] == [["data-web-0"], ["data-web-1"], ["data-web-2"]]


def test_ordinals_begin_where_the_stateful_set_says() -> None:
    found = jobs(stateful_set(2, ordinals={"start": 5}))
    assert [component_of(job) for job in found] == ["dump-pod-5", "dump-pod-6"]


def test_a_daemon_set_has_a_job_on_each_node_even_on_one_that_is_cordoned() -> None:
    target = daemon_set("worker-1", "a.b", pod={"tolerations": [{"operator": "Exists"}]})

    found = jobs(target)

    assert [component_of(job) for job in found] == ["dump-a.b", "dump-worker-1"]
    assert [node_of(job) for job in found] == [["a.b"], ["worker-1"]]
    assert all("." not in job["metadata"]["name"] for job in found)
    tolerations = pod_of(found[0])["tolerations"]
    assert {"operator": "Exists"} in tolerations
    assert "node.kubernetes.io/unschedulable" in [each.get("key") for each in tolerations]


def test_pods_that_have_ended_are_on_no_node() -> None:
    target = workload("DaemonSet", pods=[pod("old", "gone", "Failed"), pod("new", "worker-1")])
    assert target.nodes == ("worker-1",)


def test_without_pods_there_is_nothing_to_back_up() -> None:
    with pytest.raises(UsageError, match="StatefulSet demo/web has 0 replicas"):
        jobs(stateful_set(0))
    with pytest.raises(UsageError, match="DaemonSet demo/web has no pod on any node"):
        jobs(daemon_set())


def test_the_mounts_that_a_session_names_hold() -> None:
    named = {"volumeMounts": [{"name": "data", "mountPath": "/elsewhere"}]}
    (job,) = jobs(workload(), targetVolumes=named)
    mounts = {m["mountPath"]: m for m in pod_of(job)["containers"][0]["volumeMounts"]}
    assert mounts["/elsewhere"]["readOnly"] is True
    assert "/source/data" not in mounts
    with pytest.raises(UsageError, match="has no volume 'dada'; it has data"):
        jobs(workload(), targetVolumes={"volumeMounts": [{"name": "dada", "mountPath": "/x"}]})


def test_only_the_mounts_that_hold_a_path_are_mounted_with_those_inside_it() -> None:
    volumes = [
        {"name": name, "persistentVolumeClaim": {"claimName": name}} for name in ("a", "b", "c")
    ]
    mounts = [
        {"name": "a", "mountPath": "/a/", "subPath": "x", "mountPropagation": "HostToContainer"},
        {"name": "b", "mountPath": "/a/inner"},
        {"name": "c", "mountPath": "/c"},
    ]
    target = workload(volumes=volumes, mounts=mounts)

    (job,) = jobs(target, "/a")

    found = {m["name"]: m for m in pod_of(job)["containers"][0]["volumeMounts"]}
    assert found["a"] == {"name": "a", "mountPath": "/a", "subPath": "x", "readOnly": True}
    assert found["b"]["mountPath"] == "/a/inner"
    assert "c" not in found
    assert left_out(inputs(target, "/a")) == (
        "Not in the backup of Deployment demo/web: "
        "c (persistentVolumeClaim at /c: none of the paths is in it)."
    )


@pytest.mark.parametrize(
    ("volume", "why"),
    [
        ({"emptyDir": {}}, "emptyDir lives and dies with its pod"),
        ({"ephemeral": {}}, "ephemeral lives and dies with its pod"),
        ({"configMap": {"name": "x"}}, "configMap is not data"),
        ({"hostPath": {"path": "/x"}}, "its pods are on n1, n2"),
    ],
)
def test_a_path_that_no_job_can_reach_is_refused(volume: dict[str, Any], why: str) -> None:
    pods = [pod("1", "n1"), pod("2", "n2")]
    with pytest.raises(UsageError, match=why):
        jobs(workload(volumes=[{"name": "data", **volume}], pods=pods))


def test_a_path_outside_all_volumes_is_refused() -> None:
    with pytest.raises(UsageError, match=r"/etc is in no volume .* which mounts /source/data"):
        jobs(workload(), "/etc")
    with pytest.raises(UsageError, match="/source is in no volume"):
        jobs(workload(), "/source")


def test_one_path_with_two_volumes_is_refused() -> None:
    other = {"name": "other", "emptyDir": {}}
    second = {"name": "b", "volumeMounts": [{**MOUNT, "name": "other"}]}
    first = {"name": "a", "volumeMounts": [MOUNT]}
    with pytest.raises(UsageError, match="data and other"):
        jobs(workload(volumes=[DATA, other], pod={"containers": [first, second]}))


def test_ff_1_6_what_a_backup_leaves_out_is_named_with_the_reason() -> None:
    volumes = [
        DATA,
        {"name": "cache", "emptyDir": {}},
        {"name": "host", "hostPath": {"path": "/x"}},
        {"name": "settings", "configMap": {"name": "x"}},
    ]
    mounts = [MOUNT, *({"name": n, "mountPath": f"/{n}"} for n in ("cache", "host", "settings"))]
    told = left_out(inputs(workload(volumes=volumes, mounts=mounts)))
    assert "cache (emptyDir at /cache: emptyDir lives and dies with its pod)" in told
    assert "host (hostPath at /host:" in told
    assert "settings" not in told
    assert left_out(inputs(workload())) == ""


def test_a_directory_of_the_node_is_backed_up_where_the_only_pod_runs() -> None:
    host = {"name": "data", "hostPath": {"path": "/x"}}
    (job,) = jobs(workload(volumes=[host], pods=[pod("1", "n1")]))
    assert node_of(job) == ["n1"]


def test_ff_7_1_a_backup_reads_as_the_workload_does_without_changing_owners() -> None:
    context = {"runAsUser": 70, "fsGroup": 71, "supplementalGroups": [72], "runAsNonRoot": True}
    container = {
        "name": "app",
        "volumeMounts": [MOUNT],
        "securityContext": {"runAsGroup": 73, "readOnlyRootFilesystem": True},
    }
    (job,) = jobs(workload(pod={"securityContext": context, "containers": [container]}))
    assert pod_of(job)["securityContext"] == {
        "runAsUser": 70,
        "runAsGroup": 73,
        "supplementalGroups": [72, 71],
    }
    (plain,) = jobs(workload())
    assert pod_of(plain)["securityContext"] == {"runAsUser": 65534}


def test_components_are_restored_to_the_pod_of_their_ordinal() -> None:
    target = stateful_set(2)
    assert part_for(target, "dump-pod-1", is_alone=False).suffix == "1"
    assert part_for(target, "pod-1", is_alone=False).suffix == "1"
    with pytest.raises(UsageError, match="no pod for component 'dump-pod-2'; ordinals: 0 to 1"):
        part_for(target, "dump-pod-2", is_alone=True)
    assert part_for(stateful_set(0), "dump-pod-2", is_alone=True).suffix == "2"


def test_a_single_component_goes_to_the_only_part_that_there_is() -> None:
    assert part_for(stateful_set(1), "dump", is_alone=True).suffix == "0"
    assert part_for(daemon_set("new"), "dump-old", is_alone=True).suffix == "new"
    assert part_for(workload(), "dump-pod-0", is_alone=True).suffix == ""
    with pytest.raises(UsageError, match="no pod for component 'dump'"):
        part_for(stateful_set(2), "dump", is_alone=True)
    with pytest.raises(UsageError, match="no pod on the node of component 'dump-old'; nodes: a, b"):
        part_for(daemon_set("a", "b"), "dump-old", is_alone=True)


def test_ff_6_5_pods_that_would_keep_what_they_have_are_named() -> None:
    assert without_data(stateful_set(3), ["dump-pod-0", "dump-pod-1"]) == ["dump-pod-2"]
    assert without_data(stateful_set(2), ["dump-pod-0", "dump-pod-1"]) == []
    assert without_data(stateful_set(0), ["dump-pod-0"]) == []
    assert [part.suffix for part in parts(stateful_set(2))] == ["0", "1"]
