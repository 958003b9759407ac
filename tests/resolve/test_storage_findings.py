from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.resolve.validation import policy_findings, storage_findings

from .builders import local, policy, s3, storage

GCS: dict[str, Any] = {"provider": "gcs", "gcs": {"bucket": "b", "prefix": "p", "secretName": "s"}}
AZURE: dict[str, Any] = {
    "provider": "azure",
    "azure": {"storageAccount": "a", "container": "c", "prefix": "p", "secretName": "s"},
}


@pytest.mark.parametrize("backend", [s3(), GCS, AZURE, local()])
def test_a_storage_that_is_right_has_no_findings(backend: dict[str, Any]) -> None:
    assert storage_findings(storage(backend), []) == []


def _without(backend: dict[str, Any], field: str) -> dict[str, Any]:
    name = backend["provider"]
    block = {key: value for key, value in backend[name].items() if key != field}
    return {**backend, name: block}


@pytest.mark.parametrize(
    ("backend", "reason", "field"),
    [
        ({}, "UnknownProvider", "spec.storage.provider"),
        ({"provider": "b2"}, "UnknownProvider", "spec.storage.provider"),
        ({"provider": "s3"}, "BackendMissing", "spec.storage.s3"),
        ({**s3(), "provider": "gcs"}, "BackendMissing", "spec.storage.gcs"),
        (_without(s3(), "bucket"), "FieldMissing", "spec.storage.s3.bucket"),
        (_without(GCS, "bucket"), "FieldMissing", "spec.storage.gcs.bucket"),
        (_without(AZURE, "storageAccount"), "FieldMissing", "spec.storage.azure.storageAccount"),
        (_without(AZURE, "container"), "FieldMissing", "spec.storage.azure.container"),
        (_without(local(), "mountPath"), "FieldMissing", "spec.storage.local.mountPath"),
        (_without(s3(), "secretName"), "NotSupported", "spec.storage.s3.secretName"),
        (_without(GCS, "secretName"), "NotSupported", "spec.storage.gcs.secretName"),
        (s3(prefix="a/../b"), "InvalidPath", "spec.storage.s3"),
        (local(subPath="../x"), "InvalidPath", "spec.storage.local"),
        (local(mountPath="safe"), "InvalidPath", "spec.storage.local.mountPath"),
        (local(mountPath="//"), "InvalidPath", "spec.storage.local.mountPath"),
        (local(mountPath="/a/../b"), "InvalidPath", "spec.storage.local.mountPath"),
        (local(nfs={}), "InvalidVolume", "spec.storage.local"),
        (_without(local(), "persistentVolumeClaim"), "InvalidVolume", "spec.storage.local"),
        (
            {"provider": "local", "local": {"mountPath": "/m", "emptyDir": {}}},
            "InvalidVolume",
            "spec.storage.local.emptyDir",
        ),
    ],
)
def test_a_backend_is_wrong(backend: dict[str, Any], reason: str, field: str) -> None:
    (found,) = storage_findings(storage(backend or {"provider": ""}), [])
    assert (found.reason, found.field) == (reason, field)
    assert found.message.startswith("BackupStorage demo/s3-storage: ")
    assert field in found.message


def test_annotations_of_an_account_are_not_supported_yet() -> None:
    settings = {"pod": {"serviceAccountAnnotations": {"role": "arn"}}}
    (found,) = storage_findings(storage(runtimeSettings=settings), [])
    assert found.reason == "NotSupported"


def test_a_selector_policy_needs_a_selector() -> None:
    (found,) = storage_findings(storage(admits="Selector"), [])
    assert (found.reason, found.field) == (
        "SelectorMissing",
        "spec.usagePolicy.allowedNamespaces.selector",
    )
    (found,) = storage_findings(storage(admits="Some"), [])
    assert found.reason == "InvalidUsagePolicy"


def test_a_namespace_has_one_default_storage() -> None:
    mine = storage(s3(prefix="mine"), default=True)
    rival = storage(name="rival", default=True)
    (found,) = storage_findings(mine, [mine, rival])
    assert found.reason == "TwoDefaults"
    assert "rival" in found.message
    assert storage_findings(mine, [storage(name="rival")]) == []
    assert storage_findings(mine, [storage(name="rival", home="shop", default=True)]) == []
    assert storage_findings(storage(s3(prefix="mine")), [rival]) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (s3(), s3(), True),
        (s3(), s3(prefix="/p/", endpoint="https://s3.test/"), True),
        (s3(), s3(prefix="q"), False),
        (s3(), s3(bucket="c"), False),
        (s3(), s3(region="eu"), False),
        (s3(), s3(endpoint="https://other.test"), False),
        (GCS, GCS, True),
        (GCS, {**GCS, "gcs": {**GCS["gcs"], "prefix": "q"}}, False),
        (AZURE, AZURE, True),
        (AZURE, {**AZURE, "azure": {**AZURE["azure"], "container": "d"}}, False),
        (s3(), GCS, False),
        (local(), local(), False),
    ],
)
def test_two_storages_are_not_in_one_place(mine: Any, theirs: Any, same: bool) -> None:
    found = storage_findings(storage(mine), [storage(theirs, name="other", home="shop")])
    assert [finding.reason for finding in found] == (["SameLocation"] if same else [])


def test_a_storage_is_no_rival_of_itself() -> None:
    mine = storage(default=True)
    assert storage_findings(mine, [mine]) == []


LAST = {"last": 3}


@pytest.mark.parametrize(
    ("spec", "reason", "field"),
    [
        ({}, "NoRetentionRule", "spec"),
        ({"failedSnapshots": LAST}, "NoRetentionRule", "spec"),
        ({"maxRetentionPeriod": "2x"}, "InvalidPeriod", "spec.maxRetentionPeriod"),
        ({"maxRetentionPeriod": "0d"}, "InvalidPeriod", "spec.maxRetentionPeriod"),
        ({"maxRetentionPeriod": "-1d"}, "InvalidPeriod", "spec.maxRetentionPeriod"),
        (
            {"successfulSnapshots": {"daily": -1}},
            "InvalidNumber",
            "spec.successfulSnapshots.daily",
        ),
        (
            {"maxRetentionPeriod": "1d", "failedSnapshots": {"last": -1}},
            "InvalidNumber",
            "spec.failedSnapshots.last",
        ),
    ],
)
def test_a_policy_is_wrong(spec: dict[str, Any], reason: str, field: str) -> None:
    (found,) = policy_findings(policy(**spec), [])
    assert (found.reason, found.field) == (reason, field)
    assert found.message.startswith("RetentionPolicy demo/keep: ")
    assert field in found.message


@pytest.mark.parametrize(
    "spec",
    [{"maxRetentionPeriod": "1y6mo"}, {"successfulSnapshots": LAST}],
)
def test_a_policy_that_is_right_has_no_findings(spec: dict[str, Any]) -> None:
    assert policy_findings(policy(**spec), []) == []


def test_a_namespace_has_one_default_policy() -> None:
    rules: dict[str, Any] = {"default": True, "successfulSnapshots": LAST}
    mine, rival = policy(**rules), policy(name="rival", **rules)
    (found,) = policy_findings(mine, [mine, rival])
    assert found.reason == "TwoDefaults"
    assert "rival" in found.message
    assert policy_findings(mine, [policy(name="rival", home="shop", **rules)]) == []


def test_a_policy_with_a_selector_needs_it() -> None:
    (found,) = policy_findings(policy(admits="Selector", successfulSnapshots=LAST), [])
    assert found.reason == "SelectorMissing"
