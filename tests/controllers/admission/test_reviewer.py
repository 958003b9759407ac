"""What is answered to a review, with a cluster that is only remembered around it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.core.backup_configuration import BackupConfiguration
from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_BATCH,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    HOOK_TEMPLATE,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    SNAPSHOT,
    Resource,
)
from kubectl_kubestash.controllers.admission.reviewer import Reviewer
from kubectl_kubestash.gather.configuration import configuration_inputs
from kubectl_kubestash.resolve.admission.routes import MUTATE, ROUTES, VALIDATE
from kubectl_kubestash.resolve.validation import configuration_findings

from .objects import cluster, review, thing

if TYPE_CHECKING:
    from kubectl_kubestash.controllers.store import Store
    from kubectl_kubestash.kube.client import Object

S3 = {
    "provider": "s3",
    "s3": {"endpoint": "https://s3.test", "bucket": "b", "region": "r", "secretName": "keys"},
}
KEEP = {"last": 3}
INVOKER = {"apiGroup": "core.kubestash.com", "kind": "BackupConfiguration", "name": "files"}


def session(**changes: Any) -> dict[str, Any]:
    repository = {
        "name": "files-repo",
        "backend": "s3",
        "directory": "/files",
        "encryptionSecret": {"name": "encryption"},
    }
    return {
        "name": "daily",
        "scheduler": {"schedule": "0 3 * * *", "jobTemplate": {}},
        "repositories": [repository],
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
        **changes,
    }


def configuration(**changes: Any) -> Object:
    spec = {
        "target": {"kind": "PersistentVolumeClaim", "name": "data"},
        "backends": [
            {"name": "s3", "storageRef": {"name": "mine"}, "retentionPolicy": {"name": "keep"}}
        ],
        "sessions": [session()],
        **changes,
    }
    return thing(BACKUP_CONFIGURATION, "files", **spec)


def asked(
    verb: str, resource: Resource, new: Object, *, store: Store | None = None, **request: Any
) -> dict[str, Any]:
    (path,) = {each.path for each in ROUTES if (each.verb, each.resource) == (verb, resource)}
    reply = Reviewer(store or cluster()).reply(path, review(resource, new, **request))
    assert reply.code == 200, reply.body
    answer: dict[str, Any] = json.loads(reply.body)["response"]
    assert answer["uid"]
    return answer


def refusal(resource: Resource, new: Object, **request: Any) -> str:
    answer = asked(VALIDATE, resource, new, **request)
    assert answer["allowed"] is False
    return str(answer["status"]["message"])


def patch(resource: Resource, new: Object, **request: Any) -> list[dict[str, Any]]:
    answer = asked(MUTATE, resource, new, **request)
    assert answer["allowed"] is True
    return json.loads(base64.b64decode(answer["patch"])) if "patch" in answer else []


def test_what_is_right_is_allowed_without_a_word() -> None:
    answer = asked(VALIDATE, BACKUP_CONFIGURATION, configuration())

    assert answer == {"uid": answer["uid"], "allowed": True}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sessions": []}, "spec.sessions"),
        ({"sessions": [session(), session()]}, "spec.sessions"),
        ({"sessions": [session(scheduler=None)]}, "spec.sessions[0].scheduler"),
        (
            {"sessions": [session(scheduler={"schedule": "0 0 31 2 *", "jobTemplate": {}})]},
            "spec.sessions[0].scheduler.schedule",
        ),
        (
            {"sessions": [session(addon={"name": "pvc-addon", "tasks": [{"name": "logical"}]})]},
            "spec.sessions[0].addon.tasks[0].name",
        ),
        ({"sessions": [session(repositories=[])]}, "spec.sessions[0].repositories"),
        ({"backends": [{"name": "s3", "retentionPolicy": {"name": "keep"}}]}, "spec.backends[0]"),
        ({"backends": []}, "spec.backends"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_refused_with_the_path_of_its_field(
    changes: dict[str, Any], field: str
) -> None:
    new = configuration(**changes)

    assert f"BackupConfiguration demo/files: {field}" in refusal(BACKUP_CONFIGURATION, new)


def test_the_webhook_objects_to_exactly_what_the_operator_objects_to() -> None:
    store = cluster(
        thing(BACKUP_STORAGE, "mine", home="infra", storage=S3),
        thing(REPOSITORY, "other", storageRef={"name": "mine"}, path="files"),
    )
    new = configuration(sessions=[session(), session(name="B")], target=None)
    view = BackupConfiguration.model_validate(new)
    found = configuration_findings(configuration_inputs(store, view))

    answer = asked(VALIDATE, BACKUP_CONFIGURATION, new, store=store)

    causes = answer["status"]["details"]["causes"]
    told = [f"BackupConfiguration demo/files: {one['field']}: {one['message']}" for one in causes]
    assert told + answer["warnings"] == [
        *(each.message for each in found if each.reason != "NotSupported"),
        *(each.message for each in found if each.reason == "NotSupported"),
    ]
    assert len(told) > 1


def test_what_may_come_later_and_what_is_not_honoured_yet_are_warnings() -> None:
    addon = {"name": "mine-addon", "tasks": [{"name": "dump"}]}
    hooks = {"preBackup": [{"name": "a", "hookTemplate": {"name": "b"}}]}

    answer = asked(
        VALIDATE, BACKUP_CONFIGURATION, configuration(sessions=[session(addon=addon, hooks=hooks)])
    )

    assert answer["allowed"] is True
    assert "a hook is not supported yet" in answer["warnings"][0]
    assert "Addon 'mine-addon' does not exist" in answer["warnings"][1]
    batch = asked(VALIDATE, BACKUP_BATCH, thing(BACKUP_BATCH, "all"))
    assert "does not act on a BackupBatch yet" in batch["warnings"][0]


def test_references_are_looked_up_in_the_cluster() -> None:
    taken = thing(REPOSITORY, "other", storageRef={"name": "mine"}, path="/files")
    closed = thing(BACKUP_STORAGE, "shared", home="infra", storage=S3)
    backends = [{"name": "s3", "storageRef": {"name": "shared", "namespace": "infra"}}]
    hooks = {"preBackup": [{"name": "a", "hookTemplate": {"name": "b", "namespace": "infra"}}]}
    template = thing(HOOK_TEMPLATE, "b", home="infra")

    assert "belongs to Repository demo/other" in refusal(
        BACKUP_CONFIGURATION, configuration(), store=cluster(taken)
    )
    assert "BackupStorage infra/shared does not admit namespace demo" in refusal(
        BACKUP_CONFIGURATION, configuration(backends=backends), store=cluster(closed)
    )
    assert "hooks.preBackup[0].hookTemplate: HookTemplate infra/b does not admit" in refusal(
        BACKUP_CONFIGURATION,
        configuration(sessions=[session(hooks=hooks)]),
        store=cluster(template),
    )
    assert "there is no session 'weekly'. There is daily." in refusal(
        BACKUP_SESSION,
        thing(BACKUP_SESSION, "x", session="weekly", invoker=INVOKER),
        store=cluster(configuration()),
    )


def test_two_defaults_and_two_storages_in_one_place_are_refused() -> None:
    first = thing(BACKUP_STORAGE, "first", storage=S3, default=True)
    message = refusal(
        BACKUP_STORAGE, {**first, "metadata": {"name": "second", "namespace": "demo"}},
        store=cluster(first),
    )  # fmt: skip

    assert "spec.default: first is the default of namespace demo already" in message
    assert "spec.storage: BackupStorage demo/first is in the same place" in message
    policy = thing(RETENTION_POLICY, "keep", failedSnapshots=KEEP)
    assert "set maxRetentionPeriod or successfulSnapshots" in refusal(RETENTION_POLICY, policy)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (None, "spec.dataSource: say what to restore"),
        ({"repository": "r"}, "spec.dataSource.snapshot: no Snapshot is named"),
        ({"snapshot": "latest"}, "spec.dataSource.repository: `latest` needs the name"),
        ({"pitr": {}}, "spec.dataSource.pitr.targetTime: name the moment"),
    ],
    ids=str,
)
def test_a_restore_of_nothing_in_particular_is_refused(
    source: dict[str, Any] | None, says: str
) -> None:
    addon = {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]}

    assert says in refusal(
        RESTORE_SESSION, thing(RESTORE_SESSION, "back", dataSource=source, addon=addon)
    )


def test_a_restore_is_not_refused_for_a_snapshot_that_nobody_has_looked_for() -> None:
    addon = {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]}
    encryption = {"name": "encryption"}
    by_name = {"snapshot": "files-1", "encryptionSecret": encryption}
    latest = {"snapshot": "latest", "repository": "gone"}

    one = asked(
        VALIDATE, RESTORE_SESSION, thing(RESTORE_SESSION, "a", dataSource=by_name, addon=addon)
    )
    other = asked(
        VALIDATE, RESTORE_SESSION, thing(RESTORE_SESSION, "b", dataSource=latest, addon=addon)
    )

    assert one == {"uid": one["uid"], "allowed": True}
    assert other["allowed"] is True
    assert "the Repository 'gone' does not exist" in other["warnings"][0]


def test_what_cannot_be_changed_is_refused_and_the_rest_is_not() -> None:
    old = thing(BACKUP_STORAGE, "s3", storage=S3) | {"status": {"repositories": [{"name": "x"}]}}
    moved = thing(BACKUP_STORAGE, "s3", storage={**S3, "s3": {**S3["s3"], "bucket": "c"}})  # type: ignore[dict-item]
    same = thing(BACKUP_STORAGE, "s3", storage={**S3, "s3": {**S3["s3"], "bucket": "b/"}})  # type: ignore[dict-item]
    repository = thing(REPOSITORY, "r", path="/a")

    assert "spec.storage.s3.bucket: this cannot" in refusal(BACKUP_STORAGE, moved, old=old)
    assert asked(VALIDATE, BACKUP_STORAGE, same, old=old)["allowed"] is True
    elsewhere = thing(REPOSITORY, "r", path="/b")
    assert "spec.path: this cannot" in refusal(REPOSITORY, elsewhere, old=repository)
    kept = thing(REPOSITORY, "r", path="/a", deletionPolicy="WipeOut")
    assert asked(VALIDATE, REPOSITORY, kept, old=repository)["allowed"] is True


def test_what_is_being_deleted_may_be_anything() -> None:
    going = configuration(sessions=[])
    going["metadata"]["deletionTimestamp"] = "2026-11-21T12:00:00Z"

    assert asked(VALIDATE, BACKUP_CONFIGURATION, going, old=configuration())["allowed"] is True


def test_defaults_are_those_that_the_operator_takes() -> None:
    store = cluster(
        thing(BACKUP_STORAGE, "mine", storage=S3, default=True),
        thing(RETENTION_POLICY, "keep", successfulSnapshots=KEEP, default=True),
    )
    new = configuration(backends=None)
    view = BackupConfiguration.model_validate(new)
    whole = configuration_inputs(store, view).configuration

    (step,) = patch(BACKUP_CONFIGURATION, new, store=store)

    assert (step["op"], step["path"]) == ("replace", "/spec/backends")
    written = {**new, "spec": {**new["spec"], "backends": step["value"]}}
    assert BackupConfiguration.model_validate(written).spec == whole.spec
    assert patch(BACKUP_CONFIGURATION, written, store=store) == []


def test_usage_policies_are_filled_in() -> None:
    (step,) = patch(HOOK_TEMPLATE, thing(HOOK_TEMPLATE, "a", executor={"type": "Operator"}))

    assert step == {
        "op": "add",
        "path": "/spec/usagePolicy",
        "value": {"allowedNamespaces": {"from": "Same"}},
    }


def test_what_the_api_server_would_refuse_itself_is_left_as_it_is() -> None:
    for backends in ("x", [5], {"a": 1}, [{"name": 5}]):
        assert patch(BACKUP_CONFIGURATION, configuration(backends=backends)) == []
    assert patch(BACKUP_STORAGE, {**thing(BACKUP_STORAGE, "a"), "spec": 5}) == []
    wrong = refusal(BACKUP_CONFIGURATION, configuration(backends="x"))
    assert "BackupConfiguration demo/files is not valid" in wrong


def test_an_object_that_was_missed_is_looked_for_again() -> None:
    reviewer = Reviewer(cluster())
    new = configuration(backends=None)
    for verb in (MUTATE, VALIDATE):
        path = f"/{verb}-core-kubestash-com-v1alpha1-backupconfiguration"
        assert reviewer.reply(path, review(BACKUP_CONFIGURATION, new)).is_final is False
        assert reviewer.reply(path, review(BACKUP_CONFIGURATION, configuration())).is_final


def test_a_kind_that_is_none_of_ours_is_let_pass() -> None:
    path = "/validate-core-kubestash-com-v1alpha1-backupconfiguration"
    pod = Resource("", "v1", "Pod", "pods")
    for other in (pod, SNAPSHOT, ADDON):
        reply = Reviewer(cluster()).reply(path, review(other, thing(other, "x")))
        answer = json.loads(reply.body)["response"]
        assert answer["allowed"] is True
        assert "does not look at" in answer["warnings"][0]


@pytest.mark.parametrize("depth", [300, 5_000, 100_000])
def test_deep_nesting_is_answered(depth: int) -> None:
    text = review(BACKUP_CONFIGURATION, configuration(target="@")).decode()
    body = text.replace('"@"', '{"a":' * depth + "1" + "}" * depth).encode()
    reviewer = Reviewer(cluster())

    for verb in (MUTATE, VALIDATE):
        path = f"/{verb}-core-kubestash-com-v1alpha1-backupconfiguration"
        assert reviewer.reply(path, body).code in {200, 400}


def test_other_paths_and_bodies_are_told_with_a_code() -> None:
    reviewer = Reviewer(cluster())

    assert reviewer.reply("/", b"{}").code == 404
    path = "/validate-core-kubestash-com-v1alpha1-backupconfiguration"
    assert reviewer.reply(path, b"{}").code == 400
