"""A session whose task cannot be run yet is refused; with somebody else's Function it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    CRON_JOB,
    FUNCTION,
    REPOSITORY,
    ObjectKey,
)
from kubectl_kubestash.resolve.labels import UNSUPPORTED_COMMAND

if TYPE_CHECKING:
    from .world import World

pytestmark = pytest.mark.cluster


def configuration(addon: str, task: str) -> dict[str, Any]:
    return {
        "target": {"apiGroup": "appcatalog.appscode.com", "kind": "AppBinding", "name": "shop"},
        "backends": [{"storageRef": {"name": "store"}, "retentionPolicy": {"name": "keep"}}],
        "sessions": [
            {
                "name": "nightly",
                "scheduler": {"schedule": "0 3 * * *", "jobTemplate": {}},
                "addon": {"name": addon, "tasks": [{"name": task}]},
                "repositories": [
                    {"name": f"{addon}-repo", "directory": addon, "encryptionSecret": {"name": "p"}}
                ],
            }
        ],
    }


def test_a_task_of_our_catalogue_that_cannot_run_yet_is_refused(world: World) -> None:
    identity = {"apiVersion": BACKUP_CONFIGURATION.api_version, "kind": BACKUP_CONFIGURATION.kind}
    name, key = f"own-{world.namespace}", ObjectKey("", f"own-{world.namespace}")
    spec = {"image": "registry.test/own:1", "args": ["backup-own"]}
    function = {"metadata": {"name": name, "annotations": {UNSUPPORTED_COMMAND: "backup-own"}}}
    task = {"name": "dump", "driver": "Restic", "singleton": True, "function": name}
    addon = {"metadata": {"name": name}, "spec": {"backupTasks": [task]}}
    for resource, body in ((FUNCTION, {**function, "spec": spec}), (ADDON, addon)):
        world.client.create(
            resource, {"apiVersion": resource.api_version, "kind": resource.kind, **body}
        )
    for of_addon, of_task in (("mysql-addon", "logical-backup"), (name, "dump")):
        metadata = {"name": of_addon, "namespace": world.namespace}
        body = {**identity, "metadata": metadata, "spec": configuration(of_addon, of_task)}
        world.client.create(BACKUP_CONFIGURATION, body)
    operator = world.start()

    for of_addon, of_task in (("mysql-addon", "logical-backup"), (name, "dump")):
        world.reaches(BACKUP_CONFIGURATION, of_addon, "Invalid")
        condition = world.condition(BACKUP_CONFIGURATION, of_addon, "ValidationPassed")
        assert condition["status"] == "False"
        assert f"task {of_task} of Addon {of_addon} is not supported yet." in condition["message"]
    assert operator.wait_until_idle()
    assert world.names(CRON_JOB) == world.names(REPOSITORY) == []

    # Somebody puts a Function of their own there; our annotation stays on it.
    world.client.patch(FUNCTION, key, {"spec": {"args": ["backup"]}})

    world.reaches(BACKUP_CONFIGURATION, name, "NotReady")
    condition = world.condition(BACKUP_CONFIGURATION, name, "ValidationPassed")
    assert condition["status"] == "True"
