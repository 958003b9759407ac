from __future__ import annotations

import json
from typing import Any

from kubectl_kubestash.cli.connection import OPERATOR_AGENT
from kubectl_kubestash.resolve.access import BACKUP_JOB, RULES
from kubectl_kubestash.resolve.operator_role import (
    OPERATOR,
    WEBHOOK_ROLE,
    operator_cluster_roles,
    webhook_rules,
)

from .audit import BY_NAME, Asked, Refusal, Use, asked, granted, refusals, uses
from .expected import NOT_SEEN
from .hooks import Seen, complaints


def line(user: str, verb: str, resource: str, **more: Any) -> str:
    """One request, as the API server logs it."""
    reason = more.pop("reason", "")
    decision = "allow" if reason else "forbid"
    notes = {
        "authorization.k8s.io/decision": decision,
        "authorization.k8s.io/reason": reason,
    }
    agent = more.pop("userAgent", "")
    target = {"resource": resource, "namespace": "demo", **more}
    event = {
        "userAgent": agent,
        "user": {"username": user},
        "verb": verb,
        "objectRef": target,
        "annotations": notes,
    }
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


def test_what_an_account_may_at_another_moment_is_no_missing_right() -> None:
    # Seen: an API server that was killed refused a Job's request before it had read the roles.
    refused = line(JOB, "get", "snapshots", name="one")
    reason = by("ClusterRole", BACKUP_JOB)
    allowed = line(JOB, "get", "snapshots", name="one", reason=reason)

    assert refusals([allowed, refused]) == refusals([refused, allowed]) == set()
    assert refusals([refused, line(JOB, "get", "snapshots", name="two", reason=reason)]) == {
        Refusal("demo:run", "get", "", "snapshots", "one")
    }


def test_what_an_operator_asks_for_counts_whoever_it_runs_as() -> None:
    ours = {"userAgent": OPERATOR_AGENT}
    lines = [
        line("kubernetes-admin", "list", "snapshots", apiGroup="storage.kubestash.com", **ours),
        line("kubernetes-admin", "get", "leases", apiGroup="coordination.k8s.io", **ours),
        line("kubernetes-admin", "get", "secrets", userAgent="kubectl-kubestash"),
    ]
    assert asked(lines) == {
        Asked("list", "storage.kubestash.com", "snapshots", ""),
        Asked("get", "coordination.k8s.io", "leases", "demo"),
    }


def test_what_is_wrong_with_the_roles_is_named() -> None:
    everything = granted()
    one = min(use for use in everything - set(NOT_SEEN) if use.role == BACKUP_JOB)
    seen = Seen(
        used=everything - {one},
        asked={Asked("delete", "", "nodes", ""), Asked("list", "", "nodes", "")},
        refused={Refusal("demo:run", "list", "", "secrets", "")},
    )
    assert complaints(seen) == [
        f"error: rule never used: {' '.join(one)}",
        'error: request refused: demo:run list "" secrets ""',
        f'error: request that no rule allows: {OPERATOR} delete "" nodes',
    ]
    assert complaints(Seen(used=everything)) == []


def test_what_a_worker_has_seen_arrives_whole() -> None:
    seen = Seen(granted(), {Asked("get", "", "pods", "")}, {Refusal("a:b", "get", "", "pods", "")})
    other = Seen()
    other.unpack(json.loads(json.dumps(seen.packed())))
    assert other == seen


def test_what_is_compared_is_what_is_installed() -> None:
    assert {use.role for use in granted()} == {*RULES, OPERATOR, WEBHOOK_ROLE}
    (operator,) = (r for r in operator_cluster_roles() if r["metadata"]["name"] == OPERATOR)
    installed = {
        (verb, group, resource)
        for rule in operator["rules"]
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if verb != "bind"
    }
    assert installed == {use[1:] for use in granted() if use.role == OPERATOR}
    beside = {
        (verb, "", "secrets") for rule in webhook_rules("certificate") for verb in rule["verbs"]
    }
    assert beside == {use[1:] for use in granted() if use.role == WEBHOOK_ROLE}
    assert not any("*" in part for use in granted() for part in use)
    assert set(NOT_SEEN) <= granted()
