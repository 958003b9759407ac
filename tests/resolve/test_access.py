from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.resolve import access
from kubectl_kubestash.resolve.access import cluster_roles, job_access

ROLES = {role["metadata"]["name"]: role for role in cluster_roles()}


def _may(role: str, verb: str, resource: str, group: str = "") -> bool:
    return any(
        group in rule["apiGroups"] and resource in rule["resources"] and verb in rule["verbs"]
        for rule in ROLES[role]["rules"]
    )


def test_every_role_that_a_job_may_name_exists() -> None:
    named = {
        value for name, value in vars(access).items() if name.endswith("_JOB") and name[0] != "_"
    }
    assert set(ROLES) == named
    assert all(name.startswith("kubestash-") and name.endswith("-job") for name in ROLES)


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role["metadata"]["name"])
def test_no_rule_has_a_wildcard_and_no_job_lists_secrets(role: dict[str, Any]) -> None:
    assert role["apiVersion"] == "rbac.authorization.k8s.io/v1"
    for rule in role["rules"]:
        assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]
        if "secrets" in rule["resources"]:
            assert rule["verbs"] == ["get"]
        assert not {"escalate", "bind", "impersonate"} & set(rule["verbs"])


def test_a_runner_writes_only_what_is_its_own() -> None:
    storage, core = "storage.kubestash.com", "core.kubestash.com"
    assert _may(access.BACKUP_JOB, "patch", "snapshots/status", storage)
    assert _may(access.RESTORE_JOB, "patch", "restoresessions/status", core)
    assert _may(access.CRON_JOB, "create", "backupsessions", core)
    assert _may(access.STORAGE_INITIALIZER_JOB, "create", "repositories", storage)
    for role in (access.BACKUP_JOB, access.RESTORE_JOB, access.BACKEND_JOB):
        for verb in ("create", "update", "patch", "delete"):
            for resource in ("snapshots", "repositories", "backupstorages"):
                assert not _may(role, verb, resource, storage)
            assert not _may(role, verb, "pods")
    assert not _may(access.BACKEND_JOB, "patch", "snapshots/status", storage)
    assert not _may(access.CRON_JOB, "get", "secrets")


def test_only_what_removes_or_makes_restic_repositories_takes_a_lease() -> None:
    group = "coordination.k8s.io"
    holders = {role for role in ROLES if _may(role, "create", "leases", group)}
    assert holders == {access.BACKUP_JOB, access.BACKEND_JOB}


def _access(**changes: Any) -> list[dict[str, Any]]:
    return job_access(**{"role": access.BACKUP_JOB, "name": "run", "namespace": "demo", **changes})


def test_a_job_gets_an_account_and_a_role_in_its_namespace() -> None:
    account, binding = _access(labels={"a": "b"})
    assert account == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "run", "namespace": "demo", "labels": {"a": "b"}},
    }
    assert binding == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "run", "namespace": "demo", "labels": {"a": "b"}},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "kubestash-backup-job",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "run", "namespace": "demo"}],
    }


def test_an_account_that_is_named_is_not_made_but_bound() -> None:
    (binding,) = _access(service_account="mine")
    assert binding["metadata"]["name"] == "run"
    assert binding["subjects"][0]["name"] == "mine"


def test_other_namespaces_get_a_binding_each_that_no_other_job_has() -> None:
    _, _, other = _access(other_namespaces=["infra", "demo", "", "infra"])
    assert other["metadata"] == {"name": "demo.run", "namespace": "infra"}
    assert other["subjects"] == [{"kind": "ServiceAccount", "name": "run", "namespace": "demo"}]
    theirs = _access(namespace="shop", other_namespaces=["infra"])[-1]
    assert theirs["metadata"]["name"] != other["metadata"]["name"]


def test_an_initialiser_reads_secrets_beside_the_storage_only() -> None:
    role = access.STORAGE_INITIALIZER_JOB
    _, here, there = _access(role=role, other_namespaces=["shop"])
    assert here["roleRef"]["name"] == role
    assert there["roleRef"]["name"] == access.STORAGE_SYNC_JOB
    assert _may(role, "get", "secrets")
    assert not _may(access.STORAGE_SYNC_JOB, "get", "secrets")


def test_an_owner_owns_what_lies_in_its_own_namespace() -> None:
    owner = {"kind": "BackupConfiguration", "name": "files"}
    account, here, there = _access(owner=owner, other_namespaces=["infra"])
    assert account["metadata"]["ownerReferences"] == [owner]
    assert here["metadata"]["ownerReferences"] == [owner]
    assert "ownerReferences" not in there["metadata"]
