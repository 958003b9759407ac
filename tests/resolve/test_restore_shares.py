"""A restore: into the workload it came from, into another one, into claims of its own."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.executor_job import claims, restore_jobs
from kubectl_kubestash.resolve.run_tasks import RestoreJobInputs
from kubectl_kubestash.resolve.validation import RestoreInputs, restore_findings

from .builders import (
    IMAGE,
    addons,
    component,
    functions,
    namespace,
    repository,
    restore_session,
    snapshot,
    storage,
)
from .test_workload import (
    claims_in,
    component_of,
    daemon_set,
    node_of,
    pod_of,
    stateful_set,
    workload,
)

PODS = ("dump-pod-0", "dump-pod-1")
CLAIM = {
    "metadata": {"name": "data-copy-${POD_ORDINAL}", "labels": {"app": "copy"}},
    "spec": {"resources": {"requests": {"storage": "1Gi"}}},
}


def stored(*names: str, path: str = "/source/data") -> Any:
    stats = [{"summary": {"id": "a" * 64, "hostPath": path}}]
    return snapshot(components={name: component(resticStats=stats) for name in names})


def inputs(
    target: Any, *names: str, only: tuple[str, ...] = (), addon: str = "workload-addon", **task: Any
) -> RestoreJobInputs:
    entry = {"name": "logical-backup-restore", **task}
    reference = {"apiGroup": "apps", "kind": target.kind, "name": "web"} if target else None
    source = {"repository": "s3-repo", "snapshot": "latest", "components": list(only)}
    found = addons()[addon]
    assert found is not None
    return RestoreJobInputs(
        session=restore_session(
            target=reference,
            dataSource=source,
            addon={"name": addon, "tasks": [entry]},
        ),
        snapshot=stored(*names),
        repository=repository(),
        storage=storage(),
        addon=found,
        functions=functions(),
        image=IMAGE,
        workload=target,
    )


def findings(job_inputs: RestoreJobInputs) -> list[str]:
    whole = RestoreInputs(
        session=job_inputs.session,
        namespace=namespace(),
        snapshot=job_inputs.snapshot,
        repository=job_inputs.repository,
        storage=job_inputs.storage,
        addon=job_inputs.addon,
        functions=job_inputs.functions,
        workload=job_inputs.workload,
    )
    return [finding.reason for finding in restore_findings(whole)]


def test_each_component_of_a_stateful_set_goes_back_to_its_pod() -> None:
    found = restore_jobs(inputs(stateful_set(2), *PODS))

    assert [job["metadata"]["name"] for job in found] == ["back-0", "back-1"]
    assert [component_of(job) for job in found] == list(PODS)
    assert [claims_in(job) for job in found] == [["data-web-0"], ["data-web-1"]]
    mounts = pod_of(found[0])["containers"][0]["volumeMounts"]
    assert {"name": "data", "mountPath": "/source/data"} in mounts
    assert pod_of(found[0])["securityContext"] == {"runAsUser": 0, "runAsGroup": 0}


def test_named_components_alone_are_restored() -> None:
    wanted = inputs(stateful_set(3), *PODS, only=("dump-pod-1",))
    assert [component_of(job) for job in restore_jobs(wanted)] == ["dump-pod-1"]
    assert findings(wanted) == []


def test_each_component_of_a_daemon_set_goes_back_to_its_node() -> None:
    (job,) = restore_jobs(inputs(daemon_set("n1", "n2"), "dump-n1", "dump-n2", only=("dump-n2",)))
    assert node_of(job) == ["n2"]


def test_a_pod_of_a_stateful_set_goes_to_a_deployment() -> None:
    wanted = inputs(workload(), "dump-pod-0")
    (job,) = restore_jobs(wanted)
    assert component_of(job) == "dump-pod-0"
    assert claims_in(job) == ["web-data"]
    assert findings(wanted) == []


@pytest.mark.parametrize(
    ("target", "names", "reasons"),
    [
        (stateful_set(2), PODS, []),
        (stateful_set(1), PODS, ["NoPlaceForComponent"]),
        (stateful_set(3), PODS, ["PodsWithoutData"]),
        (stateful_set(0), PODS, []),
        (workload(), PODS, ["TooManyComponents"]),
        (daemon_set("n1"), ("dump-n2", "dump-n3"), ["NoPlaceForComponent"] * 2),
    ],
)
def test_ff_6_5_what_does_not_fit_is_said_before_anything_is_written(
    target: Any, names: tuple[str, ...], reasons: list[str]
) -> None:
    assert findings(inputs(target, *names)) == reasons


def test_a_target_that_mounts_its_volume_elsewhere_is_refused_unless_mounts_are_named() -> None:
    elsewhere = workload(mounts=[{"name": "data", "mountPath": "/other"}])
    assert findings(inputs(elsewhere, "dump")) == ["NoVolumeForPath"]
    named = {"volumeMounts": [{"name": "data", "mountPath": "/source/data"}]}
    wanted = inputs(elsewhere, "dump", targetVolumes=named)
    assert findings(wanted) == []
    (job,) = restore_jobs(wanted)
    mounts = {m["mountPath"] for m in pod_of(job)["containers"][0]["volumeMounts"]}
    assert "/source/data" in mounts


def test_each_component_gets_a_claim_of_its_own() -> None:
    wanted = inputs(None, *PODS, **_into(CLAIM))

    made, found = claims(wanted), restore_jobs(wanted)

    assert [claim["metadata"]["name"] for claim in made] == ["data-copy-0", "data-copy-1"]
    assert made[0]["spec"] == CLAIM["spec"]
    assert made[0]["metadata"]["labels"] == {"app": "copy"}
    assert made[0]["metadata"]["annotations"] == {"kubestash.com/restored-by": "demo/back/uid-back"}
    assert [claims_in(job) for job in found] == [["data-copy-0"], ["data-copy-1"]]
    assert pod_of(found[0])["containers"][0]["volumeMounts"][1]["mountPath"] == "/source/data"
    assert findings(wanted) == []


def test_mounts_say_which_claim_is_where() -> None:
    other = {"metadata": {"name": "logs-${POD_ORDINAL}"}, "spec": {"a": "b"}}
    mounts = [{"name": "logs", "mountPath": "/l"}, {"name": "data-copy", "mountPath": "/d"}]
    (job,) = restore_jobs(inputs(None, "dump-pod-4", **_into(CLAIM, other, mounts=mounts)))
    volumes = {v["name"]: v for v in pod_of(job)["volumes"]}
    assert volumes["logs"]["persistentVolumeClaim"]["claimName"] == "logs-4"
    assert volumes["data-copy"]["persistentVolumeClaim"]["claimName"] == "data-copy-4"


def test_a_volume_is_cloned_into_a_claim() -> None:
    plain = {"metadata": {"name": "copy"}, "spec": {"a": "b"}}
    wanted = inputs(None, "dump", addon="pvc-addon", name="volume-clone", **_into(plain))
    (job,) = restore_jobs(wanted)
    assert [claim["metadata"]["name"] for claim in claims(wanted)] == ["copy"]
    assert (component_of(job), claims_in(job)) == ("dump", ["copy"])
    assert findings(wanted) == []


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ({"metadata": {"name": "copy"}, "spec": {"a": "b"}}, "2 components .*POD_ORDINAL"),
        ({"metadata": {}, "spec": {"a": "b"}}, "needs a name"),
        ({"metadata": {"name": "x", "namespace": "shop"}, "spec": {"a": "b"}}, "cannot be mounted"),
    ],
)
def test_claims_that_cannot_be_right_are_refused(task: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        claims(inputs(None, *PODS, **_into(task)))


def _into(*templates: dict[str, Any], mounts: Any = ()) -> dict[str, Any]:
    return {"targetVolumes": {"volumeClaimTemplates": list(templates), "volumeMounts": mounts}}
