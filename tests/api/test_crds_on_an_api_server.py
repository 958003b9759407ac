"""A real API server takes the definitions, keeps every field, and refuses what is not one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.resources import APP_BINDING, OURS, Resource
from kubectl_kubestash.api.schema import CRDS
from kubectl_kubestash.api.structural_schema import schema_of
from tests.api.manifests import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.kubectl import Kubectl

pytestmark = pytest.mark.cluster

NAMESPACE = "schemas"

every_kind = pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)


@pytest.fixture(scope="module", autouse=True)
def _home(kubectl: Kubectl) -> Iterator[None]:
    kubectl("create", "namespace", NAMESPACE)
    yield
    kubectl("delete", "addon,function", "whole")
    kubectl("delete", "namespace", NAMESPACE)


def manifest(resource: Resource, name: str, **parts: Any) -> str:
    metadata = {"name": name} | ({"namespace": NAMESPACE} if resource.namespaced else {})
    identity = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata}
    return json.dumps(identity | parts)


def read(kubectl: Kubectl, resource: Resource, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        kubectl("get", resource.full_name, name, "-n", NAMESPACE, "-o", "json")
    )
    return found


def find(word: str) -> Resource:
    return next(resource for resource in OURS if resource.kind == word)


def test_the_api_server_finds_nothing_wrong_with_the_definitions(kubectl: Kubectl) -> None:
    crds = json.loads(kubectl("get", "-f", str(CRDS), "-o", "json"))["items"]

    states = {(c["type"], c["status"]) for crd in crds for c in crd["status"]["conditions"]}

    assert len(crds) == len(OURS)
    assert states == {("NamesAccepted", "True"), ("Established", "True")}


def test_they_can_be_applied_by_the_server_as_well(kubectl: Kubectl) -> None:
    applied = kubectl("apply", "--server-side", "--force-conflicts", "-f", str(CRDS))

    assert applied.count("serverside-applied") == len(OURS)


@every_kind
def test_an_object_with_every_field_is_kept_whole(kubectl: Kubectl, resource: Resource) -> None:
    properties = schema_of(MODELS[resource])["properties"]
    spec = whole(properties["spec"])

    text = manifest(resource, "whole", spec=spec)
    kubectl("create", "--validate=strict", "-f", "-", stdin=text)

    assert read(kubectl, resource, "whole")["spec"] == spec


@pytest.mark.parametrize(
    "resource", [kind for kind in OURS if kind.has_status], ids=lambda resource: resource.kind
)
def test_a_status_with_every_field_is_kept_whole(kubectl: Kubectl, resource: Resource) -> None:
    status = whole(schema_of(MODELS[resource])["properties"]["status"])
    kubectl("create", "-f", "-", stdin=manifest(resource, "with-status"))

    patch = json.dumps({"status": status})
    kubectl("patch", resource.full_name, "with-status", "-n", NAMESPACE,
            "--subresource=status", "--type=merge", "-p", patch)  # fmt: skip

    assert read(kubectl, resource, "with-status")["status"] == status


@every_kind
def test_a_field_that_is_not_ours_is_refused(kubectl: Kubectl, resource: Resource) -> None:
    text = manifest(resource, "unknown", spec={"noSuchField": 1})

    answer = kubectl.run("create", "--validate=strict", "-f", "-", stdin=text)

    assert answer.returncode == 1
    assert 'unknown field "spec.noSuchField"' in answer.stderr


@pytest.mark.parametrize(
    ("kind", "spec", "complaint"),
    [
        ("BackupStorage", {"deletionPolicy": "Burn"}, 'supported values: "Delete", "WipeOut"'),
        ("BackupConfiguration", {"target": {"kind": "Pod"}}, "spec.target.name: Required value"),
        (
            "BackupConfiguration",
            {"sessions": [{"scheduler": {"schedule": "@daily"}}]},
            "spec.sessions[0].scheduler.jobTemplate: Required value",
        ),
        (
            "BackupConfiguration",
            {"sessions": [{"retryConfig": {"maxRetry": 0}}]},
            "should be greater than or equal to 1",
        ),
        ("RestoreSession", {"dataSource": {"pitr": {"targetTime": "noon"}}}, "date-time"),
        ("HookTemplate", {"action": {"tcpSocket": {}}}, "tcpSocket.port: Required value"),
        ("Snapshot", {"paused": "yes"}, "must be of type boolean"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(
    kubectl: Kubectl, kind: str, spec: dict[str, Any], complaint: str
) -> None:
    answer = kubectl.run("create", "-f", "-", stdin=manifest(find(kind), "wrong", spec=spec))

    assert answer.returncode == 1
    assert complaint in answer.stderr


def test_defaults_are_filled_in(kubectl: Kubectl) -> None:
    spec: dict[str, Any] = {"usagePolicy": {"allowedNamespaces": {}}, "failedSnapshots": {}}
    kubectl("create", "-f", "-", stdin=manifest(find("RetentionPolicy"), "brief", spec=spec))
    session = {"repositories": [{"name": "r"}], "retryConfig": {}}
    configuration = manifest(find("BackupConfiguration"), "brief", spec={"sessions": [session]})
    kubectl("create", "-f", "-", stdin=configuration)

    assert read(kubectl, find("RetentionPolicy"), "brief")["spec"] == {
        "failedSnapshots": {"last": 1},
        "usagePolicy": {"allowedNamespaces": {"from": "Same"}},
    }
    assert read(kubectl, find("BackupConfiguration"), "brief")["spec"]["sessions"] == [
        {"repositories": [{"name": "r"}], "retryConfig": {"maxRetry": 1}, "sessionHistoryLimit": 1}
    ]


def test_get_shows_the_columns_that_scripts_rely_on(kubectl: Kubectl) -> None:
    spec = {"invoker": {"kind": "BackupConfiguration", "name": "files"}, "session": "nightly"}
    kubectl("create", "-f", "-", stdin=manifest(find("BackupSession"), "shown", spec=spec))

    head, row = kubectl("get", "backupsession", "shown", "-n", NAMESPACE).splitlines()

    assert head.split() == ["NAME", "INVOKER-TYPE", "INVOKER-NAME", "PHASE", "DURATION", "AGE"]
    assert row.split()[:3] == ["shown", "BackupConfiguration", "files"]


def test_short_names_are_understood(kubectl: Kubectl) -> None:
    for word in ("bc", "repo", "restore", "fn", "backupverifier", "backupverificationsession"):
        assert kubectl.run("get", word).returncode == 0


def test_explain_tells_what_a_field_means_and_which_must_be_set(kubectl: Kubectl) -> None:
    text = kubectl("explain", "backupconfiguration.spec.sessions.scheduler")

    assert "When it is run; without it, on request only." in text
    assert "jobTemplate\t<Object> -required-" in text
    assert "schedule\t<string> -required-" in text
    assert "FIELDS:\n  concurrencyPolicy\t<string>\n    What to do when the previous Job" in text


def test_explain_says_where_kubernetes_explains_its_own_types(kubectl: Kubectl) -> None:
    path = "backupconfiguration.spec.sessions.addon.jobTemplate.spec.affinity"

    text = kubectl("explain", path)

    assert "As pod.spec.affinity." in " ".join(text.split())
    assert "nodeAffinity\t<Object>" in text


def test_an_app_binding_keeps_the_fields_that_we_do_not_read(kubectl: Kubectl) -> None:
    spec = {"type": "postgres", "clientConfig": {"url": "postgres://db"}, "madeByAnother": {"a": 1}}

    kubectl("create", "-f", "-", stdin=manifest(APP_BINDING, "kept", spec=spec))

    assert read(kubectl, APP_BINDING, "kept")["spec"] == spec
