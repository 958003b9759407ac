"""Parts of the cluster, and of a backup, die at the worst moment; nothing is lost or done twice.

Each test holds restic still at the moment in question, so that the fault always hits it.
"""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import eventually

from . import victims
from .lane import SESSION, Lane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .stage import Stage

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def lane(stage: Stage) -> Iterator[Lane]:
    """Backed up so often that every further backup has something to prune.

    When all tests are through, one more backup has to end well, with no hand on what they left.
    """
    lane = stage.lane("files")
    stage.back_up(lane, "second")
    yield lane
    stage.back_up(lane, "in the end")


def _doing(stage: Stage, session: str, task: str, what: str) -> Any:
    """Hold restic while it does this and has its lock."""
    namespace = stage.namespace.name
    locks = f"{namespace}/files/repository/v1/{SESSION}/dump/locks"

    def find() -> list[int]:
        found = victims.doing(namespace, session, task, what)
        return found if found and stage.bucket.keys(locks) else []

    return victims.held(find)


def _runners(stage: Stage, session: str, task: str) -> list[int]:
    return victims.runners_of(stage.namespace.name, session, task)


def _locks(stage: Stage) -> list[str]:
    return [lock.host for lock in stage.repositories.locks(stage.objects())]


def test_ff_2_3_pods_killed_while_they_prune_are_in_nobodys_way(stage: Stage, lane: Lane) -> None:
    lane.write("pruned")
    session = lane.begin()
    for _attempt in range(2):  # a finishing that was cut off is tried once more
        with _doing(stage, session, "finish", "prune"):
            victims.send(signal.SIGKILL, _runners(stage, session, "finish"))
        eventually(lambda: not _runners(stage, session, "finish"), what="the pod is dead")
    phases = stage.wait_for("backupsessions", session)
    left = _locks(stage)

    stage.back_up(lane, "after that")

    assert phases[session] == "Failed"
    assert len(left) == 1
    assert left[0].startswith("retention-policy-")


def test_ff_2_3_a_pod_killed_while_it_backs_up_is_in_nobodys_way(stage: Stage, lane: Lane) -> None:
    lane.write("killed")
    session = lane.begin()
    with _doing(stage, session, "backup", "backup"):
        victims.send(signal.SIGKILL, _runners(stage, session, "backup"))
    phases = stage.wait_for("backupsessions", session)
    (snapshot,) = stage.snapshots_of(session)

    assert phases[session] == "Failed"
    assert snapshot["status"]["phase"] == "Failed"


def test_a_restic_that_is_killed_is_told_with_the_signal(stage: Stage, lane: Lane) -> None:
    lane.write("restic killed")
    session = lane.begin()
    with _doing(stage, session, "backup", "backup") as restic:
        victims.send(signal.SIGKILL, restic)
    phases = stage.wait_for("backupsessions", session)

    assert phases[session] == "Failed"
    assert "SIGKILL" in stage.errors_of(session)


def test_everything_but_the_pod_dies_at_once_and_the_backup_succeeds(
    stage: Stage, lane: Lane
) -> None:
    lane.write("all dead")
    session = lane.begin()
    with _doing(stage, session, "backup", "backup"):
        instance = stage.cluster.instance
        programs = ("etcd", "kube-apiserver", "kube-controller-manager", "kubelet")
        dead = [victims.node_program(instance, name) for name in programs]
        victims.send(signal.SIGKILL, dead)
        stage.operator.kill()
    phases = stage.wait_for("backupsessions", session)

    assert phases[session] == "Succeeded"


def test_ff_4_3_a_pod_deleted_by_force_on_a_silent_node_fails_and_writes_no_more(
    stage: Stage, lane: Lane
) -> None:
    lane.write("silent")
    session = lane.begin()
    kubelet = victims.node_program(stage.cluster.instance, "kubelet")
    with _doing(stage, session, "backup", "backup"), victims.held(lambda: [kubelet]):
        (runner,) = _runners(stage, session, "backup")
        pod = victims.environment(runner)["POD_NAME"]
        stage.namespace.kubectl("delete", "pod", pod, "--force", "--grace-period=0")
        eventually(lambda: _failed(stage, session), within=120, what="the component is Failed")
        alive = _runners(stage, session, "backup")
    phases = stage.wait_for("backupsessions", session)
    eventually(lambda: not _runners(stage, session, "backup"), what="the pod's processes end")

    (snapshot,) = stage.snapshots_of(session)
    assert alive == [runner], "the pod was gone for the API server only"
    assert phases[session] == "Failed"
    assert snapshot["status"]["phase"] == "Failed"


def _failed(stage: Stage, session: str) -> bool:
    return any(
        part.get("phase") == "Failed" or item["status"].get("phase") == "Failed"
        for item in stage.snapshots_of(session)
        for part in item["status"]["components"].values()
    )


def test_ff_7_7_an_evicted_pod_takes_its_lock_with_it(stage: Stage, lane: Lane) -> None:
    lane.write("evicted")
    session = lane.begin()
    with _doing(stage, session, "backup", "backup") as held:
        (runner,) = _runners(stage, session, "backup")
        pod, namespace = victims.environment(runner)["POD_NAME"], stage.namespace.name
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod, "namespace": namespace},
        }
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction"
        stage.namespace.cluster("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))
        # Else a slow kubelet comes when the backup is done.
        assert victims.caught(lambda: list(filter(victims.is_asked_to_end, held)), within=60)
    phases = stage.wait_for("backupsessions", session)

    assert phases[session] == "Failed"
    assert pod not in _locks(stage)


def test_a_second_pod_of_a_job_does_nothing(stage: Stage, lane: Lane) -> None:
    lane.write("twice")
    session = lane.begin()
    with _doing(stage, session, "backup", "backup"):
        (first,) = _pods_of(stage, session)
        twin = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"{session}-twin"},
            "spec": {k: v for k, v in first["spec"].items() if k not in {"nodeName", "hostname"}},
        }
        stage.namespace.apply(twin)
        done = "jsonpath={.status.phase}=Succeeded"
        stage.namespace.wait(f"pod/{session}-twin", done, within=120)
        said = stage.namespace.kubectl("logs", f"{session}-twin")
    phases = stage.wait_for("backupsessions", session)

    (snapshot,) = stage.snapshots_of(session)
    (part,) = snapshot["status"]["components"].values()
    assert phases[session] == "Succeeded"
    assert part["claim"]["pod"] == first["metadata"]["name"]
    assert "Component dump of Snapshot" in said
    assert "Stored" not in said


def test_two_configurations_back_up_to_one_repository_and_prune_it_at_once(
    stage: Stage, lane: Lane
) -> None:
    lane.write("shared")
    found = stage.namespace.get("backupconfiguration", "files")
    twin = {name: found[name] for name in ("apiVersion", "kind", "spec")}
    stage.namespace.apply({**twin, "metadata": {"name": "files-too"}})
    other = Lane(stage, "files-too", lane.fingerprint)

    ours = lane.begin()
    theirs = other.adopt_first_run()
    phases = stage.wait_for("backupsessions", ours, *theirs)

    assert len(phases) == 2
    assert set(phases.values()) == {"Succeeded"}
    (made,) = stage.snapshots_of(theirs[0])
    assert made["spec"]["repository"] == "files-repo"


def _pods_of(stage: Stage, job: str) -> list[dict[str, Any]]:
    found = stage.namespace.items("pods")
    return [pod for pod in found if pod["metadata"]["labels"].get("job-name") == job]
