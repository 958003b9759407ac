"""How far is a Deployment? States as a real API server reports them."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.views.rollout import rollout

_SET = {
    "metadata": {
        "labels": {"pod-template-hash": "new"},
        "annotations": {"deployment.kubernetes.io/revision": "10"},
    }
}
_OLD = {
    "metadata": {
        "labels": {"pod-template-hash": "old"},
        "annotations": {"deployment.kubernetes.io/revision": "9"},
    }
}


def _deployment(**status: Any) -> dict[str, Any]:
    return {
        "metadata": {"generation": 2},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": 2, **status},
    }


def _pod(template: str = "new", **container: Any) -> dict[str, Any]:
    entry = {"name": "operator", "image": "img:1", "restartCount": 0, **container}
    return {
        "metadata": {"name": "pod-1", "labels": {"pod-template-hash": template}},
        "status": {"containerStatuses": [entry]},
    }


def _waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


def test_it_is_done_when_all_are_new_and_available_and_no_old_one_is_left() -> None:
    done = _deployment(replicas=2, updatedReplicas=2, availableReplicas=2)
    old_left = _deployment(replicas=3, updatedReplicas=2, availableReplicas=2)
    unseen = _deployment(observedGeneration=1, replicas=2, updatedReplicas=2, availableReplicas=2)

    assert rollout(done, [_SET], []).is_done
    assert not rollout(old_left, [_SET], []).is_done
    assert not rollout(unseen, [_SET], []).is_done


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"])
def test_an_image_that_is_nowhere_is_named(reason: str) -> None:
    trouble = rollout(_deployment(), [_SET], [_pod(**_waiting(reason, "no such host"))]).trouble

    assert trouble is not None
    assert trouble.kind == "image"
    assert "img:1" in trouble.message
    assert "no such host" in trouble.message


def test_a_container_that_ends_again_and_again_names_the_pod_to_ask() -> None:
    ended: dict[str, Any] = {"lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}
    pod = _pod(**_waiting("CrashLoopBackOff"), **ended)
    trouble = rollout(_deployment(), [_OLD, _SET], [pod]).trouble

    assert trouble is not None
    assert (trouble.kind, trouble.pod) == ("crash", "pod-1")
    assert "OOMKilled" in trouble.message


def test_one_restart_is_no_trouble_yet() -> None:
    pod = _pod(restartCount=1, state={"running": {}})

    assert rollout(_deployment(), [_SET], [pod]).trouble is None


def test_pods_of_the_version_before_do_not_count() -> None:
    assert (
        rollout(_deployment(), [_OLD, _SET], [_pod("old", **_waiting("ErrImagePull"))]).trouble
        is None
    )


def test_a_quota_speaks_through_the_replica_set() -> None:
    condition = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: small"}
    trouble = rollout(_deployment(), [{**_SET, "status": {"conditions": [condition]}}], []).trouble

    assert trouble is not None
    assert (trouble.kind, trouble.message) == ("refused", "exceeded quota: small")


def test_a_pod_that_no_node_takes_is_told_and_waited_for() -> None:
    pod = _pod()
    pod["status"] = {
        "conditions": [{"type": "PodScheduled", "status": "False", "message": "0/1 nodes"}]
    }
    trouble = rollout(_deployment(), [_SET], [pod]).trouble

    assert trouble is not None
    assert trouble.kind == "unschedulable"
