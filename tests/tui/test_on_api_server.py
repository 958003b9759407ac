"""The monitor on a real API server: what is written there is on the screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    RESTORE_SESSION,
    ROLE,
    ROLE_BINDING,
    SNAPSHOT,
)
from kubectl_kubestash.cli.settings import Settings
from kubectl_kubestash.cli.ui import _back_up
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from tests.cli.cluster_world import World, new_world
from tests.cli.program import process
from tests.views import builders
from tui import cluster_source
from tui.cluster_source import ClusterSource

from .page import opened, played
from .tmux import Tmux

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.api_server import ApiServer

pytestmark = pytest.mark.cluster

RUN = {"invoker": {"kind": "BackupConfiguration", "name": "files"}, "session": "hourly"}
MAY_READ: dict[str, Any] = {
    "rules": [
        {
            "apiGroups": ["core.kubestash.com", "storage.kubestash.com"],
            "resources": ["backupsessions", "snapshots"],
            "verbs": ["get", "list", "watch"],
        }
    ]
}


@pytest.fixture(scope="module")
def installed(api_server: ApiServer) -> ApiServer:
    answer = process("install", KUBECONFIG=str(api_server.kubeconfig))
    assert answer.code == 0, answer.err
    return api_server


@pytest.fixture
def world(installed: ApiServer, tmp_path: Path) -> World:
    return new_world(installed.kubeconfig, tmp_path)


@played
async def test_sessions_are_followed_from_their_creation_to_their_end(world: World) -> None:
    source = ClusterSource(world.client, world.namespace)
    async with opened(source) as page:
        await page.until_shown("● live", "there are no sessions yet")

        world.create(BACKUP_SESSION, "run-1", spec=RUN)
        await page.until_shown("run-1", "· Pending 1", "no operator has looked at it yet")

        world.status(BACKUP_SESSION, "run-1", phase="Running")
        spec = {"backupSession": "run-1", "repository": "repo", "session": "hourly"}
        world.create(SNAPSHOT, "repo-run-1", spec=spec)
        world.status(SNAPSHOT, "repo-run-1", components={"dump": builders.running()})
        await page.until_shown("◌ Running 1", "▓▓▓▓▓▓░░░░  61%  ETA 45s", "6.7 MiB/s")

        target = {"kind": "PersistentVolumeClaim", "name": "data"}
        world.create(RESTORE_SESSION, "back-1", spec={"target": target})
        world.status(RESTORE_SESSION, "back-1", phase="Failed")
        world.status(BACKUP_SESSION, "run-1", phase="Succeeded", duration="1m5s")
        await page.until_shown("✔ Succeeded 1", "✘ Failed 1", "restore → data", "1m5s")

        await page.press("slash", *"run-1", "enter", "y")
        await page.until_shown(f"namespace: {world.namespace}")
        world.client.delete(BACKUP_SESSION, world.key("run-1"))
        await page.until_shown("nothing fits; Esc empties the filter")


@played
async def test_a_backup_is_started_and_refused_by_the_rules_of_backup_now(world: World) -> None:
    world.configuration()
    world.create(BACKUP_SESSION, "run-1", spec=RUN)
    world.status(BACKUP_SESSION, "run-1", phase="Succeeded")
    settings = Settings({})
    settings.kubeconfig = str(world.kubeconfig)

    def back_up(*words: str) -> str:
        return _back_up(settings, *words)

    source = ClusterSource(world.client, world.namespace)
    async with opened(source, back_up=back_up) as page:
        await page.until_shown("run-1")
        await page.press("b", "down", "enter")
        await page.until_shown("backupsession.core.kubestash.com/files-hourly-", "Pending 1")
        assert len(world.names(BACKUP_SESSION)) == 2

        patch = {"spec": {"paused": True}}
        world.client.patch(BACKUP_CONFIGURATION, world.key("files"), patch)
        await page.press("b", "down", "enter")
        await page.until_shown("paused")
        assert len(world.names(BACKUP_SESSION)) == 2


@played
async def test_scheduled_backups_are_told_with_their_last_good_one(world: World) -> None:
    world.configuration()
    world.create(BACKUP_SESSION, "run-1", spec=RUN)
    world.status(BACKUP_SESSION, "run-1", phase="Failed")
    spec = {"backupSession": "run-0", "repository": "repo", "session": "hourly"}
    world.create(SNAPSHOT, "repo-run-0", spec=spec)
    world.status(SNAPSHOT, "repo-run-0", phase="Succeeded", snapshotTime="2026-01-01T00:00:00Z")
    async with opened(ClusterSource(world.client, world.namespace)) as page:
        await page.until_shown("● live", "run-1")
        await page.press("2")
        await page.until_shown("✘ Failed", "files/hourly", "d ago", "Failed ", "0 * * * *")


@played
async def test_what_one_may_not_read_is_named_and_the_rest_is_followed(world: World) -> None:
    group = "rbac.authorization.k8s.io"
    meta = {"name": "looker", "namespace": world.namespace}
    binding = {
        "subjects": [{"kind": "User", "apiGroup": group, "name": "looker"}],
        "roleRef": {"kind": "Role", "apiGroup": group, "name": "looker"},
    }
    for resource, rest in ((ROLE, MAY_READ), (ROLE_BINDING, binding)):
        head = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": meta}
        world.client.create(resource, {**head, **rest})
    looker = Client(load(kubeconfig=str(world.kubeconfig), as_user="looker"))
    async with opened(ClusterSource(looker, world.namespace)) as page:
        await page.until_shown(
            "● in part", "not shown: restoresessions → kubectl auth can-i list restoresessions"
        )
        world.create(BACKUP_SESSION, "run-1", spec=RUN)
        await page.until_shown("run-1", "· Pending 1")


@played
async def test_kinds_that_the_server_does_not_have_are_told_with_what_to_type(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for resource in (BACKUP_SESSION, RESTORE_SESSION, SNAPSHOT):
        name = {BACKUP_SESSION: "BACKUP_SESSION", RESTORE_SESSION: "RESTORE_SESSION"}
        unknown = resource._replace(plural=f"no{resource.plural}")
        monkeypatch.setattr(cluster_source, name.get(resource, "SNAPSHOT"), unknown)
    async with opened(ClusterSource(world.client, world.namespace)) as page:
        await page.until_shown(
            "KubeStash is not installed in this cluster: kubectl kubestash install",
            "the server does not have the kinds nobackupsessions, norestoresessions, nosnapshots",
        )


@played
async def test_an_api_server_that_goes_and_comes_back_is_followed_again(
    world: World, installed: ApiServer
) -> None:
    world.create(BACKUP_SESSION, "run-1", spec=RUN)
    async with opened(ClusterSource(world.client, world.namespace)) as page:
        await page.until_shown("● live", "run-1")
        installed.stop_api_server()
        await page.until_shown("no answer for", "trying again", "run-1")
        installed.start_api_server()
        world.create(BACKUP_SESSION, "run-2", spec=RUN)
        await page.until_shown("● live", "run-1", "run-2")


def test_fifty_running_sessions_are_played_in_a_terminal(world: World, tmp_path: Path) -> None:
    for number in range(50):
        world.create(BACKUP_SESSION, f"run-{number:02}", spec=RUN)
        world.status(BACKUP_SESSION, f"run-{number:02}", phase="Running")
    script = (
        f"{sys.executable} -m kubectl_kubestash ui -n {world.namespace}\necho ended $?\nread _\n"
    )
    terminal = Tmux(tmp_path, script, KUBECONFIG=str(world.kubeconfig))
    try:
        terminal.until("● live", "◌ Running 50", "1/50")
        world.status(BACKUP_SESSION, "run-07", phase="Failed")
        terminal.until("◌ Running 49", "✘ Failed 1")
        terminal.keys("f", "w")
        terminal.until("faults only", "✘ BackupSession", "run-07 Failed")
        terminal.keys("q")
        terminal.until("ended 0")
        assert terminal.flags().strip() == "1 0 0"
    finally:
        terminal.close()
