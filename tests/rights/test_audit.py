from __future__ import annotations

import json
from typing import Any

from kubectl_kubestash.resolve.access import BACKUP_JOB, RULES
from kubectl_kubestash.resolve.operator_role import OPERATOR, operator_cluster_roles

from .audit import BY_NAME, Refusal, Use, granted, refusals, uses
from .expected import NOT_SEEN
from .hooks import complaints


def line(user: str, verb: str, resource: str, **more: Any) -> str:
    """One request, as the API server logs it."""
    reason = more.pop("reason", "")
    decision = "allow" if reason else "forbid"
    notes = {
        "authorization.k8s.io/decision": decision,
        "authorization.k8s.io/reason": reason,
    }
    target = {"resource": resource, "namespace": "demo", **more}
    event = {"user": {"username": user}, "verb": verb, "objectRef": target, "annotations": notes}
    return json.dumps(event)


def by(kind: str, role: str) -> str:
    return (
        f'RBAC: allowed by RoleBinding "run/demo" of {kind} "{role}" to ServiceAccount "run/demo"'
    )


JOB = "system:serviceaccount:demo:run"


def test_a_request_counts_for_the_role_that_allowed_it() -> None:
    lines = [
        line(
            JOB,
            "list",
            "snapshots",
            apiGroup="storage.kubestash.com",
            reason=by("ClusterRole", BACKUP_JOB),
        ),
        line(
            JOB,
            "patch",
            "snapshots",
            apiGroup="storage.kubestash.com",
            subresource="status",
            reason=by("ClusterRole", BACKUP_JOB),
        ),
        line(JOB, "get", "secrets", name="s3", reason=by("Role", "run.reads")),
        line("kubernetes-admin", "list", "pods", reason=""),
    ]
    assert uses(lines) == {
        Use(BACKUP_JOB, "list", "storage.kubestash.com", "snapshots"),
        Use(BACKUP_JOB, "patch", "storage.kubestash.com", "snapshots/status"),
        Use(BY_NAME, "get", "", "secrets"),
    }
    assert refusals(lines) == set()


def test_only_our_own_accounts_are_reported_as_refused() -> None:
    lines = [
        line(JOB, "get", "secrets", name="other"),
        line("system:serviceaccount:kube-system:coredns", "list", "nodes"),
        line("kubernetes-admin", "get", "secrets"),
    ]
    assert refusals(lines) == {Refusal("demo:run", "get", "", "secrets", "other")}


def test_a_rule_that_nobody_used_and_a_request_that_was_refused_are_named() -> None:
    everything = granted()
    one = min(everything - set(NOT_SEEN))
    refused = {Refusal("demo:run", "list", "", "secrets", "")}
    told = complaints(everything - {one}, refused)
    assert [text.split(":")[1].strip() for text in told] == ["rule never used", "request refused"]
    assert one.role in told[0]
    assert "demo:run list" in told[1]
    assert complaints(everything, set()) == []


def test_what_is_compared_is_what_is_installed() -> None:
    assert {use.role for use in granted()} == {*RULES, OPERATOR}
    (operator,) = (r for r in operator_cluster_roles() if r["metadata"]["name"] == OPERATOR)
    installed = {
        (verb, group, resource)
        for rule in operator["rules"]
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if "resourceNames" not in rule
    }
    assert installed == {use[1:] for use in granted() if use.role == OPERATOR}
    assert not any("*" in part for use in granted() for part in use)
    assert set(NOT_SEEN) <= granted()
