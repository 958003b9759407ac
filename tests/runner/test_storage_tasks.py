"""Preparing a backend, finding again what it holds, and removing it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.resources import BACKUP_STORAGE, REPOSITORY, SNAPSHOT
from kubectl_kubestash.errors import Forbidden
from kubectl_kubestash.resolve import names
from kubectl_kubestash.resolve.backend import StoreSettings
from kubectl_kubestash.runner.backend import Backend
from kubectl_kubestash.runner.guarded import utc_now
from kubectl_kubestash.runner.repository_files import Entry, Metadata

from .world import World

if TYPE_CHECKING:
    from pathlib import Path

    from kubectl_kubestash.api.resources import ObjectKey, Resource

    from .world import Object


def metadata(world: World) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((world.backend / "metadata.yaml").read_text())
    return found


def after_the_loss_of_the_cluster(world: World) -> World:
    """Another cluster with the same folders, and nothing but storage and Secrets in it."""
    fresh = World(world.folder, repositories=())
    fresh.repositories = world.repositories
    return fresh


def test_a_new_backend_gets_its_metadata(world: World) -> None:
    result = world.init_storage()

    assert result["initialized"] is True
    assert metadata(world)["kind"] == "BackendMeta"
    assert metadata(world)["repositories"] == []


def test_a_backend_that_is_prepared_already_stays_as_it_is(world: World) -> None:
    world.init_storage()
    world.init_repository()
    before = (world.backend / "metadata.yaml").read_bytes()

    assert world.init_storage()["initialized"] is True
    assert (world.backend / "metadata.yaml").read_bytes() == before


def test_the_disaster_drill_brings_repositories_and_snapshots_back(world: World) -> None:
    session = world.back_up()
    world.finish(session)
    fresh = after_the_loss_of_the_cluster(world)

    result = fresh.init_storage()

    snapshot = fresh.snapshot(session)
    repository = fresh.client.get(REPOSITORY, fresh.key("files"))
    assert result["repositories"][0]["synced"] is True
    assert snapshot["status"]["phase"] == "Succeeded"
    assert "claim" not in snapshot["status"]["components"]["dump"]
    assert snapshot["metadata"]["ownerReferences"][0]["uid"] == repository["metadata"]["uid"]
    (world.volume / "a.txt").unlink()
    assert fresh.restore(session)["phase"] == "Succeeded"
    assert (world.volume / "a.txt").read_text() == "first"


def test_repositories_are_found_again_without_metadata(world: World) -> None:
    session = world.back_up()
    world.finish(session)
    (world.backend / "metadata.yaml").unlink()
    fresh = after_the_loss_of_the_cluster(world)

    fresh.init_storage()

    assert fresh.snapshot(session)["status"]["phase"] == "Succeeded"
    assert metadata(world)["repositories"][0]["name"] == "files"


def test_a_sync_that_was_cut_off_is_completed_by_the_next(world: World) -> None:
    session = world.back_up()
    world.finish(session)
    fresh = after_the_loss_of_the_cluster(world)
    fresh.init_storage()
    key = fresh.key(names.snapshot("files", session))
    fresh.client.patch(SNAPSHOT, key, {"status": None}, subresource="status")

    fresh.init_storage()

    assert fresh.snapshot(session)["status"]["phase"] == "Succeeded"


def test_a_namespace_that_is_not_there_is_told(world: World) -> None:
    world.finish(world.back_up())
    record = world.backend / "metadata.yaml"
    record.write_text(record.read_text().replace("namespace: demo", "namespace: lost"))

    result = world.init_storage()

    assert result["denied"] == ["lost"]
    assert result["repositories"][0]["error"] == "Namespace lost is not there."


def test_a_repository_of_that_name_in_another_place_is_not_overwritten(world: World) -> None:
    world.finish(world.back_up())
    fresh = after_the_loss_of_the_cluster(world)
    fresh.repository("files", path="/somewhere else")

    result = fresh.init_storage()

    assert "belongs at /somewhere else" in result["repositories"][0]["error"]


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ({"AWS_ACCESS_KEY_ID": "a"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": " ", "AWS_SECRET_ACCESS_KEY": "b"}, "AWS_ACCESS_KEY_ID"),
    ],
)
def test_a_key_that_the_secret_lacks_is_named(
    tmp_path: Path, content: dict[str, str], missing: str
) -> None:
    place = {"provider": "s3", "s3": {"bucket": "b", "secretName": "storage"}}
    world = World(tmp_path, storage=place, credentials=content)

    result = world.init_storage()

    assert result["initialized"] is False
    assert f"Secret demo/storage of BackupStorage demo/store has no {missing}." in result["error"]


def test_a_backend_that_cannot_be_reached_is_told_in_time(tmp_path: Path) -> None:
    place = {
        "provider": "s3",
        "s3": {"bucket": "b", "secretName": "storage", "endpoint": "http://127.0.0.1:9"},
    }
    keys = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "canary-secret"}
    world = World(tmp_path, storage=place, credentials=keys)
    world.environment["KUBESTASH_BACKEND_TIMEOUT"] = "3"

    result = world.init_storage()

    assert result["reason"] == "BackendUnreachable"
    assert "canary-secret" not in str(result)


def test_a_local_storage_that_is_not_mounted_is_told(world: World) -> None:
    world.backend.rmdir()

    assert "is the volume mounted?" in world.init_storage()["error"]


def test_a_repository_marks_its_directory(world: World) -> None:
    assert world.init_repository()["initialized"] is True

    mark = yaml.safe_load((world.backend / "files" / "repository.yaml").read_text())
    assert (mark["kind"], mark["metadata"]["name"]) == ("Repository", "files")
    assert metadata(world)["repositories"][0]["path"] == "/files"


def test_a_directory_of_another_repository_is_not_taken(world: World) -> None:
    world.init_repository()
    world.repository("thief", path="files")

    result = world.init_repository("thief")

    assert result["initialized"] is False
    assert "belongs to Repository demo/files, not to demo/thief" in result["error"]


@pytest.mark.parametrize("path", ["/", ".", "//"])
def test_the_root_of_a_storage_is_no_directory_of_a_repository(world: World, path: str) -> None:
    world.repository("greedy", path=path)
    (world.backend / "theirs").write_text("keep")

    assert "is the root of BackupStorage" in world.init_repository("greedy")["error"]
    assert "is the root of BackupStorage" in world.cleanup("Repository", "greedy")["error"]
    assert (world.backend / "theirs").read_text() == "keep"


def test_a_path_that_leads_out_of_the_storage_is_refused(world: World) -> None:
    world.repository("sly", path="../volume")

    assert "leads out of BackupStorage" in world.cleanup("Repository", "sly")["error"]
    assert (world.volume / "a.txt").exists()


def test_wiping_out_a_repository_removes_its_directory_alone(world: World) -> None:
    world.init_repository()
    world.finish(world.back_up())
    (world.backend / "neighbour").mkdir()
    (world.backend / "neighbour" / "file").write_text("keep")

    assert world.cleanup("Repository", "files") == {
        "v": 1,
        "task": "cleanup",
        "owner": "Repository:demo/files",
        "removed": True,
        "error": "",
    }

    assert not (world.backend / "files").exists()
    assert (world.backend / "neighbour" / "file").read_text() == "keep"
    assert metadata(world)["repositories"] == []
    assert world.cleanup("Repository", "files")["removed"] is True


@pytest.mark.parametrize(
    "changed",
    [
        {"spec": {"deletionPolicy": "Delete"}},
        {"metadata": {"deletionTimestamp": None}},
    ],
    ids=["the data shall stay after all", "made again under its name"],
)
def test_a_cleaning_job_that_starts_too_late_removes_nothing(
    world: World, changed: dict[str, Any]
) -> None:
    """It had to wait for a node, and its operator has not come round to take it away."""
    world.init_repository()
    session = world.back_up()
    world.finish(session)
    snapshot = names.snapshot("files", session)
    places = {"Repository": (REPOSITORY, "files"), "Snapshot": (SNAPSHOT, snapshot)}
    places["BackupStorage"] = (BACKUP_STORAGE, "store")
    knows(world, "files")
    asked = {
        "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"deletionPolicy": "WipeOut"},
    }
    for kind, (resource, name) in places.items():
        world.client.patch(resource, world.key(name), asked)
        world.client.patch(resource, world.key(name), changed)

        result = world.run_cleanup(kind, name)

        assert result["removed"] is False
        assert "nothing is touched" in result["error"]
    assert world.stored() == world.ids(session)


def test_ff_3_7_a_directory_of_another_repository_is_not_wiped_out(world: World) -> None:
    world.init_repository()
    world.back_up()
    world.repository("thief", path="/files")

    result = world.cleanup("Repository", "thief")

    assert (result["removed"], len(world.stored())) == (False, 1)
    assert "belongs to Repository demo/files" in result["error"]


def test_a_directory_that_nobody_has_marked_is_not_wiped_out(world: World) -> None:
    (world.backend / "files").mkdir()
    (world.backend / "files" / "thesis.tex").write_text("years of work")

    assert "has no repository.yaml" in world.cleanup("Repository", "files")["error"]
    assert (world.backend / "files" / "thesis.tex").exists()


def test_a_directory_that_holds_another_repository_is_not_wiped_out(world: World) -> None:
    world.init_repository()
    world.repository("inner", path="/files/inner")
    world.init_repository("inner")

    assert "holds Repository demo/inner, too" in world.cleanup("Repository", "files")["error"]


def test_wiping_out_a_storage_leaves_what_is_not_ours(world: World) -> None:
    world.init_repository()
    (world.backend / "holiday.jpg").write_text("keep")
    knows(world, "files")

    assert world.cleanup("BackupStorage", "store")["removed"] is True

    assert [path.name for path in world.backend.iterdir()] == ["holiday.jpg"]


def knows(world: World, *repositories: str) -> None:
    """What the operator writes: the Repositories of this cluster in the storage."""
    listed = [
        {
            "namespace": "demo",
            "name": name,
            "path": f"/{name}",
            "uid": world.client.get(REPOSITORY, world.key(name))["metadata"]["uid"],
        }
        for name in repositories
    ]
    status = {"status": {"repositories": listed}}
    world.client.patch(BACKUP_STORAGE, world.key("store"), status, subresource="status")


def test_wiping_out_a_storage_leaves_the_repositories_of_another_cluster(world: World) -> None:
    world.init_repository()
    world.back_up()
    other = World(world.folder, repositories=("mine",))
    other.init_repository("mine")
    knows(other, "mine")

    assert other.cleanup("BackupStorage", "store")["removed"] is True

    assert len(world.stored()) == 1
    assert not (world.backend / "mine").exists()
    assert [entry["name"] for entry in metadata(world)["repositories"]] == ["files"]


def in_another_cluster(world: World) -> World:
    """A cluster on the same backend, with a Repository of the same name."""
    other = World(world.folder)
    other.client.patch(REPOSITORY, other.key("files"), {"metadata": {"uid": "uid-over-there"}})
    other.init_repository()
    return other


def test_a_directory_that_a_namesake_in_another_cluster_writes_to_is_not_wiped_out(
    world: World,
) -> None:
    other = in_another_cluster(world)
    world.init_repository()
    world.back_up()

    assert "another uid" in other.cleanup("Repository", "files")["error"]
    assert len(world.stored()) == 1


@pytest.mark.parametrize("may_look", [True, False])
def test_wiping_out_a_storage_leaves_what_a_namesake_in_another_cluster_writes_to(
    world: World, monkeypatch: pytest.MonkeyPatch, *, may_look: bool
) -> None:
    """Two clusters made from the same manifests, on the same bucket."""
    other = in_another_cluster(world)
    knows(other, "files")
    world.init_repository()
    world.finish(world.back_up())
    if not may_look:  # a Repository in another namespace, without --allow-cross-namespace
        find = other.client.find

        def look(resource: Resource, key: ObjectKey) -> Object | None:
            if resource == REPOSITORY:
                raise Forbidden("get is forbidden", code=403)
            return find(resource, key)

        monkeypatch.setattr(other.client, "find", look)

    assert other.cleanup("BackupStorage", "store")["removed"] is True

    assert len(world.stored()) == 1
    assert [entry["name"] for entry in metadata(world)["repositories"]] == ["files"]


def test_wiping_out_a_storage_leaves_what_was_taken_over_and_never_written_to(
    world: World,
) -> None:
    """A drill in a second cluster, from the same manifests, on the bucket of production."""
    world.init_repository()
    world.finish(world.back_up())
    other = in_another_cluster(world)
    other.init_repository()  # a second time: the mark is its own by now
    knows(other, "files")

    assert other.cleanup("BackupStorage", "store")["removed"] is True

    assert len(world.stored()) == 1
    assert "no backup of this one" in "\n".join(other.lines)


def test_wiping_out_a_storage_removes_what_was_taken_over_and_written_to(world: World) -> None:
    """The cluster is lost, the next one goes on with its backups."""
    world.init_repository()
    world.finish(world.back_up())
    other = in_another_cluster(world)
    knows(other, "files")
    other.finish(other.back_up())

    assert other.cleanup("BackupStorage", "store")["removed"] is True

    assert not (world.backend / "files").exists()


def test_repositories_that_are_recorded_at_once_are_all_on_record(world: World) -> None:
    settings = StoreSettings("local", str(world.backend), {}, {})
    wanted = [f"repository-{number}" for number in range(8)]

    def record(name: str) -> None:
        files = Metadata(Backend(settings, name="The folder"), utc_now)
        files.record(Entry(world.key(name), name))

    threads = [threading.Thread(target=record, args=(name,)) for name in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(entry["name"] for entry in metadata(world)["repositories"]) == wanted


def test_wiping_out_a_snapshot_forgets_its_data_and_its_record(world: World) -> None:
    first, second = world.back_up(), world.back_up()
    world.finish(first)

    result = world.cleanup("Snapshot", names.snapshot("files", first))

    assert result["removed"] is True, result
    assert world.stored() == world.ids(second)
    assert list((world.backend / "files" / "snapshots").iterdir()) == []
    assert world.cleanup("Snapshot", names.snapshot("files", first))["removed"] is True


def test_the_usage_policy_holds_for_what_is_brought_back(world: World) -> None:
    world.finish(world.back_up())
    policy = {
        "spec": {
            "usagePolicy": {
                "allowedNamespaces": {
                    "from": "Selector",
                    "selector": {"matchLabels": {"team": "x"}},
                }
            }
        }
    }
    world.client.patch(BACKUP_STORAGE, world.key("store"), policy)

    result = world.init_storage()

    assert result["denied"] == ["demo"]
    assert "does not admit namespace demo" in result["repositories"][0]["error"]
