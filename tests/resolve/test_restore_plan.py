from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kubectl_kubestash.resolve.findings import Finding
from kubectl_kubestash.resolve.restore_plan import choose_snapshot, restore_plan
from kubectl_kubestash.resolve.validation import RestoreInputs, restore_findings

from .builders import (
    CLAIM,
    SECRET,
    addon,
    component,
    functions,
    local,
    namespace,
    repository,
    restore_session,
    snapshot,
    storage,
)

DAY = timedelta(days=1)


def _inputs(**changes: Any) -> RestoreInputs:
    return RestoreInputs(
        **{
            "session": restore_session(),
            "namespace": namespace(),
            "snapshots": [snapshot("snap")],
            "repository": repository(),
            "storage": storage(),
            "addon": addon(),
            "functions": functions(),
            **changes,
        }
    )


def _findings(**changes: Any) -> list[Finding]:
    return restore_findings(_inputs(**changes))


def _source(**changes: Any) -> Any:
    source = {"repository": "s3-repo", "snapshot": "latest", **changes}
    return {"session": restore_session(dataSource=source)}


def _chosen(source: dict[str, Any], *snapshots: Any) -> str:
    found = choose_snapshot(_source(**source)["session"], snapshots)
    return found.reason if isinstance(found, Finding) else found.metadata.name


def test_latest_is_the_newest_successful_one_of_the_repository() -> None:
    snapshots = [
        snapshot("old", age=3 * DAY),
        snapshot("good", age=2 * DAY),
        snapshot("bad", age=DAY, phase="Failed"),
        snapshot("now", phase="Running"),
    ]
    assert _chosen({}, *snapshots) == "good"
    assert _chosen({}, *reversed(snapshots)) == "good"


def test_ff_6_2_latest_is_never_taken_from_another_repository_or_namespace() -> None:
    others = [snapshot("other", repository="other"), snapshot("theirs", home="shop")]
    assert _chosen({}, *others) == "SnapshotNotFound"
    assert _chosen({}, snapshot("mine", age=9 * DAY), *others) == "mine"
    assert _chosen({"repository": ""}, *others) == "RepositoryMissing"
    assert _chosen({"namespace": "shop"}, *others) == "theirs"


def test_ff_6_1_without_a_successful_snapshot_nothing_is_restored() -> None:
    assert _chosen({}) == "SnapshotNotFound"
    assert _chosen({}, snapshot("bad", phase="Failed")) == "SnapshotNotFound"


def test_a_snapshot_is_found_by_name() -> None:
    snapshots = [snapshot("a"), snapshot("b", age=DAY)]
    assert _chosen({"snapshot": "b"}, *snapshots) == "b"
    assert _chosen({"snapshot": "b", "repository": ""}, *snapshots) == "b"
    assert _chosen({"snapshot": ""}, *snapshots) == "SnapshotMissing"


def test_a_name_that_is_mistyped_has_near_names() -> None:
    session = _source(snapshot="snappy")["session"]
    found = choose_snapshot(session, [snapshot("snap")])
    assert isinstance(found, Finding)
    assert found.reason == "SnapshotNotFound"
    assert "Did you mean snap?" in found.message


def test_a_restore_that_is_right_has_no_findings() -> None:
    assert _findings() == []
    assert _findings(session=restore_session(target=None)) == []


TARGET_OF = {"kind": "PersistentVolumeClaim", "name": "files"}
WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "no source",
        {"session": restore_session(dataSource=None)},
        "DataSourceMissing",
        "spec.dataSource",
    ),
    ("no snapshot", _source(snapshot=""), "SnapshotMissing", "spec.dataSource.snapshot"),
    (
        "latest of nothing",
        _source(repository=""),
        "RepositoryMissing",
        "spec.dataSource.repository",
    ),
    (
        "a snapshot that is not there",
        _source(snapshot="x"),
        "SnapshotNotFound",
        "spec.dataSource.snapshot",
    ),
    (
        "a snapshot of another repository",
        {"snapshot": snapshot(repository="other")},
        "SnapshotElsewhere",
        "spec.dataSource.repository",
    ),
    (
        "a snapshot that failed",
        {"snapshot": snapshot(phase="Failed")},
        "SnapshotNotSucceeded",
        "spec.dataSource.snapshot",
    ),
    (
        "a point in time",
        _source(pitr={"targetTime": "2026-01-01T00:00:00Z"}),
        "NotSupported",
        "spec.dataSource.pitr",
    ),
    (
        "a point in time without a time",
        _source(pitr={}),
        "TargetTimeMissing",
        "spec.dataSource.pitr.targetTime",
    ),
    (
        "a point in time without a repository",
        _source(pitr={}, repository=""),
        "RepositoryMissing",
        "spec.dataSource.repository",
    ),
    ("no repository", {"repository": None}, "RepositoryNotFound", "spec.dataSource.repository"),
    ("no storage", {"storage": None}, "StorageNotFound", "spec.dataSource.repository"),
    (
        "a storage for others",
        {"storage": storage(home="infra", admits="Same")},
        "StorageNotAllowed",
        "spec.dataSource.repository",
    ),
    (
        "a storage in a volume elsewhere",
        {"storage": storage(local(), home="infra")},
        "StorageNotReachable",
        "spec.dataSource.repository",
    ),
    (
        "no password",
        {"repository": repository(encryptionSecret=None)},
        "EncryptionSecretMissing",
        "spec.dataSource.encryptionSecret",
    ),
    (
        "an unknown component",
        _source(components=["pump"]),
        "UnknownComponent",
        "spec.dataSource.components",
    ),
    (
        "two components for one volume",
        {"snapshot": snapshot(components={"a": component(), "b": component()})},
        "TooManyComponents",
        "spec.dataSource.components",
    ),
    (
        "a snapshot without components",
        {"snapshot": snapshot(components={})},
        "NothingToRestore",
        "spec.dataSource.components",
    ),
    (
        "a component that failed",
        {"snapshot": snapshot(components={"dump": component("Failed")})},
        "ComponentNotSucceeded",
        "spec.dataSource.components",
    ),
    (
        "a component of another driver",
        {"snapshot": snapshot(components={"dump": component(driver="WalG")})},
        "NotSupported",
        "spec.dataSource.components",
    ),
    (
        "a component without a restic snapshot",
        {"snapshot": snapshot(components={"dump": component(resticStats=[])})},
        "NothingRecorded",
        "spec.dataSource.components",
    ),
    (
        "another kind of target",
        {
            "session": restore_session(
                target={"apiGroup": "apps", "kind": "ReplicaSet", "name": "x"}
            )
        },
        "NotSupported",
        "spec.target.kind",
    ),
    (
        "a target in another namespace",
        {"session": restore_session(target={**TARGET_OF, "namespace": "shop"})},
        "TargetInOtherNamespace",
        "spec.target.namespace",
    ),
    ("a target that is not there", {"target_found": False}, "TargetNotFound", "spec.target"),
    (
        "a hook before",
        {"session": restore_session(hooks={"preRestore": [{"name": "h"}]})},
        "NotSupported",
        "spec.hooks.preRestore",
    ),
    (
        "a hook after",
        {"session": restore_session(hooks={"postRestore": [{"name": "h"}]})},
        "NotSupported",
        "spec.hooks.postRestore",
    ),
    (
        "options for manifests",
        {"session": restore_session(manifestOptions={"workload": {"restoreNamespace": "x"}})},
        "NotSupported",
        "spec.manifestOptions",
    ),
    (
        "a timeout in words",
        {"session": restore_session(restoreTimeout="soon")},
        "InvalidDuration",
        "spec.restoreTimeout",
    ),
    ("an addon that is not there", {"addon": None}, "UnknownAddon", "spec.addon.name"),
    ("no addon", {"session": restore_session(addon={})}, "AddonMissing", "spec.addon.name"),
    (
        "a task of backups",
        {
            "session": restore_session(
                addon={"name": "pvc-addon", "tasks": [{"name": "volume-snapshot"}]}
            )
        },
        "UnknownTask",
        "spec.addon.tasks[0].name",
    ),
    (
        "a task for copies that makes none",
        {
            "session": restore_session(
                addon={"name": "pvc-addon", "tasks": [{"name": "volume-clone"}]}
            )
        },
        "WrongTarget",
        "spec.addon.tasks[0].name",
    ),
]


@pytest.mark.parametrize(
    ("changes", "reason", "field"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_restore_is_wrong_with(changes: dict[str, Any], reason: str, field: str) -> None:
    found = [finding for finding in _findings(**changes) if finding.reason == reason]
    assert [finding.field for finding in found] == [field]
    assert found[0].message.startswith("RestoreSession demo/back: ")
    assert field in found[0].message


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"namespace": "shop"}, "spec.dataSource.namespace"),
        (
            {"encryptionSecret": {"name": "key", "namespace": "shop"}},
            "spec.dataSource.encryptionSecret.namespace",
        ),
    ],
)
def test_a_reference_to_another_namespace_needs_leave(source: dict[str, Any], field: str) -> None:
    shop = {"snapshot": snapshot(home="shop"), **_source(**source)}
    assert _findings(**shop) == []
    (found,) = _findings(**shop, allow_cross_namespace=False)
    assert (found.reason, found.field) == ("OtherNamespace", field)
    assert "--allow-cross-namespace" in found.message


def test_a_reference_to_the_own_namespace_needs_none() -> None:
    own = _source(namespace="demo", encryptionSecret=SECRET)
    assert _findings(**own, allow_cross_namespace=False) == []


def test_the_secret_of_the_source_is_enough() -> None:
    bare = repository(encryptionSecret=None)
    assert _findings(**_source(encryptionSecret=SECRET), repository=bare) == []


def test_a_plan_says_what_comes_back_and_what_is_lost() -> None:
    plan = restore_plan(_inputs())
    assert plan.snapshot is not None
    assert plan.snapshot.metadata.name == "snap"
    assert plan.repository == repository()
    assert plan.components == ("dump",)
    assert plan.target is not None
    assert plan.target.name == CLAIM["name"]
    assert plan.overwrites == (
        "Files in PersistentVolumeClaim demo/files that are in the Snapshot, too, are replaced; "
        "all others stay."
    )
    assert plan.findings == ()


def test_a_plan_speaks_of_files_only_where_there_are_files() -> None:
    database = {"apiGroup": "appcatalog.appscode.com", "kind": "AppBinding", "name": "shop"}

    overwrites = restore_plan(_inputs(session=restore_session(target=database))).overwrites

    assert overwrites.startswith("What the Snapshot holds is loaded into AppBinding demo/shop;")


def test_a_plan_takes_only_the_components_that_are_named() -> None:
    both = snapshot(components={"a": component(), "b": component()})
    plan = restore_plan(_inputs(**_source(components=["b"]), snapshot=both))
    assert plan.components == ("b",)
    assert plan.findings == ()


def test_a_plan_goes_where_the_data_came_from_when_nothing_else_is_said() -> None:
    plan = restore_plan(_inputs(session=restore_session(target=None)))
    assert plan.target is not None
    assert plan.target.name == "files"


def test_a_plan_for_nothing_says_why() -> None:
    plan = restore_plan(_inputs(session=restore_session(target=None), snapshots=[]))
    assert plan.snapshot is None
    assert plan.components == ()
    assert plan.overwrites == "Nothing: there is no target."
    assert {finding.reason for finding in plan.findings} == {"SnapshotNotFound", "TargetMissing"}
