from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_SESSION,
    CLUSTER_ROLE,
    CONFIG_MAP,
    POD,
    ObjectKey,
)
from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.kube import request as plan
from kubectl_kubestash.kube.request import Selection

KEY = ObjectKey("demo", "a")
SESSIONS = "/apis/core.kubestash.com/v1alpha1/namespaces/demo/backupsessions"


def test_an_object_has_its_path() -> None:
    assert plan.get(BACKUP_SESSION, KEY).target == f"{SESSIONS}/a"
    assert plan.get(ADDON, ObjectKey("", "x")).target.endswith("/v1alpha1/addons/x")


def test_a_name_with_a_colon_is_an_ordinary_name() -> None:
    assert plan.get(CLUSTER_ROLE, ObjectKey("", "system:node")).path.endswith("/system:node")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a%2fb"])
def test_names_that_would_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        plan.get(CONFIG_MAP, ObjectKey("demo", name))


def test_a_namespaced_object_needs_its_namespace() -> None:
    with pytest.raises(UsageError, match="must name its namespace"):
        plan.delete(CONFIG_MAP, ObjectKey("", "a"), uid="", propagation="", dry_run=False)
    with pytest.raises(UsageError, match="must name its namespace"):
        plan.create(CONFIG_MAP, {"metadata": {"name": "a"}})


def test_a_page_asks_for_its_size_and_its_place() -> None:
    request = plan.listing(
        BACKUP_SESSION, Selection("demo", "a=b", "metadata.name=x"), limit=5, token="t"
    )

    assert request.query == {
        "labelSelector": "a=b",
        "fieldSelector": "metadata.name=x",
        "limit": "5",
        "continue": "t",
    }


def test_all_namespaces_are_one_collection() -> None:
    assert plan.listing(BACKUP_SESSION, Selection()).target == SESSIONS.replace(
        "/namespaces/demo", ""
    )


def test_a_watch_has_bookmarks_and_an_end() -> None:
    request = plan.watch(CONFIG_MAP, Selection("demo"), resource_version="7", timeout_seconds=300)

    assert request.target == (
        "/api/v1/namespaces/demo/configmaps"
        "?watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300"
    )


def test_a_precondition_goes_into_the_patch_and_leaves_the_given_one_alone() -> None:
    given: dict[str, Any] = {"metadata": {"labels": {"a": "b"}}, "status": {}}

    request = plan.patch(BACKUP_SESSION, KEY, given, subresource="status", resource_version="7")

    assert request.path == f"{SESSIONS}/a/status"
    assert request.content_type == "application/merge-patch+json"
    assert request.body == {
        "metadata": {"labels": {"a": "b"}, "resourceVersion": "7"},
        "status": {},
    }
    assert given["metadata"] == {"labels": {"a": "b"}}


def test_an_apply_names_its_manager_and_whether_it_insists() -> None:
    body = {"metadata": {"namespace": "demo", "name": "a"}}

    request = plan.apply(CONFIG_MAP, body, field_manager="me", force=False, dry_run=True)

    assert request.content_type == "application/apply-patch+yaml"
    assert request.query == {"fieldManager": "me", "force": "false", "dryRun": "All"}


def test_a_deletion_names_the_very_object() -> None:
    request = plan.delete(CONFIG_MAP, KEY, uid="u", propagation="Foreground", dry_run=True)

    assert request.body == {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "propagationPolicy": "Foreground",
        "preconditions": {"uid": "u"},
        "dryRun": ["All"],
    }


def test_each_word_of_a_command_is_a_parameter_of_its_own() -> None:
    request = plan.execution(POD, KEY, ("sh", "-c", "a b"), container="c", stdin=True)

    assert request.target == (
        "/api/v1/namespaces/demo/pods/a/exec"
        "?command=sh&command=-c&command=a+b&stdout=true&stderr=true&container=c&stdin=true"
    )


def test_only_reads_may_be_sent_twice() -> None:
    assert plan.get(CONFIG_MAP, KEY).is_repeatable
    assert not plan.patch(CONFIG_MAP, KEY, {}).is_repeatable
    assert not plan.create(CONFIG_MAP, {"metadata": {"namespace": "demo"}}).is_repeatable


@pytest.mark.parametrize(
    ("method", "target", "verb", "plural"),
    [
        ("GET", f"{SESSIONS}/a", "get", "backupsessions"),
        ("GET", SESSIONS, "list", "backupsessions"),
        ("GET", f"{SESSIONS}?watch=1&x=y", "watch", "backupsessions"),
        ("PATCH", f"{SESSIONS}/a/status?fieldManager=m", "patch", "backupsessions/status"),
        ("DELETE", "/apis/addons.kubestash.com/v1alpha1/addons/x", "delete", "addons"),
        ("GET", "/api/v1/namespaces/demo", "get", "namespaces"),
        ("GET", "/api/v1/namespaces", "list", "namespaces"),
        ("GET", "/api/v1/namespaces/demo/pods/a/log?follow=true", "get", "pods/log"),
        ("GET", "/version", "get", "version"),
    ],
)
def test_a_call_is_counted_by_verb_and_kind(
    method: str, target: str, verb: str, plural: str
) -> None:
    assert plan.described(method, target) == (verb, plural)
