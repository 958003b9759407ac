"""After the backups: records in the backend, retention by mark, and what belongs to nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.resources import BACKUP_SESSION, REPOSITORY, SNAPSHOT
from kubectl_kubestash.errors import ToolError
from kubectl_kubestash.resolve import names
from kubectl_kubestash.runner import removal
from kubectl_kubestash.runner.orphans import old_enough, orphans, owners_of
from kubectl_kubestash.runner.stored import StoredSnapshot, stored_snapshot

from .world import PATH

if TYPE_CHECKING:
    from .world import World

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(world: World, path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((world.backend / path).read_text())
    return found


def test_the_record_of_a_snapshot_says_what_it_will_be_when_succeeded(world: World) -> None:
    session = world.back_up()

    world.finish(session)

    name = names.snapshot("files", session)
    record = read(world, f"files/snapshots/{name}.yaml")
    conditions = {entry["type"]: entry["status"] for entry in record["status"]["conditions"]}
    assert record["status"]["phase"] == "Succeeded"
    assert conditions["SnapshotMetadataUploaded"] == "True"
    assert record["status"]["integrity"] is True
    assert record["kind"] == "Snapshot"
    assert "managedFields" not in record["metadata"]


def test_metadata_keeps_the_entries_of_other_clusters(world: World) -> None:
    foreign = {"name": "theirs", "namespace": "prod", "path": "theirs", "synced": True}
    (world.backend / "metadata.yaml").write_text(yaml.safe_dump({"repositories": [foreign]}))

    world.finish(world.back_up())

    entries = read(world, "metadata.yaml")["repositories"]
    assert [(entry["namespace"], entry["name"]) for entry in entries] == [
        ("prod", "theirs"),
        ("demo", "files"),
    ]
    assert entries[0] == foreign


def test_ff_3_5_twenty_runs_in_different_pods_leave_the_last_three(world: World) -> None:
    world.environment["KUBESTASH_SKIP_CHECK"] = "true"
    sessions = [world.back_up(pod=f"pod-{number}") for number in range(20)]
    for session in sessions[:-3]:
        world.mark(session, by=sessions[-1])

    result = world.finish(sessions[-1])["files"]

    assert len(result["removed"]) == 17
    assert sorted(world.stored()) == sorted(
        snapshot for session in sessions[-3:] for snapshot in world.ids(session)
    )


def test_ff_3_1_the_newest_good_snapshot_stays_even_when_it_is_marked(world: World) -> None:
    session = world.back_up()
    world.mark(session, by=session)

    result = world.finish(session)["files"]

    assert result["retention"] == "FailedToApply"
    assert "it is the newest good one of session 'daily'" in result["error"]
    assert world.stored() == world.ids(session)


def test_ff_3_1_nothing_is_removed_after_a_failed_session(world: World) -> None:
    first = world.back_up()
    failed = world.start_session()
    world.backup(failed, paths=f"{world.folder}/gone")
    world.mark(first, by=failed)

    result = world.finish(failed)["files"]

    assert (result["retention"], result["removed"]) == ("Skipped", [])
    assert world.stored() == world.ids(first)


def test_ff_3_6_a_run_that_died_between_forget_and_prune_is_completed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.back_up()
    (world.volume / "a.txt").write_text("x" * 100_000)
    second = world.back_up()
    name = world.mark(first, by=second)

    def die(*_: Any, **__: Any) -> None:
        raise ToolError("killed", exit_code=-9)

    with monkeypatch.context() as patch:
        patch.setattr("kubectl_kubestash.runner.restic.Restic.prune", die)
        assert world.finish(second)["files"]["removed"] == []
    assert world.ids(first)[0] not in world.stored()
    result = world.finish(second)["files"]

    assert result["removed"] == [name]
    assert not (world.backend / f"files/snapshots/{name}.yaml").exists()
    assert world.finish(second)["files"]["retention"] == "Applied"


def test_ff_3_6_what_belongs_to_nobody_is_told_and_goes_when_it_is_a_day_old(
    world: World,
) -> None:
    lost = world.back_up()
    world.client.delete(
        SNAPSHOT,
        world.key(names.snapshot("files", lost)),
        uid=world.snapshot(lost)["metadata"]["uid"],
    )
    second = world.back_up()

    young = world.finish(second)["files"]
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=1)
    old = world.finish(second, clock=lambda: tomorrow)["files"]

    assert (young["orphans"], old["orphans"]) == (1, 1)
    assert world.stored() == world.ids(second)


def test_what_another_cluster_has_recorded_is_no_orphan(world: World) -> None:
    theirs = world.back_up()
    world.finish(theirs)
    world.client.delete(
        SNAPSHOT,
        world.key(names.snapshot("files", theirs)),
        uid=world.snapshot(theirs)["metadata"]["uid"],
    )
    second = world.back_up()

    assert world.finish(second)["files"]["orphans"] == 0
    assert len(world.stored()) == 2


def test_data_that_the_backend_has_on_record_stays_when_the_status_of_its_snapshot_was_cut(
    world: World,
) -> None:
    """As by `kubectl edit --subresource=status`, or by a tool that copies objects."""
    cut = world.back_up()
    world.finish(cut)
    status = {"status": {"components": None, "phase": "Succeeded"}}
    key = world.key(names.snapshot("files", cut))
    world.client.patch(SNAPSHOT, key, status, subresource="status")
    second = world.back_up()
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=1)

    assert world.finish(second, clock=lambda: tomorrow)["files"]["orphans"] == 0
    assert len(world.stored()) == 2


def test_finishing_twice_changes_nothing(world: World) -> None:
    session = world.back_up()
    first = world.finish(session)
    before = {path: path.read_bytes() for path in world.backend.rglob("*.yaml")}

    assert world.finish(session) == first
    after = {path: path.read_bytes() for path in world.backend.rglob("*.yaml")}
    assert set(after) == set(before)


def test_a_run_that_is_called_as_an_earlier_one_does_not_take_its_record(world: World) -> None:
    session = world.back_up()
    record = world.backend / "files/snapshots" / f"{names.snapshot('files', session)}.yaml"
    record.parent.mkdir(parents=True, exist_ok=True)
    earlier = {**world.snapshot(session), "status": {}}
    earlier["spec"] = {**earlier["spec"], "snapshotID": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}
    record.write_text(yaml.safe_dump(earlier))

    entry = world.finish(session)["files"]

    assert not entry["uploaded"]
    assert "is the record of an earlier run" in entry["error"]
    second = world.back_up()
    world.mark(session, by=second)
    assert world.finish(second)["files"]["removed"]
    assert yaml.safe_load(record.read_text())["spec"]["snapshotID"].startswith("01ARZ3NDEKTS")


def test_a_snapshot_without_a_result_is_not_recorded(world: World) -> None:
    world.back_up()
    session = world.start_session()

    result = world.finish(session)["files"]

    assert (result["uploaded"], result["retention"]) == (False, "Skipped")
    assert "not all components have a result" in result["error"]


def test_ff_7_7_a_finishing_that_is_asked_to_stop_is_done_again_from_the_start(
    world: World,
) -> None:
    session = world.back_up()
    world.stop.set()
    with pytest.raises(AssertionError, match="stop"):
        world.finish(session)

    world.stop.clear()

    assert world.finish(session)["files"]["retention"] == "Applied"


def test_a_session_that_has_ended_is_not_finished_again(world: World) -> None:
    session = world.back_up()
    patch = {"status": {"phase": "Failed"}}
    world.client.patch(BACKUP_SESSION, world.key(session), patch, subresource="status")
    (world.folder / "termination").unlink()

    with pytest.raises(FileNotFoundError):
        world.finish(session)

    assert not (world.backend / "metadata.yaml").exists()


def test_ff_3_7_a_snapshot_whose_repository_was_replaced_is_not_forgotten(world: World) -> None:
    first, second = world.back_up(), world.back_up()
    world.mark(first, by=second)
    paths = {"resticRepositories": {PATH: "0" * 64}}
    world.client.patch(REPOSITORY, world.key("files"), {"status": paths}, subresource="status")

    result = world.finish(second)["files"]

    assert result["retention"] == "FailedToApply"
    assert "is another one" in result["error"]
    assert len(world.stored()) == 2


def stored(snapshot_id: str, *tags: str) -> StoredSnapshot:
    return StoredSnapshot(snapshot_id, NOW, ("/data",), tags, 1, 1)


ULID_A, ULID_B = "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01BX5ZZKBKACTAV9WEVGEMMVRZ"


def a_snapshot(ulid: str, *ids: str, phase: str = "Succeeded") -> dict[str, Any]:
    stats = [{"summary": {"id": snapshot_id}} for snapshot_id in ids]
    parts = {"dump": {"phase": phase, "resticStats": stats}}
    return {"spec": {"snapshotID": ulid}, "status": {"phase": phase, "components": parts}}


def test_data_without_a_ulid_is_somebody_elses() -> None:
    assert orphans([stored("1"), stored("2", "nightly")], owners_of([])) == []


def test_the_age_of_data_begins_when_it_is_complete() -> None:
    long_run = {"backup_end": "2026-01-01T00:00:00.123456789Z"}
    entry = {"id": "1", "time": "2025-12-30T00:00:00Z", "tags": [ULID_A], "summary": long_run}

    assert old_enough([stored_snapshot(entry)], now=NOW + timedelta(hours=23)) == []


def test_data_of_a_run_that_goes_on_has_an_owner() -> None:
    running = owners_of([a_snapshot(ULID_A, phase="Running")])

    assert orphans([stored("1", ULID_A)], running) == []


def test_a_second_copy_that_no_snapshot_names_is_an_orphan() -> None:
    ended = owners_of([a_snapshot(ULID_A, "1")])

    assert orphans([stored("1", ULID_A), stored("2", ULID_A)], ended) == [stored("2", ULID_A)]


def test_ids_are_read_from_old_and_new_statistics() -> None:
    raw = {
        "status": {
            "components": {
                "dump": {"path": "p", "resticStats": [{"id": "1"}, {"summary": {"id": "2"}}]}
            }
        }
    }

    assert removal.by_component([raw])["p"].ids == ("1", "2")
