"""An AdmissionReview in, an answer out: what is understood, filled in, refused and only told."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    HOOK_TEMPLATE,
    RETENTION_POLICY,
    ObjectKey,
)
from kubectl_kubestash.api.storage.backup_storage import BackupStorage
from kubectl_kubestash.api.storage.retention_policy import RetentionPolicy
from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve import backend, retention
from kubectl_kubestash.resolve.admission.answer import accepted, refused, verdict
from kubectl_kubestash.resolve.admission.filled_in import filled_in, with_backends
from kubectl_kubestash.resolve.admission.json_patch import json_patch
from kubectl_kubestash.resolve.admission.request import CREATE, UPDATE, AdmissionRequest, parse
from kubectl_kubestash.resolve.admission.routes import BY_PATH, MUTATE, ROUTES
from kubectl_kubestash.resolve.effective_configuration import effective
from kubectl_kubestash.resolve.findings import Finding
from kubectl_kubestash.resolve.usage_policy import admits

from .builders import NOW, configuration, namespace, policy, snapshot, storage

HEAD = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}


def review(**request: Any) -> bytes:
    return json.dumps({**HEAD, "request": {"uid": "u", **request}}).encode()


def test_a_request_is_understood() -> None:
    kind = {"group": "storage.kubestash.com", "version": "v1alpha1", "kind": "BackupStorage"}
    found = parse(
        review(
            kind=kind,
            namespace="demo",
            operation="UPDATE",
            object={"metadata": {"name": "s3", "deletionTimestamp": "2026-11-21T12:00:00Z"}},
            oldObject={"metadata": {"name": "s3"}},
        )
    )

    assert (found.uid, found.operation, found.key) == ("u", "UPDATE", ObjectKey("demo", "s3"))
    assert found.resource == BACKUP_STORAGE
    assert found.is_being_deleted


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"kind":"AdmissionReview"}',
        json.dumps(HEAD).encode(),
        json.dumps({**HEAD, "request": {"uid": 5}}).encode(),
        json.dumps({**HEAD, "apiVersion": "admission.k8s.io/v1beta1", "request": {}}).encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_what_is_no_review_is_told_apart(body: bytes) -> None:
    with pytest.raises(UsageError):
        parse(body)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["spec", "storage", "s3", "bucket", "usagePolicy", "a/b~c"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["spec", "metadata", "status"]), json_values))
def test_whatever_stands_there_only_fields_without_a_value_are_filled_in(raw: Any) -> None:
    for resource in (BACKUP_STORAGE, RETENTION_POLICY, HOOK_TEMPLATE):
        before = json.dumps(raw)
        completed = filled_in(resource, raw)

        assert json.dumps(raw) == before, "what came in is not changed"
        assert patched(raw, json_patch(raw, completed)) == completed
        assert filled_in(resource, completed) == completed or "//" in before
        if "usagePolicy" in (s if isinstance(s := raw.get("spec"), dict) else {}):
            kept = raw["spec"]["usagePolicy"]
            assert kept is None or completed["spec"]["usagePolicy"] == kept


def patched(raw: Any, operations: Any) -> Any:
    """What a JSON patch makes of this, by the words of RFC 6902."""
    result = json.loads(json.dumps(raw))
    for op, path, value in operations:
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]
        inner = result
        for part in parents[1:]:
            inner = inner[int(part)] if isinstance(inner, list) else inner[part]
        if isinstance(inner, list):
            inner[int(last)] = value
        else:
            assert (op == "add") == (last not in inner)
            inner[last] = value
    return result


def test_one_slash_at_the_end_goes_where_upstream_takes_it_away() -> None:
    def storage_of(**blocks: Any) -> dict[str, Any]:
        found: dict[str, Any] = filled_in(BACKUP_STORAGE, {"spec": {"storage": blocks}})
        return dict(found["spec"]["storage"])

    assert storage_of(s3={"bucket": "a/", "endpoint": "https://x//", "prefix": "/p/"}) == {
        "s3": {"bucket": "a", "endpoint": "https://x/", "prefix": "/p"}
    }
    assert storage_of(gcs={"bucket": "a/", "prefix": "p/"}) == {
        "gcs": {"bucket": "a", "prefix": "p"}
    }
    azure = {"container": "c/", "prefix": "p/"}
    assert storage_of(azure=azure) == {"azure": {"container": "c/", "prefix": "p"}}
    assert storage_of(local={"subPath": "p/"}) == {"local": {"subPath": "p/"}}


def test_a_storage_means_the_same_with_and_without_what_is_filled_in() -> None:
    spec = {
        "storage": {
            "provider": "s3",
            "s3": {
                "bucket": "b/",
                "endpoint": "https://s3.test/",
                "prefix": "a/b/",
                "region": "here",
                "secretName": "keys",
            },
        }
    }
    raw = {"metadata": {"name": "s3", "namespace": "demo"}, "spec": spec}
    before, after = (
        BackupStorage.model_validate(each) for each in (raw, filled_in(BACKUP_STORAGE, raw))
    )

    assert before != after
    assert backend.store_settings(before, {}) == backend.store_settings(after, {})
    for asking in ("demo", "other"):
        admitted = [
            admits(each.spec.usage_policy, owner_namespace="demo", namespace=namespace(asking))
            for each in (before, after)
        ]
        assert admitted == [asking == "demo"] * 2


def test_a_policy_keeps_the_same_with_and_without_what_is_filled_in() -> None:
    raw = {
        "metadata": {"name": "keep", "namespace": "demo"},
        "spec": {"successfulSnapshots": {"last": 1}},
    }
    completed = filled_in(RETENTION_POLICY, raw)
    snapshots = [snapshot(f"failed-{number}", phase="Failed") for number in range(3)]
    verdicts = [
        retention.judge(snapshots, RetentionPolicy.model_validate(each), now=NOW)
        for each in (raw, completed)
    ]

    assert completed["spec"]["failedSnapshots"] == {"last": 1}
    assert verdicts[0] == verdicts[1]
    assert [each.keep for each in verdicts[0]].count(True) == 1


@pytest.mark.parametrize("backends", [None, [], [{"name": "s3", "storageRef": {"name": "mine"}}]])
def test_backends_are_filled_in_as_the_operator_takes_them(backends: Any) -> None:
    view = configuration(backends=backends or [])
    raw: dict[str, Any] = view.model_dump(by_alias=True, exclude_none=True, mode="json")
    raw["spec"]["backends"] = backends
    whole = effective(
        view,
        storages=[storage(name="shared", default=True)],
        policies=[policy(name="keep", default=True)],
        namespace=namespace(),
    )

    completed = with_backends(raw, whole)

    assert type(view).model_validate(completed).spec == whole.spec
    assert all(each["retentionPolicy"] for each in completed["spec"]["backends"])
    assert patched(raw, json_patch(raw, completed)) == completed


def test_where_there_is_no_default_nothing_is_filled_in() -> None:
    view = configuration(backends=[])
    whole = effective(view, storages=[], policies=[], namespace=namespace())

    assert with_backends({"spec": {}}, whole) == {"spec": {}}


ASKED = AdmissionRequest("u", CREATE, BACKUP_CONFIGURATION, ObjectKey("demo", "a"), {}, {})


def test_findings_refuse_and_those_about_the_future_only_warn() -> None:
    wrong = Finding("InvalidSchedule", "BackupConfiguration demo/a: x: wrong.", "x")
    found = verdict(
        [
            wrong,
            Finding("NotSupported", "not yet."),
            Finding("UnknownAddon", "w" * 300),
            Finding("SnapshotNotFound", "nobody has looked."),
        ]
    )

    assert found.refusals == (wrong,)
    assert found.warnings[0] == "not yet."
    assert len(found.warnings[1]) == 256
    answer = refused(ASKED, found)["response"]
    assert (answer["uid"], answer["allowed"]) == ("u", False)
    assert answer["status"]["message"] == wrong.message
    details = answer["status"]["details"]
    assert (details["kind"], details["name"]) == ("BackupConfiguration", "a")
    assert [(each["field"], each["message"]) for each in details["causes"]] == [("x", "wrong.")]
    assert answer["warnings"][0] == "not yet."


def test_many_mistakes_are_told_up_to_a_number() -> None:
    found = verdict(Finding("Bad", f"mistake {number}.") for number in range(50))

    message = refused(ASKED, found)["response"]["status"]["message"]
    assert message.endswith("mistake 19. And 30 more.")


def test_a_patch_goes_as_base64_and_without_one_there_is_none() -> None:
    patch = json_patch({"spec": {}}, {"spec": {"a": 1}})
    answer = accepted("u", patch=patch)["response"]

    decoded = json.loads(base64.b64decode(answer["patch"]))
    assert decoded == [{"op": "add", "path": "/spec/a", "value": 1}]
    assert accepted("u")["response"] == {"uid": "u", "allowed": True}


def test_paths_are_those_of_upstream_and_names_are_each_given_once() -> None:
    names = [route.name for route in ROUTES]

    assert "/validate-core-kubestash-com-v1alpha1-backupconfiguration" in BY_PATH
    assert "/mutate-storage-kubestash-com-v1alpha1-retentionpolicy" in BY_PATH
    assert len(set(names)) == len(names)
    mutated = {route.resource.plural for route in ROUTES if route.verb == MUTATE}
    assert mutated == {
        "backupstorages",
        "retentionpolicies",
        "backupblueprints",
        "backupconfigurations",
        "hooktemplates",
    }


def test_a_schedule_never_misses_its_run_because_nobody_judges_it() -> None:
    runs = [route for route in ROUTES if route.resource == BACKUP_SESSION]

    assert [(route.operations, route.failure_policy) for route in runs] == [
        ((CREATE,), "Ignore"),
        ((UPDATE,), "Fail"),
    ]
    assert all(each.failure_policy == "Fail" for each in ROUTES if each not in runs)
