from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.resolve.findings import Finding, summary
from kubectl_kubestash.resolve.validation import (
    ConfigurationInputs,
    configuration_findings,
    configuration_warnings,
)

from .builders import (
    CLAIM,
    SECRET,
    addons,
    configuration,
    functions,
    keyed,
    local,
    namespace,
    policy,
    repository,
    session_spec,
    storage,
)


def _inputs(config: Any = None, **changes: Any) -> ConfigurationInputs:
    return ConfigurationInputs(
        **{
            "configuration": config or configuration(),
            "namespace": namespace(),
            "storages": keyed(storage()),
            "policies": keyed(policy(successfulSnapshots={"last": 1})),
            "addons": addons(),
            "functions": functions(),
            **changes,
        }
    )


def _findings(config: Any = None, **changes: Any) -> list[Finding]:
    return configuration_findings(_inputs(config, **changes))


def _reasons(config: Any = None, **changes: Any) -> list[str]:
    return [finding.reason for finding in _findings(config, **changes)]


def _of_session(**changes: Any) -> Any:
    return configuration(session_spec(**changes))


def _repo(name: str = "s3-repo", **changes: Any) -> dict[str, Any]:
    fields = {"backend": "s3", "directory": f"/{name}", "encryptionSecret": SECRET}
    return {"name": name, **fields, **changes}


def _addon(*tasks: Any, **changes: Any) -> dict[str, Any]:
    named = [{"name": "logical-backup"}] if not tasks else list(tasks)
    return {"addon": {"name": "pvc-addon", "tasks": named, **changes}}


def _backend(name: str = "s3", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "storageRef": {"name": "s3-storage", "namespace": "demo"},
        "retentionPolicy": {"name": "keep", "namespace": "demo"},
        **changes,
    }


def test_a_configuration_that_is_right_has_no_findings() -> None:
    assert _findings() == []
    assert summary(_findings()) == ""


SPEC_FINDINGS: list[tuple[str, dict[str, Any], str, str]] = [
    ("no backends", {"backends": []}, "NoBackends", "spec.backends"),
    (
        "two backends of one name",
        {"backends": [_backend(), _backend()]},
        "DuplicateBackend",
        "spec.backends",
    ),
    (
        "a backend without a storage",
        {"backends": [_backend(storageRef=None)]},
        "StorageMissing",
        "spec.backends[0].storageRef",
    ),
    (
        "a backend without a policy",
        {"backends": [_backend(retentionPolicy=None)]},
        "PolicyMissing",
        "spec.backends[0].retentionPolicy",
    ),
    ("no sessions", {"sessions": []}, "NoSessions", "spec.sessions"),
    ("no target", {"target": None}, "NotSupported", "spec.target"),
    (
        "a ReplicaSet",
        {"target": {"apiGroup": "apps", "kind": "ReplicaSet", "name": "web"}},
        "NotSupported",
        "spec.target.kind",
    ),
    (
        "a Deployment of another namespace",
        {"target": {"apiGroup": "apps", "kind": "Deployment", "name": "web", "namespace": "shop"}},
        "TargetInOtherNamespace",
        "spec.target.namespace",
    ),
    (
        "a claim of another group",
        {"target": {**CLAIM, "apiGroup": "example.com"}},
        "NotSupported",
        "spec.target.kind",
    ),
    (
        "a claim of another namespace",
        {"target": {**CLAIM, "namespace": "shop"}},
        "TargetInOtherNamespace",
        "spec.target.namespace",
    ),
]


@pytest.mark.parametrize(
    ("spec", "reason", "field"),
    [row[1:] for row in SPEC_FINDINGS],
    ids=[r[0] for r in SPEC_FINDINGS],
)
def test_a_configuration_is_wrong_with(spec: dict[str, Any], reason: str, field: str) -> None:
    found = [finding for finding in _findings(configuration(**spec)) if finding.reason == reason]
    assert found[0].field == field
    assert found[0].message.startswith("BackupConfiguration demo/files: ")
    assert field in found[0].message


IN_SESSION = "spec.sessions[0]"
SESSION_FINDINGS: list[tuple[str, dict[str, Any], str, str]] = [
    ("no name", {"name": ""}, "SessionNameMissing", ".name"),
    ("a name with capitals", {"name": "Daily"}, "InvalidSessionName", ".name"),
    ("no scheduler", {"scheduler": None}, "SchedulerMissing", ".scheduler"),
    (
        "a schedule that is none",
        {"scheduler": {"schedule": "0 0 L * *"}},
        "InvalidSchedule",
        ".scheduler.schedule",
    ),
    (
        "a day that never comes",
        {"scheduler": {"schedule": "0 0 31 2 *"}},
        "InvalidSchedule",
        ".scheduler.schedule",
    ),
    (
        "an unknown concurrency policy",
        {"scheduler": {"schedule": "@daily", "concurrencyPolicy": "Maybe"}},
        "InvalidConcurrencyPolicy",
        ".scheduler.concurrencyPolicy",
    ),
    ("a timeout in words", {"backupTimeout": "soon"}, "InvalidDuration", ".backupTimeout"),
    ("no time at all", {"backupTimeout": "0s"}, "InvalidDuration", ".backupTimeout"),
    ("negative time", {"backupTimeout": "-1h"}, "InvalidDuration", ".backupTimeout"),
    (
        "a delay in words",
        {"retryConfig": {"delay": "later"}},
        "InvalidDuration",
        ".retryConfig.delay",
    ),
    (
        "a negative history",
        {"sessionHistoryLimit": -1},
        "InvalidHistoryLimit",
        ".sessionHistoryLimit",
    ),
    (
        "a hook before",
        {"hooks": {"preBackup": [{"name": "h"}]}},
        "NotSupported",
        ".hooks.preBackup",
    ),
    (
        "a hook after",
        {"hooks": {"postBackup": [{"name": "h"}]}},
        "NotSupported",
        ".hooks.postBackup",
    ),
    ("no addon", {"addon": {"tasks": [{"name": "x"}]}}, "AddonMissing", ".addon.name"),
    ("no tasks", {"addon": {"name": "pvc-addon"}}, "NoTasks", ".addon.tasks"),
    ("a task without a name", _addon({"name": ""}), "TaskMissing", ".addon.tasks[0]"),
    ("an unknown task", _addon({"name": "x"}), "UnknownTask", ".addon.tasks[0].name"),
    (
        "an unsupported task",
        _addon({"name": "volume-snapshot"}),
        "NotSupported",
        ".addon.tasks[0].name",
    ),
    (
        "an undeclared parameter",
        _addon({"name": "logical-backup", "params": {"x": "y"}}),
        "UndeclaredParameter",
        ".addon.tasks[0].params.x",
    ),
    (
        "two tasks for one component",
        _addon({"name": "logical-backup"}, {"name": "logical-backup"}),
        "DuplicateComponent",
        ".addon.tasks",
    ),
    (
        "a placement policy",
        _addon(jobTemplate={"spec": {"podPlacementPolicy": {"name": "p"}}}),
        "NotSupported",
        ".addon.jobTemplate.spec.podPlacementPolicy",
    ),
    (
        "a placement policy of the trigger",
        {
            "scheduler": {
                "schedule": "@daily",
                "jobTemplate": {"template": {"spec": {"podPlacementPolicy": {"name": "p"}}}},
            }
        },
        "NotSupported",
        ".scheduler.jobTemplate.template.spec.podPlacementPolicy",
    ),
    (
        "a variable that is ours",
        _addon(jobTemplate={"spec": {"env": [{"name": "POD_UID", "value": "x"}]}}),
        "ReservedVariable",
        ".addon.jobTemplate.spec.env",
    ),
    (
        "a setting that is ours",
        _addon(containerRuntimeSettings={"env": [{"name": "COMPONENT_NAME", "value": "x"}]}),
        "ReservedVariable",
        ".addon.containerRuntimeSettings.env",
    ),
    ("no repositories", {"repositories": []}, "NoRepositories", ".repositories"),
    (
        "one repository twice",
        {"repositories": [_repo(), _repo()]},
        "DuplicateRepository",
        ".repositories",
    ),
    (
        "a repository without a name",
        {"repositories": [_repo("")]},
        "InvalidRepositoryName",
        ".repositories[0].name",
    ),
    (
        "an unknown backend",
        {"repositories": [_repo(backend="s4")]},
        "UnknownBackend",
        ".repositories[0].backend",
    ),
    (
        "no directory",
        {"repositories": [_repo(directory="")]},
        "DirectoryMissing",
        ".repositories[0].directory",
    ),
    (
        "the root as directory",
        {"repositories": [_repo(directory="//./")]},
        "DirectoryMissing",
        ".repositories[0].directory",
    ),
    (
        "a directory outside",
        {"repositories": [_repo(directory="a/../../b")]},
        "InvalidDirectory",
        ".repositories[0].directory",
    ),
    (
        "no encryption",
        {"repositories": [_repo(encryptionSecret=None)]},
        "EncryptionSecretMissing",
        ".repositories[0].encryptionSecret",
    ),
    (
        "a verifier",
        {"repositories": [_repo(backupVerifier={"name": "v"})]},
        "NotSupported",
        ".repositories[0].backupVerifier",
    ),
]


@pytest.mark.parametrize(
    ("session", "reason", "field"),
    [row[1:] for row in SESSION_FINDINGS],
    ids=[row[0] for row in SESSION_FINDINGS],
)
def test_a_session_is_wrong_with(session: dict[str, Any], reason: str, field: str) -> None:
    (found,) = [each for each in _findings(_of_session(**session)) if each.reason == reason]
    assert found.field == IN_SESSION + field
    assert found.message.startswith("BackupConfiguration demo/files: ")
    assert found.field in found.message


def test_a_retry_may_follow_at_once() -> None:
    assert _reasons(_of_session(retryConfig={"maxRetry": 2, "delay": "0s"})) == []


def test_two_sessions_of_one_name_are_refused() -> None:
    assert _reasons(configuration(session_spec(), session_spec())) == ["DuplicateSession"]


def test_ff_10_2_two_sessions_may_have_long_names_that_are_nearly_alike() -> None:
    alike = [session_spec("a" * 26 + letter + "z" * 26) for letter in "bc"]
    assert _reasons(configuration(*alike)) == []


def test_an_addon_or_function_that_does_not_exist_is_refused() -> None:
    found = _findings(addons={"pvc-addon": None})
    assert [finding.reason for finding in found] == ["UnknownAddon"]
    assert "'pvc-addon' does not exist" in found[0].message
    found = _findings(functions={"pvc-backup": None})
    assert [finding.reason for finding in found] == ["UnknownFunction"]


def test_an_unknown_addon_has_near_names() -> None:
    config = _of_session(addon={"name": "pcv-addon", "tasks": [{"name": "x"}]})
    (found,) = _findings(config, addons={**addons(), "pcv-addon": None})
    assert "Did you mean pvc-addon" in found.message


def test_a_variable_that_nobody_sets_is_found_before_anything_runs() -> None:
    (found,) = _findings(functions=functions(args=["--x=${targetMountPath}"]))
    assert found.reason == "UnresolvedVariable"
    for word in ("targetMountPath", "pvc-addon", "logical-backup", "pvc-backup"):
        assert word in found.message


def test_an_old_task_name_is_a_warning_and_no_finding() -> None:
    config = _of_session(**_addon({"name": "LogicalBackup"}))
    assert _findings(config) == []
    (warning,) = configuration_warnings(_inputs(config))
    assert warning.field == "spec.sessions[0].addon.tasks[0].name"
    assert "logical-backup" in warning.message
    assert configuration_warnings(_inputs()) == []


def test_what_does_not_exist_yet_is_no_finding() -> None:
    missing = dict.fromkeys(keyed(storage()))
    assert _findings(storages=missing, policies=dict.fromkeys(keyed(policy()))) == []


def test_a_storage_or_policy_must_admit_the_namespace() -> None:
    elsewhere = {"name": "s3-storage", "namespace": "infra"}
    config = configuration(backends=[_backend(storageRef=elsewhere)])
    same = storage(home="infra", admits="Same")
    (found,) = _findings(config, storages=keyed(same))
    assert found.reason == "StorageNotAllowed"
    assert "infra/s3-storage" in found.message
    assert _findings(config, storages=keyed(storage(home="infra"))) == []
    kept = {"name": "keep", "namespace": "infra"}
    config = configuration(backends=[_backend(retentionPolicy=kept)])
    assert _reasons(config, policies=keyed(policy(home="infra", admits="Same"))) == [
        "PolicyNotAllowed"
    ]


def test_a_reference_without_a_namespace_means_the_own_one() -> None:
    bare = _backend(storageRef={"name": "s3-storage"}, retentionPolicy={"name": "keep"})
    config = configuration(backends=[bare])
    assert _reasons(config, storages=keyed(storage(admits="Selector"))) == ["StorageNotAllowed"]


def test_a_volume_of_another_namespace_cannot_be_reached() -> None:
    elsewhere = {"name": "disk", "namespace": "infra"}
    config = configuration(backends=[_backend(storageRef=elsewhere)])
    disk = storage(local(), name="disk", home="infra")
    (found,) = _findings(config, storages=keyed(disk))
    assert found.reason == "StorageNotReachable"
    nfs = {"mountPath": "/m", "nfs": {"server": "s", "path": "/"}}
    disk = storage({"provider": "local", "local": nfs}, name="disk", home="infra")
    assert _findings(config, storages=keyed(disk)) == []


def test_a_backup_does_not_go_into_what_it_backs_up() -> None:
    disk = storage(local(persistentVolumeClaim={"claimName": "files"}))
    assert _reasons(storages=keyed(disk)) == ["StorageInsideTarget"]


def test_two_volumes_cannot_be_mounted_in_one_place() -> None:
    refs = [{"name": name, "namespace": "demo"} for name in ("one", "two")]
    backends = [_backend(ref["name"], storageRef=ref) for ref in refs]
    repositories = [_repo("a", backend="one"), _repo("b", backend="two")]
    config = configuration(session_spec(repositories=repositories), backends=backends)
    disks = [
        storage(local(mountPath=path), name=name) for name, path in (("one", "/m"), ("two", "/m/"))
    ]
    assert _reasons(config, storages=keyed(*disks)) == ["SameMountPath"]
    apart = [disks[0], storage(local(mountPath="/n"), name="two")]
    assert _reasons(config, storages=keyed(*apart)) == []


def test_a_secret_of_another_namespace_needs_leave() -> None:
    elsewhere = _repo(encryptionSecret={"name": "key", "namespace": "vault"})
    config = _of_session(repositories=[elsewhere])
    assert _findings(config) == []
    (found,) = _findings(config, allow_cross_namespace=False)
    assert found.reason == "OtherNamespace"
    assert "Secret vault/key" in found.message
    assert "--allow-cross-namespace" in found.message
    assert found.field == "spec.sessions[0].repositories[0].encryptionSecret.namespace"
    assert _findings(allow_cross_namespace=False) == []


EXISTING: list[tuple[str, Any, list[str]]] = [
    ("its own", repository(), []),
    ("its own, written otherwise", repository(path="files/"), []),
    (
        "its own, with references in short",
        repository(
            appRef={"kind": CLAIM["kind"], "name": "files"}, storageRef={"name": "s3-storage"}
        ),
        [],
    ),
    (
        "of another application",
        repository(appRef={**CLAIM, "name": "others"}),
        ["RepositoryOfAnother"],
    ),
    (
        "in another storage",
        repository(storageRef={"name": "other", "namespace": "demo"}),
        ["RepositoryElsewhere"],
    ),
    ("in another directory", repository(path="/elsewhere"), ["RepositoryElsewhere"]),
    ("another one in its directory", repository("other"), ["DirectoryTaken"]),
    ("one of another namespace in its directory", repository(home="shop"), ["DirectoryTaken"]),
    ("another one elsewhere", repository("other", path="/others"), []),
    (
        "another one in another storage",
        repository("other", storageRef={"name": "other", "namespace": "demo"}),
        [],
    ),
]


@pytest.mark.parametrize(
    ("there", "reasons"), [row[1:] for row in EXISTING], ids=[row[0] for row in EXISTING]
)
def test_a_repository_that_is_there_is(there: Any, reasons: list[str]) -> None:
    assert _reasons(repositories=[there]) == reasons


def test_a_directory_belongs_to_one_repository() -> None:
    both = [_repo("a", directory="/x"), _repo("b", directory="x/")]
    assert _reasons(_of_session(repositories=both)) == ["DirectoryTaken"]


def test_one_repository_may_serve_two_sessions_but_from_one_place() -> None:
    again = configuration(session_spec(), session_spec("daily"))
    assert _findings(again) == []
    moved = session_spec("daily", repositories=[_repo(directory="/elsewhere")])
    assert _reasons(configuration(session_spec(), moved)) == ["RepositoryElsewhere"]


def test_as_many_repositories_as_a_run_can_tell_of_are_no_objection() -> None:
    assert "TooManyRepositories" not in _of_repositories(100)


def test_more_repositories_than_a_run_can_tell_of_are_refused_with_their_number() -> None:
    found = _findings(_of_session(repositories=[_repo(f"repo-{n}") for n in range(300)]))
    said = next(each.message for each in found if each.reason == "TooManyRepositories")
    assert "stores in 300 repositories" in said
    assert "divide them among several sessions" in said


def _of_repositories(count: int) -> list[str]:
    return _reasons(_of_session(repositories=[_repo(f"repo-{n}") for n in range(count)]))
