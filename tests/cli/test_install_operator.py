"""`install --operator` and `uninstall` on a real API server; no node, so no Pod ever runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    CONFIG_MAP,
    DEPLOYMENT,
    LEASE,
    NAMESPACE,
    SECRET,
    ObjectKey,
)
from kubectl_kubestash.cli import guards
from kubectl_kubestash.cli.namespace_contents import foreign_contents
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from kubectl_kubestash.resolve.admission.configurations import CONFIGURATIONS
from kubectl_kubestash.resolve.manifest import manifest
from kubectl_kubestash.resolve.operator_manifests import (
    CLUSTER_ROLE_BINDING,
    ROLE,
    SELECTOR,
    SERVICE,
    WEBHOOK_SECRET,
)
from kubectl_kubestash.resolve.operator_manifests import LEASE as LEASE_KEY
from tests.cluster.api_server import ApiServer

from .program import Answer, process

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

HOME = "kubestash"
OPERATOR = ObjectKey(HOME, "kubestash-operator")


class Site:
    """A server of this module's own, because `uninstall` takes the catalogue from everybody."""

    def __init__(self, server: ApiServer) -> None:
        self.kubeconfig = str(server.kubeconfig)
        self.client = Client(load(kubeconfig=self.kubeconfig))

    def run(self, *words: str) -> Answer:
        return process(*words, KUBECONFIG=self.kubeconfig)

    def install(self, *words: str) -> Answer:
        return self.run("install", "--operator", "--no-wait", *words)

    def deployment(self) -> dict[str, Any]:
        return self.client.get(DEPLOYMENT, OPERATOR)

    def image(self) -> str:
        pod = self.deployment()["spec"]["template"]["spec"]
        return str(pod["containers"][0]["image"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = ApiServer(tmp_path_factory.mktemp("operator-site"))
    try:
        server.up()
        found = Site(server)
        answer = found.install()
        assert answer.code == 0, answer.err
        yield found
    finally:
        server.down()


def test_everything_is_there_and_bears_our_mark(site: Site) -> None:
    assert guards.is_ours(site.deployment())
    assert guards.is_ours(site.client.get(NAMESPACE, ObjectKey("", HOME)))
    for resource in (SERVICE, ROLE, CLUSTER_ROLE_BINDING, *CONFIGURATIONS):
        assert site.client.list(resource, labels=guards.OURS)
    assert foreign_contents(site.client, HOME) == []


def test_it_can_be_waited_for_and_what_is_missing_is_said_when_time_is_up(site: Site) -> None:
    answer = site.run("install", "--operator", "--timeout", "1s")

    assert answer.code in {1, 6}
    assert "of 2 replicas are new, 0 ready" in answer.err


def test_an_image_that_was_chosen_before_stays_until_another_is_named(site: Site) -> None:
    assert site.install("--image", "registry.test/team/kubestash:7").code == 0
    kept = site.install()
    stayed = site.image()
    assert site.install("--image", "kubectl-kubestash:0.0.1").code == 0
    brought_up_to_date = site.install()

    assert "the operator's image stays registry.test/team/kubestash:7" in kept.err
    assert stayed == "registry.test/team/kubestash:7"
    assert brought_up_to_date.code == 0
    assert site.image().startswith("kubectl-kubestash:")
    assert site.image() != "kubectl-kubestash:0.0.1"


def test_the_authority_that_the_operator_has_written_stays_when_it_is_installed_again(
    site: Site,
) -> None:
    key = ObjectKey("", "kubestash-operator")
    for resource in CONFIGURATIONS:
        webhooks = site.client.get(resource, key)["webhooks"]
        for each in webhooks:
            each["clientConfig"]["caBundle"] = "bWluZQ=="
        site.client.patch(resource, key, {"webhooks": webhooks})

    assert site.install().code == 0

    for resource in CONFIGURATIONS:
        webhooks = site.client.get(resource, key)["webhooks"]
        assert {each["clientConfig"]["caBundle"] for each in webhooks} == {"bWluZQ=="}


def test_a_second_one_in_another_namespace_is_refused(site: Site) -> None:
    answer = site.install("-n", "elsewhere")

    assert answer.code == 8
    assert "the operator is installed in namespace kubestash" in answer.err
    assert site.client.find(NAMESPACE, ObjectKey("", "elsewhere")) is None


def test_without_the_flag_the_operator_is_left_alone_and_that_is_said(site: Site) -> None:
    before = site.deployment()["metadata"]["generation"]
    answer = site.run("install")

    assert answer.code == 0
    assert "left as it is" in answer.err
    assert site.deployment()["metadata"]["generation"] == before


def test_a_deployment_with_another_selector_is_made_anew_with_what_others_had_added(
    site: Site,
) -> None:
    old = site.deployment()
    site.client.delete(DEPLOYMENT, OPERATOR)
    template = old["spec"]["template"]
    marks = {"app": "an-older-version"}
    labels = {**old["metadata"]["labels"]}
    spec = {
        "replicas": 0,
        "selector": {"matchLabels": marks},
        "template": {"metadata": {"labels": marks}, "spec": template["spec"]},
    }
    body = manifest(
        DEPLOYMENT, OPERATOR, labels=labels, annotations={"example.com/kept": "yes"}, spec=spec
    )
    site.client.create(DEPLOYMENT, body)

    answer = site.install()

    found = site.deployment()
    assert answer.code == 0, answer.err
    assert found["spec"]["selector"]["matchLabels"] == SELECTOR
    assert found["metadata"]["annotations"]["example.com/kept"] == "yes"


def test_uninstall_refuses_while_an_operator_elsewhere_holds_the_lease(site: Site) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = {"holderIdentity": "laptop-4711", "leaseDurationSeconds": 3600, "renewTime": now}
    site.client.apply(LEASE, manifest(LEASE, LEASE_KEY, spec=spec))

    answer = site.run("uninstall", "--yes")

    site.client.delete(LEASE, LEASE_KEY)
    assert answer.code == 8
    assert "laptop-4711" in answer.err
    assert site.client.find(DEPLOYMENT, OPERATOR) is not None


def test_a_namespace_stays_with_what_somebody_else_has_put_there(site: Site) -> None:
    notes = manifest(CONFIG_MAP, ObjectKey(HOME, "notes"), data={"a": "b"})
    site.client.create(CONFIG_MAP, notes)
    certificate = ObjectKey(HOME, WEBHOOK_SECRET)
    site.client.create(SECRET, manifest(SECRET, certificate, stringData={"a": "b"}))

    first = site.run("uninstall", "--yes")
    there = site.client.get(NAMESPACE, ObjectKey("", HOME))
    site.client.delete(CONFIG_MAP, ObjectKey(HOME, "notes"))
    second = site.run("uninstall", "--yes")

    assert first.code == 0, first.err
    assert "namespace kubestash stays, because of ConfigMap/notes\n" in first.err
    gone = [line.partition(".")[0] for line in first.out.splitlines()]
    assert gone[:2] == ["mutatingwebhookconfiguration", "validatingwebhookconfiguration"]
    assert "secret/kubestash-operator-webhook deleted" in first.out
    assert not there["metadata"].get("deletionTimestamp")
    assert second.code == 0, second.err
    assert "namespace/kubestash deleted" in second.out
    for resource in (SERVICE, ROLE, CLUSTER_ROLE_BINDING, *CONFIGURATIONS):
        assert site.client.list(resource, labels=guards.OURS) == []


def test_a_namespace_that_somebody_else_has_made_is_used_but_never_ours(site: Site) -> None:
    site.client.create(NAMESPACE, manifest(NAMESPACE, ObjectKey("", "tools")))

    assert site.install("-n", "tools", "--replicas", "1").code == 0
    there = site.client.get(NAMESPACE, ObjectKey("", "tools"))

    assert not guards.is_ours(there)
    assert site.client.get(DEPLOYMENT, ObjectKey("tools", OPERATOR.name))["spec"]["replicas"] == 1
