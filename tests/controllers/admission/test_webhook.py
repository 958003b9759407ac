"""A real API server asks the webhook, and lets pass what does not concern it."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    DEPLOYMENT,
    NAMESPACE,
    REPOSITORY,
    RETENTION_POLICY,
    SECRET,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.controllers.admission.endpoint import Webhook
from kubectl_kubestash.controllers.admission.keeper import Keeper
from kubectl_kubestash.controllers.admission.terms import CA, CERTIFICATE, Terms
from kubectl_kubestash.errors import ClusterError, Invalid
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from kubectl_kubestash.resolve.admission.configurations import (
    CONFIGURATIONS,
    NAME,
    VALIDATING,
    webhook_configurations,
)
from kubectl_kubestash.resolve.manifest import manifest
from tests.cluster.kubectl import KubectlFailed
from tests.waiting import eventually

from .test_reviewer import KEEP, S3, configuration, session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kubectl_kubestash.kube.client import Object
    from tests.cluster.api_server import ApiServer

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

OPERATOR = "the-operator"
HERE = ("127.0.0.1",)
SPEC = {"successfulSnapshots": KEEP}
TERMS = Terms(
    authority=timedelta(minutes=30), certificate=timedelta(seconds=24), overlap=timedelta(minutes=5)
)


@dataclass
class Site:
    """A namespace, and a webhook that the API server knows of."""

    kubeconfig: Path
    namespace: str
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(load(kubeconfig=str(self.kubeconfig)), warn=self.warnings.append)
        self.secret = ObjectKey(self.namespace, "certificate")
        self.client.create(NAMESPACE, manifest(NAMESPACE, ObjectKey("", self.namespace)))
        keeper = Keeper(self.client, self.secret, HERE, terms=TERMS, every=0.5)
        self.webhook = Webhook(self.client, ("127.0.0.1", 0), keeper)

    def up(self) -> None:
        for each in webhook_configurations(self._reached_at, account=OPERATOR):
            kind = next(one for one in CONFIGURATIONS if one.kind == each["kind"])
            self.client.create(kind, each)
        self.webhook.start()
        eventually(lambda: not self.webhook.unready(), within=120)
        eventually(self.is_asked, within=120)

    def down(self) -> None:
        self.webhook.stop()
        for kind in CONFIGURATIONS:
            self.client.delete(kind, ObjectKey("", NAME))
        self.client.delete(NAMESPACE, ObjectKey("", self.namespace))
        self.client.close()

    def _reached_at(self, path: str) -> Object:
        return {"url": f"https://127.0.0.1:{self.webhook.port}{path}"}

    def is_asked(self) -> bool:
        """Whether the API server trusts the webhook: nothing is written for it."""
        try:
            self.create(RETENTION_POLICY, "probe", {"successfulSnapshots": KEEP}, dry_run=True)
        except ClusterError:
            return False
        return True

    def ask_at(self, port: int) -> None:
        """Let the API server ask there from now on."""
        for kind in CONFIGURATIONS:
            webhooks = self.client.get(kind, ObjectKey("", NAME))["webhooks"]
            for each in webhooks:
                path = each["clientConfig"]["url"].rpartition("/")[2]
                each["clientConfig"]["url"] = f"https://127.0.0.1:{port}/{path}"
            self.client.patch(kind, ObjectKey("", NAME), {"webhooks": webhooks})

    def create(
        self, resource: Resource, name: str, spec: dict[str, Any], *, dry_run: bool = False
    ) -> Object:
        body = manifest(resource, ObjectKey(self.namespace, name), spec=spec)
        return self.client.create(resource, body, dry_run=dry_run)

    def patch(self, resource: Resource, name: str, changes: Object, **how: Any) -> Object:
        return self.client.patch(resource, ObjectKey(self.namespace, name), changes, **how)

    def data(self) -> dict[str, str]:
        """What the Secret holds."""
        return (self.client.find(SECRET, self.secret) or {}).get("data") or {}


@pytest.fixture(scope="module")
def site(installed: Path) -> Iterator[Site]:
    made = Site(installed, f"webhook-{time.time_ns() % 100000}")
    try:
        made.up()
        yield made
    finally:
        made.down()


def test_defaults_are_written_and_a_second_apply_changes_nothing(
    site: Site, api_server: ApiServer
) -> None:
    body = json.dumps(
        manifest(
            RETENTION_POLICY,
            ObjectKey(site.namespace, "keep"),
            spec={"successfulSnapshots": KEEP, "default": True},
        )
    )
    api_server.kubectl("apply", "-f", "-", stdin=body)
    before = site.client.get(RETENTION_POLICY, ObjectKey(site.namespace, "keep"))
    api_server.kubectl("diff", "-f", "-", stdin=body)
    api_server.kubectl("apply", "-f", "-", stdin=body)

    after = site.client.get(RETENTION_POLICY, ObjectKey(site.namespace, "keep"))
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert after["spec"]["failedSnapshots"] == {"last": 1}
    assert after["spec"]["usagePolicy"] == {"allowedNamespaces": {"from": "Same"}}


def test_a_default_storage_that_was_written_a_moment_ago_is_found(
    site: Site, api_server: ApiServer
) -> None:
    storage = {"storage": S3, "default": True}
    storage["storage"] = {**S3, "s3": {**S3["s3"], "bucket": "b/", "prefix": "moment/"}}  # type: ignore[dict-item]
    written = site.create(BACKUP_STORAGE, "mine", storage)
    raw = configuration(backends=[])
    raw["metadata"]["namespace"] = site.namespace
    raw["spec"]["sessions"][0]["repositories"][0]["backend"] = ""

    site.client.create(BACKUP_CONFIGURATION, raw)
    api_server.kubectl("diff", "-f", "-", stdin=json.dumps(raw))

    found = site.client.get(BACKUP_CONFIGURATION, ObjectKey(site.namespace, "files"))
    home = {"namespace": site.namespace}
    assert written["spec"]["storage"]["s3"]["prefix"] == "moment"
    (backend,) = found["spec"]["backends"]
    assert backend["storageRef"] == {"name": "mine", **home}
    assert backend["retentionPolicy"] == {"name": "keep", **home}


def test_a_mistake_is_refused_with_its_field_and_what_is_only_odd_is_a_warning(
    site: Site, api_server: ApiServer
) -> None:
    wrong = configuration(sessions=[session(scheduler={"schedule": "never", "jobTemplate": {}})])
    odd = configuration(sessions=[session(addon={"name": "b-addon", "tasks": [{"name": "c"}]})])
    for raw, name in ((wrong, "wrong"), (odd, "odd")):
        raw["metadata"] = {"name": name, "namespace": site.namespace}
        raw["spec"]["sessions"][0]["repositories"][0] |= {"name": name, "directory": name}

    with pytest.raises(
        Invalid, match=r"spec\.sessions\[0\]\.scheduler\.schedule: The schedule 'never'"
    ):
        site.client.create(BACKUP_CONFIGURATION, wrong)
    with pytest.raises(
        KubectlFailed,
        match=r'The BackupConfiguration "wrong" is invalid: '
        r"spec\.sessions\[0\]\.scheduler\.schedule: The schedule 'never' is not valid",
    ):
        api_server.kubectl("apply", "-f", "-", stdin=json.dumps(wrong))
    site.client.create(BACKUP_CONFIGURATION, odd)

    assert any("Addon 'b-addon' does not exist" in each for each in site.warnings)


def test_what_must_stay_is_not_changed(site: Site) -> None:
    site.create(REPOSITORY, "fixed", {"path": "/a", "appRef": {"name": "na"}})
    invoker = {"apiGroup": "core.kubestash.com", "kind": "BackupConfiguration", "name": "x"}
    site.create(BACKUP_SESSION, "run", {"session": "daily", "invoker": invoker})

    with pytest.raises(Invalid, match=r"spec\.path: this cannot be changed"):
        site.patch(REPOSITORY, "fixed", {"spec": {"path": "/b"}})
    with pytest.raises(Invalid, match=r"spec\.session: this cannot be changed"):
        site.patch(BACKUP_SESSION, "run", {"spec": {"session": "weekly"}})
    assert site.patch(REPOSITORY, "fixed", {"spec": {"deletionPolicy": "WipeOut"}})


@pytest.fixture
def deserted(site: Site) -> Iterator[Site]:
    """Two objects, a small and a large one; then nobody answers."""
    site.create(RETENTION_POLICY, "rests", SPEC)
    raw = configuration()
    raw["metadata"] = {"name": "large", "namespace": site.namespace}
    raw["spec"]["sessions"][0]["repositories"][0] |= {"name": "large", "directory": "large"}
    env = [{"name": "A", "value": "x" * 900_000}]
    template = {"template": {"spec": {"env": env}}}
    raw["spec"]["sessions"][0]["scheduler"]["jobTemplate"] = template
    site.client.create(BACKUP_CONFIGURATION, raw)
    site.ask_at(1)
    try:
        eventually(lambda: not site.is_asked(), within=120)
        yield site
    finally:
        site.ask_at(site.webhook.port)
    eventually(site.is_asked, within=120)
    for resource, name in ((BACKUP_CONFIGURATION, "large"), (RETENTION_POLICY, "rests")):
        if site.client.find(resource, ObjectKey(site.namespace, name)):
            site.client.delete(resource, ObjectKey(site.namespace, name))


def test_ff_10_3_deletion_status_and_metadata_wait_for_nobody(deserted: Site) -> None:
    site, last = deserted, {"spec": {"successfulSnapshots": {"last": 9}}}
    site.patch(RETENTION_POLICY, "rests", {"metadata": {"finalizers": ["example.com/a"]}})
    site.patch(RETENTION_POLICY, "rests", {"metadata": {"annotations": {"a": "b"}}})
    site.patch(BACKUP_CONFIGURATION, "large", {"metadata": {"labels": {"a": "b"}}})
    status = {"status": {"phase": "Ready"}}
    site.patch(BACKUP_CONFIGURATION, "large", status, subresource="status")

    with pytest.raises(ClusterError, match="failed calling webhook"):
        site.patch(RETENTION_POLICY, "rests", last)
    for resource, name in ((BACKUP_CONFIGURATION, "large"), (RETENTION_POLICY, "rests")):
        site.client.delete(resource, ObjectKey(site.namespace, name))
    going = site.patch(RETENTION_POLICY, "rests", last)
    site.patch(RETENTION_POLICY, "rests", {"metadata": {"finalizers": None}})

    assert going["metadata"]["deletionTimestamp"]
    for resource, name in ((BACKUP_CONFIGURATION, "large"), (RETENTION_POLICY, "rests")):
        assert site.client.find(resource, ObjectKey(site.namespace, name)) is None


def test_ff_10_3_other_kinds_schedules_and_the_operator_wait_for_nobody(
    deserted: Site, installed: Path
) -> None:
    containers = [{"name": "a", "image": "b"}]
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": containers}}
    deployment = {"selector": {"matchLabels": {"a": "b"}}, "template": pod}
    invoker = {"apiGroup": "core.kubestash.com", "kind": "BackupConfiguration", "name": "x"}

    assert deserted.create(DEPLOYMENT, "somebodys", deployment)
    assert deserted.create(BACKUP_SESSION, "due", {"session": "daily", "invoker": invoker})
    login = load(kubeconfig=str(installed), as_user=OPERATOR, as_groups=["system:masters"])
    with Client(login) as operator:
        body = manifest(RETENTION_POLICY, ObjectKey(deserted.namespace, "own"), spec=SPEC)
        assert operator.create(RETENTION_POLICY, body)
    with pytest.raises(ClusterError, match="failed calling webhook"):
        deserted.create(RETENTION_POLICY, "refused", SPEC)


def test_certificates_change_while_reviews_go_on(site: Site) -> None:
    first = site.data()

    def has_changed() -> bool:
        assert site.is_asked()
        return site.data()[CERTIFICATE] != first[CERTIFICATE]

    eventually(has_changed, within=180)
    assert site.data()[CA] == first[CA]


@pytest.mark.parametrize("damage", ["removed", "emptied", "overwritten"])
def test_a_secret_that_is_lost_or_damaged_heals_and_nobody_is_refused(
    site: Site, damage: str
) -> None:
    before = site.data()[CA]
    junk = base64.b64encode(b"junk").decode()
    if damage == "removed":
        site.client.delete(SECRET, site.secret)
    else:
        data = dict.fromkeys(site.data(), None if damage == "emptied" else junk)
        site.client.patch(SECRET, site.secret, {"data": data})

    def is_whole() -> bool:
        assert site.is_asked()
        return len(site.data()) == 4 and site.data()[CA] not in {before, junk}

    eventually(is_whole, within=120)
    assert site.is_asked()


def test_a_configuration_without_the_authority_gets_it_back(site: Site) -> None:
    there = site.client.get(VALIDATING, ObjectKey("", NAME))
    for each in there["webhooks"]:
        each["clientConfig"].pop("caBundle")
    site.client.patch(VALIDATING, ObjectKey("", NAME), {"webhooks": there["webhooks"]})

    def is_told() -> bool:
        found = site.client.get(VALIDATING, ObjectKey("", NAME))["webhooks"]
        return {each["clientConfig"].get("caBundle") for each in found} == {site.data()[CA]}

    eventually(is_told, within=120)


def test_two_replicas_show_the_same_certificate_whoever_came_first(site: Site) -> None:
    secret = ObjectKey(site.namespace, "shared")
    keepers = [Keeper(site.client, secret, HERE, every=0.5) for _ in range(2)]
    for each in keepers:
        each.start()
    try:
        eventually(lambda: not any(each.trouble for each in keepers), within=120)
        eventually(lambda: keepers[0]._data == keepers[1]._data, within=120)
        data = (site.client.find(SECRET, secret) or {})["data"]
        assert base64.b64decode(data[CERTIFICATE]) == keepers[0]._data[CERTIFICATE]
    finally:
        for each in keepers:
            each.stop()
    eventually(site.is_asked, within=120)
