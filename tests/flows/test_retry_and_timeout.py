"""A backup that fails is tried again, and one that never ends is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import eventually

from . import manifests
from .volume import Volume

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import Namespace

pytestmark = [pytest.mark.cluster, pytest.mark.sandbox]
_ADDONS = "addons.kubestash.com/v1alpha1"


@pytest.fixture(scope="module")
def ground(shared: Namespace) -> Namespace:
    """A volume, and another one that takes backups."""
    Volume.make(shared, "data").write("monday", mebibytes=1)
    shared.apply(
        manifests.claim("vault"),
        manifests.encryption_secret(),
        manifests.local_storage("vault", "vault"),
        manifests.retention(),
    )
    shared.wait_phase("backupstorage/vault", "Ready")
    return shared


@pytest.fixture
def endless(ground: Namespace) -> Iterator[str]:
    """An addon whose task sleeps."""
    name = f"{ground.name}-endless"
    function = {"image": manifests.IMAGE, "command": ["sleep"], "args": ["infinity"]}
    task = {
        "name": "logical-backup",
        "driver": "Restic",
        "executor": "Job",
        "singleton": True,
        "function": name,
    }
    made = {"Function": function, "Addon": {"backupTasks": [task], "restoreTasks": []}}
    for kind, spec in made.items():
        body = {"apiVersion": _ADDONS, "kind": kind, "metadata": {"name": name}, "spec": spec}
        ground.apply(body)
    yield name
    ground.cluster("delete", "addon,function", name)


def _sessions(namespace: Namespace, configuration: str) -> list[dict[str, Any]]:
    found = [
        session
        for session in namespace.items("backupsessions")
        if session["spec"]["invoker"]["name"] == configuration
    ]
    return sorted(found, key=lambda each: str(each["metadata"]["creationTimestamp"]))


def _phases(namespace: Namespace, configuration: str) -> list[str]:
    found = _sessions(namespace, configuration)
    return [str((each.get("status") or {}).get("phase")) for each in found]


def test_a_backup_that_fails_is_tried_again_and_succeeds(ground: Namespace) -> None:
    retried = manifests.configuration(
        "retried",
        claim_name="data",
        storage="vault",
        directory="/retried",
        retryConfig={"maxRetry": 5, "delay": "2s"},
    )
    task = retried["spec"]["sessions"][0]["addon"]["tasks"][0]
    task["params"] = {"paths": "/kubestash-data/late"}

    ground.apply(retried)
    eventually(
        lambda: "Failed" in _phases(ground, "retried"), within=120, what="the first try has failed"
    )
    ground.kubectl(
        "exec", "holds-data", "--", "sh", "-c", "mkdir /data/late && date > /data/late/a"
    )

    eventually(
        lambda: "Succeeded" in _phases(ground, "retried"), within=180, what="a later one succeeds"
    )


def test_a_backup_that_never_ends_is_ended_when_its_time_is_up(
    ground: Namespace, endless: str
) -> None:
    limited = manifests.configuration(
        "limited", claim_name="data", storage="vault", directory="/limited", backupTimeout="5s"
    )
    limited["spec"]["sessions"][0]["addon"] = {
        "name": endless,
        "tasks": [{"name": "logical-backup"}],
    }

    ground.apply(limited)
    eventually(
        lambda: _phases(ground, "limited") == ["Failed"], within=120, what="the session has failed"
    )

    (session,) = _sessions(ground, "limited")
    name = session["metadata"]["name"]
    assert "The deadline" in ground.kubestash("describe", "backupsession", name)
    eventually(
        lambda: not [j for j in ground.items("jobs") if j["metadata"]["name"] == name],
        what="its Job is gone",
    )
