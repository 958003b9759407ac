"""Several operators, one Lease: who leads, who stops, and what a leader of yesterday can still do.

On a real API server; the processes are frozen and thawed as a machine does that is stopped.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_SESSION,
    JOB,
    LEASE,
    SNAPSHOT,
    Resource,
)
from kubectl_kubestash.controllers import lease
from kubectl_kubestash.controllers.operator import Operator
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from tests.kube.forwarder import Forwarder
from tests.waiting import eventually

from .mortal_operator import LOST, TIMING
from .world import IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import World

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ready(world: World) -> World:
    """A configuration that has been backed up once, and no operator at work."""
    world.set_up(session={"sessionHistoryLimit": 5})
    operator = world.start()
    world.ready()
    assert operator.wait_until_idle()
    operator.stop()
    return world


def _frozen(world: World, verb: str, resource: Resource) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "tests.controllers.frozen_operator"]
    arguments = [str(world.kubeconfig), world.namespace, verb, resource.plural]
    return subprocess.Popen(program + arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _state(world: World) -> dict[str, str]:
    """Which objects there are, in which version; Jobs are written by Kubernetes, too."""
    return {
        f"{resource.kind}/{entry['metadata']['name']}": entry["metadata"][field]
        for resource, field in (
            (BACKUP_SESSION, "resourceVersion"),
            (SNAPSHOT, "resourceVersion"),
            (JOB, "uid"),
        )
        for entry in world.client.list(resource, world.namespace)
    }


@pytest.mark.parametrize(
    ("verb", "resource", "refusal", "frozen_for"),
    [
        ("patch", BACKUP_SESSION, "Conflict", 60),
        ("create", SNAPSHOT, "AlreadyExists", 0),
        ("create", JOB, "AlreadyExists", 0),
        ("patch", SNAPSHOT, "Conflict", 0),
    ],
    ids=lambda value: value.plural if isinstance(value, Resource) else value,
)
def test_ff_4_7_a_write_that_was_frozen_on_its_way_is_refused_when_another_has_gone_on(
    ready: World, verb: str, resource: Resource, refusal: str, frozen_for: float
) -> None:
    """`frozen_for` are seconds at least; all are frozen for longer than the Lease lasts."""
    leader = _frozen(ready, verb, resource)
    try:
        ready.session("by-hand-1")
        assert leader.stdout is not None
        assert leader.stdout.readline() == "frozen\n"
        thaw_at = time.monotonic() + frozen_for

        other = ready.start(identity="other", timing=TIMING)
        ready.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded", within=90)
        assert other.wait_until_idle()
        before = _state(ready)
        time.sleep(max(0, thaw_at - time.monotonic()))
        leader.send_signal(signal.SIGCONT)
        rest, _ = leader.communicate(timeout=60)
    finally:
        leader.kill()
        leader.wait()

    assert (rest, leader.returncode) == (f"refused {refusal}\n", LOST)
    assert _state(ready) == before
    jobs = [name for name in ready.node.jobs() if "by-hand-1" in name]
    assert [ready.node.started[name] for name in jobs] == [1, 1]


@pytest.fixture
def network(world: World) -> Iterator[Forwarder]:
    url = urlsplit(world.client.login.server)
    with Forwarder((url.hostname or "", url.port or 0)) as between:
        yield between


def test_a_leader_whose_requests_hang_ends_before_another_may_begin(
    world: World, network: Forwarder
) -> None:
    login = load(kubeconfig=str(world.kubeconfig))
    far = login._replace(
        server=f"https://127.0.0.1:{network.port}",
        trust=login.trust._replace(server_name=urlsplit(login.server).hostname or ""),
    )
    timing = lease.Timing(duration=8, renew_deadline=4, retry_period=0.5)
    options = {"namespace": world.namespace, "lease_namespace": world.namespace, "timing": timing}
    with Client(far) as client:
        first = Operator(client, image=IMAGE, identity="first", **options)  # type: ignore[arg-type]
        first.start()
        eventually(lambda: first.is_working)
        second = world.start(identity="second", timing=timing)
        eventually(lambda: second.readiness().says == "standing by: first leads")
        assert second.readiness().is_ready

        network.freeze()
        eventually(second.lease.held, within=60)
        led_by_two = first.lease.held()
        ended = first.wait(60)
        network.thaw()
        first.stop()

    assert not led_by_two
    assert ended
    assert first.lost_the_lease
    assert not first.healthy()


def test_one_that_is_asked_to_stop_gives_the_lease_back_and_the_next_one_leads_at_once(
    ready: World,
) -> None:
    timing = lease.Timing(duration=600, renew_deadline=400, retry_period=0.5)
    first = ready.start(identity="first", timing=timing)
    eventually(lambda: first.is_working)
    second = ready.start(identity="second", timing=timing)
    eventually(second.lease.is_heard)
    ready.node.pace = 2
    ready.session("by-hand-1")
    ready.reaches(BACKUP_SESSION, "by-hand-1", "Running")

    first.stop()
    began = time.monotonic()
    eventually(lambda: second.is_working, within=60)

    assert time.monotonic() - began < timing.duration / 2, "nobody has waited for the Lease"
    assert not first.lost_the_lease
    held = ready.client.get(LEASE, ready.key(lease.NAME))["spec"]
    assert (held["holderIdentity"], held["leaseTransitions"]) == ("second", 2)
    ready.reaches(BACKUP_SESSION, "by-hand-1", "Succeeded", within=60)
    jobs = [name for name in ready.node.jobs() if "by-hand-1" in name]
    assert [ready.node.started[name] for name in jobs] == [1, 1]
