"""Defaults are computed while the operator works, and never written into what users wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    FUNCTION,
    HOOK_TEMPLATE,
    OURS,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    SNAPSHOT,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.resolve.validation.unsupported_kind import LEFT_ALONE
from tests.controllers.conftest import installed, world

if TYPE_CHECKING:
    from tests.controllers.world import World

__all__ = ["installed", "world"]
pytestmark = pytest.mark.cluster

EXAMPLES = Path(__file__).parents[2] / "docs/api/examples"
OF_THE_OPERATOR = (REPOSITORY, SNAPSHOT)
"""Kinds whose objects the operator makes itself."""


def as_written(world: World, resource: Resource, name: str) -> dict[str, Any]:
    """All of an object that is its author's; the generation counts the changes of its spec."""
    key = ObjectKey(world.namespace if resource.namespaced else "", name)
    found = world.client.get(resource, key)
    metadata = found["metadata"]
    kept = {name: metadata.get(name) for name in ("labels", "annotations", "generation")}
    return {**kept, "spec": found.get("spec")}


def with_defaults_left_out(world: World) -> list[tuple[Resource, str]]:
    """One object of each kind that the operator works with, with as little said as possible."""
    world.secret("s3", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
    world.secret("encryption", RESTIC_PASSWORD="c")
    world.claim("data")
    block = {"bucket": world.namespace, "endpoint": "http://s3.example:8333", "secretName": "s3"}
    storage = {"storage": {"provider": "s3", "s3": block}, "default": True}
    policy = {"maxRetentionPeriod": "1y", "default": True}
    for kind, name, spec in (
        ("BackupStorage", "s3-storage", storage),
        ("RetentionPolicy", "keep", policy),
    ):
        world.create("storage.kubestash.com/v1alpha1", kind, name, spec=spec)
    repository = {"name": "r", "directory": "/r", "encryptionSecret": {"name": "encryption"}}
    session = {
        "name": "daily",
        "sessionHistoryLimit": 5,
        "scheduler": {"schedule": "0 3 1 1 *", "jobTemplate": {}},
        "repositories": [repository],
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
    }
    target = {"kind": "PersistentVolumeClaim", "name": "data"}
    spec = {"target": target, "sessions": [session]}
    world.create("core.kubestash.com/v1alpha1", "BackupConfiguration", "files", spec=spec)
    world.session("by-hand")
    restore = {
        "dataSource": {"repository": "r", "snapshot": "latest"},
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]},
    }
    world.create("core.kubestash.com/v1alpha1", "RestoreSession", "back", spec=restore)
    return [
        (BACKUP_STORAGE, "s3-storage"),
        (RETENTION_POLICY, "keep"),
        (BACKUP_CONFIGURATION, "files"),
        (BACKUP_SESSION, "by-hand"),
        (RESTORE_SESSION, "back"),
        (ADDON, "pvc-addon"),
        (FUNCTION, "pvc-backup"),
    ]


def left_alone(world: World) -> list[tuple[Resource, str]]:
    """One object of each kind that nothing comes of yet, and a HookTemplate."""
    kinds = {each.kind: each for each in (*LEFT_ALONE, HOOK_TEMPLATE)}
    for file in EXAMPLES.glob("*.yaml"):
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if document["kind"] in kinds:
                metadata = {"name": "shown", "namespace": world.namespace}
                world.client.create(kinds[document["kind"]], {**document, "metadata": metadata})
    return [(each, "shown") for each in kinds.values()]


def test_what_a_user_wrote_is_the_same_after_backup_and_restore(world: World) -> None:
    objects = [*with_defaults_left_out(world), *left_alone(world)]
    before = {each: as_written(world, *each) for each in objects}

    operator = world.start()
    world.reaches(BACKUP_CONFIGURATION, "files", "Ready")
    # The first backup begins by itself; whichever of the two is first, the other one is skipped.
    world.reaches(BACKUP_SESSION, "by-hand", "Succeeded", "Skipped", within=90)
    world.reaches(RESTORE_SESSION, "back", "Succeeded", within=90)
    assert operator.wait_until_idle()

    kinds = {resource for resource, _ in objects}
    assert kinds | set(OF_THE_OPERATOR) == set(OURS)
    assert {each: as_written(world, *each) for each in objects} == before
