"""A manifest is judged without a cluster as the API server judges it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.manifest_check import schema_problems
from kubectl_kubestash.api.resources import OURS, POD, Resource
from kubectl_kubestash.api.structural_schema import schema_of
from tests.api.manifests import whole

if TYPE_CHECKING:
    from tests.cluster.kubectl import Kubectl

LIMITS = "spec.runtimeSettings.resources.limits"


def limits(quantities: dict[str, Any]) -> dict[str, Any]:
    return {"runtimeSettings": {"resources": {"limits": quantities}}}


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("BackupStorage", {"deletionPolicy": "Burn"}, "spec.deletionPolicy", "must be one of Delete"),
    ("BackupStorage", {"default": "yes"}, "spec.default", 'must be of type boolean, not "yes"'),
    ("BackupStorage", {"storage": {"s3": {"bucket": 5}}}, "spec.storage.s3.bucket", "not 5"),
    ("BackupSession", {"retryLeft": True}, "spec.retryLeft", "must be of type integer, not true"),
    (
        "BackupStorage",
        {"storage": {"local": {"nfs": {"server": "a", "path": "/", "x": 1}}}},
        "spec.storage.local.nfs.x",
        "is not a field of this kind",
    ),
    ("BackupConfiguration", {"pausd": True}, "spec.pausd", "is not a field of this kind"),
    ("BackupConfiguration", {"target": {"kind": "Pod"}}, "spec.target.name", "is required"),
    (
        "BackupConfiguration",
        {"sessions": [{"retryConfig": {"maxRetry": 0}}]},
        "spec.sessions[0].retryConfig.maxRetry",
        "must be at least 1, not 0",
    ),
    ("BackupConfiguration", {"sessions": {}}, "spec.sessions", "type array, not an object"),
    ("Function", limits({"cpu": "much"}), f"{LIMITS}.cpu", "must be a quantity"),
    ("BackupConfiguration", {"target": {"name": None}}, "spec.target.name", "is required"),
    ("BackupConfiguration", {"sessions": [None]}, "spec.sessions[0]", "type object, not null"),
    (
        "RestoreSession",
        {"dataSource": {"pitr": {"targetTime": "noon"}}},
        "spec.dataSource.pitr.targetTime",
        "must be a moment",
    ),
    (
        "HookTemplate",
        {"action": {"tcpSocket": {"port": [80]}}},
        "spec.action.tcpSocket.port",
        "must be a number or a text, not a list",
    ),
]

RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("BackupStorage", {}),
    ("BackupStorage", {"deletionPolicy": None}),
    ("BackupStorage", {"storage": {"provider": "anything", "local": {"emptyDir": {}}}}),
    ("BackupConfiguration", {"sessions": [{"addon": {"tasks": [{"params": {"any": [1]}}]}}]}),
    ("BackupConfiguration", {"backends": None}),
    ("Function", limits({"cpu": 1, "memory": "2Gi"})),
    ("RestoreSession", {"dataSource": {"pitr": {"targetTime": "2026-01-01T00:00:00.5+02:00"}}}),
    ("HookTemplate", {"action": {"tcpSocket": {"port": "http"}}}),
]


def find(kind: str) -> Resource:
    return next(resource for resource in OURS if resource.kind == kind)


def manifest(kind: str, spec: Any) -> dict[str, Any]:
    resource = find(kind)
    identity = {"apiVersion": resource.api_version, "kind": kind}
    return identity | {
        "metadata": {"generateName": "judged-", "namespace": "default"},
        "spec": spec,
    }


@pytest.mark.parametrize(("kind", "spec", "path", "message"), WRONG)
def test_what_is_wrong_is_named(kind: str, spec: Any, path: str, message: str) -> None:
    [problem] = schema_problems(find(kind), manifest(kind, spec))

    assert problem.path == path
    assert message in problem.message


@pytest.mark.parametrize(("kind", "spec"), RIGHT)
def test_what_is_right_passes(kind: str, spec: Any) -> None:
    assert schema_problems(find(kind), manifest(kind, spec)) == []


@pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)
def test_an_object_with_every_field_passes(resource: Resource) -> None:
    spec = whole(schema_of(MODELS[resource])["properties"]["spec"])

    assert schema_problems(resource, manifest(resource.kind, spec)) == []


def test_several_problems_are_named_at_once() -> None:
    raw = manifest("BackupSession", {"invoker": {}, "retryLeft": "x"}) | {"specs": {}}

    problems = schema_problems(find("BackupSession"), raw)

    assert {problem.path for problem in problems} == {
        "spec.invoker.kind",
        "spec.invoker.name",
        "spec.retryLeft",
        "specs",
    }


def test_dates_that_a_yaml_reader_understood_are_texts() -> None:
    spec = yaml.safe_load("dataSource: {pitr: {targetTime: 2026-01-01T00:00:00Z}}")

    assert schema_problems(find("RestoreSession"), manifest("RestoreSession", spec)) == []


def test_kinds_of_others_are_not_judged() -> None:
    with pytest.raises(KeyError):
        schema_problems(POD, {})


@pytest.mark.cluster
def test_the_api_server_agrees(kubectl: Kubectl) -> None:
    def refused(kind: str, spec: Any) -> bool:
        text = json.dumps(manifest(kind, spec))
        flags = ("--validate=strict", "--dry-run=server")
        return kubectl.run("create", *flags, "-f", "-", stdin=text).returncode != 0

    assert [path for kind, spec, path, _ in WRONG if not refused(kind, spec)] == []
    assert [spec for kind, spec in RIGHT if refused(kind, spec)] == []
