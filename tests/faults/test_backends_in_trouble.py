"""The way to S3 breaks, S3 breaks, or there is no room left."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.cluster import mounts
from tests.cluster.process import ProcessId
from tests.flows import manifests
from tests.waiting import eventually

from . import content, victims
from .failing_proxy import FailingProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .stage import Stage

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

SOON = {"KUBESTASH_STALL_TIMEOUT": "8", "KUBESTASH_PROBE_TIMEOUT": "8"}
"""So that what never comes is given up in seconds; by default it takes minutes."""


def _cut_off(stage: Stage, session: str) -> int:
    """Cut the network of a session's pod in the middle of its backup; the pod's process."""
    namespace = stage.namespace.name
    with victims.held(lambda: victims.doing(namespace, session, "backup", "backup")):
        (runner,) = victims.runners_of(namespace, session, "backup")
        victims.cut_off(runner, stage.s3_port)
    return runner


def test_a_network_cut_for_half_a_minute_is_lived_through_and_one_for_good_fails(
    stage: Stage,
) -> None:
    short, long = stage.configure("short"), stage.configure("long", env=SOON)
    for lane in (short, long):
        lane.adopt_first_run()
        lane.write("cut off")

    lived, failed = short.begin(), long.begin()
    runner = _cut_off(stage, lived)
    began = time.monotonic()
    _cut_off(stage, failed)
    over = stage.wait_for("backupsessions", failed)
    time.sleep(max(0.0, began + 30 - time.monotonic()))
    victims.reconnect(runner, stage.s3_port)
    phases = over | stage.wait_for("backupsessions", lived)

    assert phases == {lived: "Succeeded", failed: "Failed"}
    assert "made no progress within 8 s" in stage.errors_of(failed)
    stage.back_up(long, "connected again")


@pytest.fixture(scope="module")
def proxy(stage: Stage) -> Iterator[FailingProxy]:
    """Between the pods and S3; the storage `proxied` goes through it."""
    target = (stage.cluster.instance.node_address, stage.s3_port)
    with FailingProxy(target, stage.host) as proxy:
        storage = manifests.s3_storage(
            "proxied",
            endpoint=proxy.endpoint,
            bucket=stage.bucket.name,
            prefix=stage.namespace.name,
        )
        storage["spec"]["storage"]["s3"]["prefix"] += "/proxied"
        stage.add_storage(storage, f"{stage.repositories.roots['s3']}/proxied")
        yield proxy


def test_s3_answering_500_and_503_is_asked_again_and_given_up_in_the_end(
    stage: Stage, proxy: FailingProxy
) -> None:
    lane = stage.lane("proxied", storage="proxied", env=SOON)
    lane.write("busy")

    phases: dict[str, str] = {}
    for status in (500, 503):
        session = lane.begin()
        _while_failing(stage, proxy, session, status, seconds=3)
        phases |= stage.wait_for("backupsessions", session)
    lived = set(phases.values())
    failed = lane.begin()
    with victims.held(_restic(stage, failed)):
        proxy.fail_with(503)
    end = stage.wait_for("backupsessions", failed)[failed]
    told = stage.errors_of(failed)
    proxy.fail_with(0)

    assert proxy.refused > 5
    assert lived == {"Succeeded"}
    assert end == "Failed"
    assert "503" in told or "made no progress" in told
    stage.back_up(lane, "in good health")


def _restic(stage: Stage, session: str) -> Callable[[], list[int]]:
    return lambda: victims.doing(stage.namespace.name, session, "backup", "backup")


def _while_failing(
    stage: Stage, proxy: FailingProxy, session: str, status: int, *, seconds: float
) -> None:
    before = proxy.refused
    with victims.held(_restic(stage, session)):
        proxy.fail_with(status)
    eventually(lambda: proxy.refused > before, what="a request was refused")
    time.sleep(seconds)
    proxy.fail_with(0)


def test_a_full_repository_fails_the_backup_and_goes_on_when_there_is_room(stage: Stage) -> None:
    stage.namespace.apply(manifests.claim("small"))
    eventually(lambda: bool(stage.volume_of("small")), what="the claim is bound")
    folder = mounts.PROVISIONED / stage.folder_of("small").name
    _on_the_node(stage, "mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder))
    node = _node(stage)
    root = f"/proc/{node}/root{folder}"
    stage.add_storage(manifests.local_storage("small", "small"), root)
    lane = stage.lane("full", storage="small")
    lane.write("far too much", mebibytes=30)

    session = lane.begin()
    phases = stage.wait_for("backupsessions", session)
    _on_the_node(stage, "mount", "-o", "remount,size=200m", str(folder))

    assert phases[session] == "Failed"
    assert "no space left on device" in stage.errors_of(session)
    stage.back_up(lane)


def _node(stage: Stage) -> int:
    process = ProcessId.read(stage.cluster.instance.node_process_file)
    assert process is not None
    return process.pid


def _on_the_node(stage: Stage, *command: str) -> None:
    enter = ("nsenter", "--target", str(_node(stage)), "--mount")
    subprocess.run([*enter, *command], check=True, capture_output=True)


def test_ff_7_8_a_restore_is_the_first_consumer_of_a_claim_that_waits_for_one(
    stage: Stage,
) -> None:
    lane = stage.lane("waiting")
    late = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "late"},
        "provisioner": "kubernetes.io/host-path",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    claim = manifests.claim("late")
    claim["spec"]["storageClassName"] = "late"
    stage.namespace.apply(late, claim)
    stage.namespace.apply(
        manifests.restore("into-late", claim_name="late", repository="waiting-repo")
    )

    phases = stage.wait_for("restoresessions", "into-late")

    assert phases["into-late"] == "Succeeded"
    assert content.fingerprint(stage.folder_of("late")) == content.fingerprint(lane.volume)


def test_a_full_scratch_directory_fails_the_backup_and_is_named(stage: Stage) -> None:
    lane = stage.configure("narrow", tasks=[_task_with_scratch("1Mi")])
    lane.adopt_first_run()
    (session,) = (
        item["metadata"]["name"]
        for item in stage.namespace.items("backupsessions")
        if item["metadata"]["name"].startswith("narrow-")
    )

    assert "no space left on device" in stage.errors_of(session)
    stage.configure("narrow", word="with room", tasks=[_task_with_scratch("64Mi")])
    stage.back_up(lane)


def _task_with_scratch(size: str) -> dict[str, object]:
    source = {"emptyDir": {"medium": "Memory", "sizeLimit": size}}
    volume = {"name": "kubestash-tmp-volume", "source": source}
    return {"name": "logical-backup", "addonVolumes": [volume]}


def test_ff_7_5_a_backup_without_enough_memory_is_told_so(stage: Stage) -> None:
    lane = stage.lane("tight")
    lane.write("much", mebibytes=40)
    stage.limit_memory("tight", "40Mi")
    session = lane.begin()
    phases = stage.wait_for("backupsessions", session)
    told = stage.errors_of(session)
    stage.limit_memory("tight", "1Gi")

    assert phases[session] == "Failed"
    assert "OOMKilled" in told
    stage.back_up(lane)
