"""Ids, paths and names are recorded as they are, or not at all: a cut id is lost data."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import SNAPSHOT
from kubectl_kubestash.resolve import names, results

if TYPE_CHECKING:
    from .world import World


def test_a_password_that_is_part_of_a_path_does_not_change_the_record(world: World) -> None:
    world.secret("encryption", {"RESTIC_PASSWORD": "volume"})

    session = world.back_up()

    summary = world.component(session)["resticStats"][0]["summary"]
    message = world.message("backup", world.key(session))
    told = message["snapshots"][names.snapshot("files", session)]["status"]
    assert summary["hostPath"] == str(world.volume)
    assert told["resticStats"][0]["summary"]["hostPath"] == str(world.volume)


def test_ids_in_a_message_that_is_too_long_are_left_out_but_never_cut() -> None:
    ids = [hashlib.sha256(bytes([number])).hexdigest() for number in range(200)]
    stats = [{"summary": {"id": snapshot_id, "hostPath": "/data"}} for snapshot_id in ids]
    entry = {"phase": "Succeeded", "error": "", "status": {"resticStats": stats}}

    message = results.encode("backup", "demo/run", {"component": "c", "snapshots": {"s": entry}})

    found = results.decode(message, "backup", "demo/run")
    assert found is not None
    assert "snapshots" not in found


def test_ids_that_fit_once_the_message_is_packed_are_all_there() -> None:
    ids = [hashlib.sha256(bytes([number])).hexdigest() for number in range(40)]
    stats = [{"summary": {"id": snapshot_id, "hostPath": "/data"}} for snapshot_id in ids]
    entry = {"phase": "Succeeded", "error": "", "status": {"resticStats": stats}}

    message = results.encode("backup", "demo/run", {"component": "c", "snapshots": {"s": entry}})

    found = results.decode(message, "backup", "demo/run")
    assert found is not None
    assert len(message) <= 4096
    assert found["snapshots"] == {"s": entry}


def test_names_of_what_was_removed_are_whole_however_many_there_are() -> None:
    gone = [f"files-config-daily-with-a-rather-long-name-{number:010}" for number in range(200)]
    entry = {"uploaded": True, "retention": "Applied", "removed": gone, "error": ""}

    message = results.encode("finish", "demo/run", {"repositories": {"files": entry}})

    found = results.decode(message, "finish", "demo/run")
    assert found is not None
    told = found["repositories"]["files"]
    assert told["uploaded"] is True
    assert told["removed"]
    assert set(told["removed"]) <= set(gone)


def test_a_storage_with_many_repositories_is_still_initialised() -> None:
    many = [
        {"namespace": "demo", "name": f"repository-{n}", "path": f"/r{n}", "synced": True}
        for n in range(300)
    ]

    message = results.encode("init-storage", "demo/s", {"initialized": True, "repositories": many})

    found = results.decode(message, "init-storage", "demo/s")
    assert found is not None
    assert found["initialized"] is True
    assert found["repositories"] == many[: len(found["repositories"])]
    assert found["repositories"]


def test_a_snapshot_without_an_id_of_its_own_is_not_backed_up(world: World) -> None:
    session = world.start_session()
    key = world.key(names.snapshot("files", session))
    world.client.patch(SNAPSHOT, key, {"spec": {"snapshotID": ""}})

    assert not world.backup(session)

    assert "spec.snapshotID" in world.component(session)["error"]
