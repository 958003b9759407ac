from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.api.resources import BACKUP_STORAGE, SECRET, ObjectKey, Resource
from kubectl_kubestash.resolve import access, operator_role
from kubectl_kubestash.resolve.access import Named, cluster_roles, job_access

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "roles.md").read_text()
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
def test_no_rule_has_a_wildcard_and_none_is_about_secrets(role: dict[str, Any]) -> None:
    assert role["apiVersion"] == "rbac.authorization.k8s.io/v1"
    for rule in role["rules"]:
        assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]
        assert "secrets" not in rule["resources"]
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
    marks = {"kubestash.com/granted-from": "demo"}
    assert other["metadata"] == {"name": "demo.run", "namespace": "infra", "labels": marks}
    assert other["subjects"] == [{"kind": "ServiceAccount", "name": "run", "namespace": "demo"}]
    theirs = _access(namespace="shop", other_namespaces=["infra"])[-1]
    assert theirs["metadata"]["name"] != other["metadata"]["name"]


def test_a_restore_writes_nothing_in_the_namespace_that_it_reads_from() -> None:
    _, here, there = _access(role=access.RESTORE_JOB, other_namespaces=["shop"])
    assert here["roleRef"]["name"] == access.RESTORE_JOB
    assert there["roleRef"]["name"] == access.RESTORE_SOURCE_JOB
    verbs = {v for rule in ROLES[access.RESTORE_SOURCE_JOB]["rules"] for v in rule["verbs"]}
    assert verbs == {"get", "list"}


def test_what_a_job_reads_is_named_beside_it_and_elsewhere() -> None:
    reads = [
        Named(SECRET, ObjectKey("infra", "s3")),
        Named(BACKUP_STORAGE, ObjectKey("infra", "store")),
        Named(SECRET, ObjectKey("demo", "encryption")),
        Named(SECRET, ObjectKey("infra", "s3")),
    ]
    _, _, mine, my_binding, theirs, their_binding = _access(reads=reads)
    assert mine["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["encryption"],
            "verbs": ["get"],
        }
    ]
    assert [rule["resourceNames"] for rule in theirs["rules"]] == [["s3"], ["store"]]
    assert my_binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": mine["metadata"]["name"],
    }
    assert their_binding["metadata"]["name"] == theirs["metadata"]["name"] == "demo.run.reads"
    assert their_binding["subjects"] == my_binding["subjects"]


def test_a_job_that_only_reads_has_no_cluster_role() -> None:
    reads = [Named(SECRET, ObjectKey("demo", "s3"))]
    kinds = [each["kind"] for each in _access(role=access.BY_NAME_ONLY, reads=reads)]
    assert kinds == ["ServiceAccount", "Role", "RoleBinding"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([SECRET, BACKUP_STORAGE]),
            st.builds(ObjectKey, st.sampled_from("abc"), st.sampled_from("xyz")),
        )
    )
)
def test_exactly_what_is_asked_for_may_be_read(reads: list[tuple[Resource, ObjectKey]]) -> None:
    made = _access(namespace="a", reads=[Named(*each) for each in reads])
    allowed = {
        (resource, role["metadata"]["namespace"], name)
        for role in made
        if role["kind"] == "Role"
        for rule in role["rules"]
        for resource in rule["resources"]
        for name in rule["resourceNames"]
    }
    assert allowed == {(resource.plural, *key) for resource, key in reads}
    assert all(rule["resourceNames"] for role in made for rule in role.get("rules", ()))


@pytest.mark.parametrize(
    "rule",
    [
        *(rule for rules in access.RULES.values() for rule in rules),
        *operator_role.RULES,
        *(rule for rule, _ in operator_role.NAMED_RULES),
        *operator_role.WEBHOOK_RULES,
    ],
    ids=lambda rule: f"{','.join(rule.resources)}-{','.join(rule.verbs)}",
)
def test_the_page_about_roles_says_what_each_rule_is_for(rule: access.Rule) -> None:
    what = ", ".join(f"`{each}`" for each in rule.resources)
    group = f" ({rule.group})" if rule.group else ""
    assert f"| {what}{group} | {', '.join(rule.verbs)} | {rule.why} |" in PAGE.splitlines()


def test_the_page_about_roles_names_each_role() -> None:
    assert all(f"### `{role}`" in PAGE for role in access.RULES)
    assert f"`{operator_role.OPERATOR}`" in PAGE
    assert f"`{operator_role.WEBHOOK_ROLE}`" in PAGE
