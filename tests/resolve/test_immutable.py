"""What of an object must stay as it was made."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    REPOSITORY,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.resolve.validation.immutable import immutable_findings

KEY = ObjectKey("demo", "one")
S3 = {"provider": "s3", "s3": {"bucket": "a", "endpoint": "https://s3.test"}}
HOLDING = {"status": {"repositories": [{"name": "files"}]}}


def objection(resource: Resource, old: dict[str, Any], new: dict[str, Any]) -> tuple[str, str]:
    (found,) = immutable_findings(resource, KEY, old, new)
    return found.field, found.message


def test_a_run_stays_what_it_was_started_as() -> None:
    old = {"spec": {"session": "daily", "invoker": {"name": "files"}}}
    new = {"spec": {"session": "daily", "invoker": {"name": "others"}}}

    field, message = objection(BACKUP_SESSION, old, new)
    assert field == "spec.invoker.name"
    assert message == (
        "BackupSession demo/one: spec.invoker.name: this cannot be changed: a run stays what it "
        "was started as; start another one."
    )
    assert objection(BACKUP_SESSION, old, {})[0] == "spec.invoker"
    assert objection(BACKUP_SESSION, {}, old)[0] == "spec.invoker"


def test_a_repository_stays_where_its_data_is_and_may_change_otherwise() -> None:
    old = {"spec": {"path": "/a", "deletionPolicy": "Delete"}}

    assert objection(REPOSITORY, old, {"spec": {"path": "/b"}})[0] == "spec.path"
    wiped = {"spec": {"path": "/a", "deletionPolicy": "WipeOut"}}
    assert immutable_findings(REPOSITORY, KEY, old, wiped) == []


def test_a_storage_can_be_another_one_until_it_holds_repositories() -> None:
    old: dict[str, Any] = {"spec": {"storage": S3, "default": True}}
    other = {"spec": {"storage": {**S3, "s3": {**S3["s3"], "bucket": "b"}}}}  # type: ignore[dict-item]

    assert immutable_findings(BACKUP_STORAGE, KEY, old, other) == []
    assert objection(BACKUP_STORAGE, old | HOLDING, other)[0] == "spec.storage.s3.bucket"
    renamed = {"spec": {"storage": S3, "default": False}}
    assert immutable_findings(BACKUP_STORAGE, KEY, old | HOLDING, renamed) == []


@pytest.mark.parametrize("new", [{"spec": None}, {"spec": "words"}, {"spec": []}, {}])
def test_what_is_no_object_at_all_is_another_one(new: dict[str, Any]) -> None:
    old = {"spec": {"session": "daily"}}

    assert objection(BACKUP_SESSION, old, new)[0].startswith("spec")
    assert immutable_findings(BACKUP_CONFIGURATION, KEY, old, new) == []
    assert immutable_findings(BACKUP_SESSION, KEY, {"spec": None}, {}) == []
