"""Who may read the metrics? Asked of a real API server, over real TLS."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kubectl_kubestash.api.resources import BACKUP_SESSION, CLUSTER_ROLE, SERVICE_ACCOUNT
from kubectl_kubestash.controllers.callers import Callers
from kubectl_kubestash.controllers.endpoints import health_server, metrics_server
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.resolve.manifest import manifest
from kubectl_kubestash.resolve.operator_manifests import CLUSTER_ROLE_BINDING
from kubectl_kubestash.resolve.operator_role import METRICS_READER, operator_cluster_roles
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.controllers.serving import Server

    from .world import World

pytestmark = pytest.mark.cluster


def _token(world: World, name: str) -> str:
    """A token of a ServiceAccount that is made for it."""
    world.client.create(SERVICE_ACCOUNT, manifest(SERVICE_ACCOUNT, world.key(name)))
    tokens = SERVICE_ACCOUNT._replace(plural=f"serviceaccounts/{name}/token")
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "metadata": {"namespace": world.namespace, "name": name},
        "spec": {"expirationSeconds": 3600},
    }
    return str(world.client.review(tokens, body)["status"]["token"])


@pytest.fixture
def reader(world: World) -> str:
    """The token of somebody who may read metrics."""
    for role in operator_cluster_roles():
        if role["metadata"]["name"] == METRICS_READER:
            world.client.apply(CLUSTER_ROLE, role)
    subject = {"kind": "ServiceAccount", "name": "reader", "namespace": world.namespace}
    reference = {
        "apiGroup": CLUSTER_ROLE.group,
        "kind": CLUSTER_ROLE.kind,
        "name": METRICS_READER,
    }
    key = world.key("reader")._replace(namespace="", name=world.namespace)
    world.client.create(
        CLUSTER_ROLE_BINDING,
        manifest(CLUSTER_ROLE_BINDING, key, roleRef=reference, subjects=[subject]),
    )
    token = _token(world, "reader")
    # The API server's own view of roles is a moment behind.
    eventually(lambda: Callers(world.client, "/metrics").judge(f"Bearer {token}").code == 200)
    return token


def _get(server: Server, path: str, token: str = "", *, scheme: str = "https") -> tuple[int, str]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{scheme}://127.0.0.1:{server.port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(
            request, timeout=30, context=context if scheme == "https" else None
        ) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture
def served(world: World) -> Iterator[Server]:
    """The metrics of an operator that has made a backup."""
    world.set_up()
    operator = world.start()
    world.ready()
    eventually(operator.wait_until_idle)
    server = metrics_server(operator, world.client, ("127.0.0.1", 0))
    server.start()
    yield server
    server.stop()


def test_metrics_tell_what_the_operator_does_and_how_its_objects_fare(
    world: World, served: Server, reader: str
) -> None:
    assert _get(served, "/metrics")[0] == 401
    assert _get(served, "/metrics", "not-a-token")[0] == 401
    code, says = _get(served, "/metrics", _token(world, "stranger"))
    assert code == 403
    assert "stranger may not get /metrics" in says
    assert _get(served, "/secrets", reader)[0] == 404

    code, text = _get(served, "/metrics", reader)

    assert code == 200
    values = {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    session = world.names(BACKUP_SESSION)[0]
    itself = (f"name={session}", f"namespace={world.namespace}")
    assert values["core_kubestash_com_backupsession_phase", *itself, "phase=Succeeded"] == 1.0
    assert values["leader_election_master_status", "name=kubestash-operator"] == 1.0
    assert values["workqueue_adds_total", "name=kubestash"] > 5
    assert values["workqueue_depth", "name=kubestash"] >= 0
    passes = [value for key, value in values.items() if key[0].endswith("reconcile_total")]
    times = [value for key, value in values.items() if key[0].endswith("time_seconds_count")]
    assert sum(passes) == sum(times) > 5
    assert any(key[0] == "rest_client_requests_total" and "code=201" in key for key in values)


def test_an_answer_holds_for_a_while_and_a_server_that_is_away_is_no_yes(
    world: World, reader: str
) -> None:
    now = [1000.0]
    callers = Callers(world.client, "/metrics", clock=lambda: now[0])
    assert callers.judge(f"Bearer {reader}").code == 200
    away = Client(world.client.login._replace(server="https://127.0.0.1:1"))
    callers._client = away

    assert callers.judge(f"bearer {reader}").code == 200
    now[0] += 11
    assert callers.judge(f"Bearer {reader}").code == 503
    assert callers.judge(f"Basic {reader}").code == 401


def test_probes_say_who_leads_and_end_with_the_operator(world: World) -> None:
    operator = world.start(identity="first")
    server = health_server(operator, ("", 0))
    server.start()
    try:
        eventually(lambda: operator.is_working)
        assert _get(server, "/healthz", scheme="http") == (200, "ok\n")
        assert _get(server, "/readyz", scheme="http") == (200, "leading\n")
        assert _get(server, "/metrics", scheme="http")[0] == 404
        operator.stop()
        assert _get(server, "/healthz", scheme="http")[0] == 503
        assert _get(server, "/readyz", scheme="http")[0] == 503
    finally:
        server.stop()
