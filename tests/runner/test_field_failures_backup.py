"""Backups that went wrong in the field; the numbers are explained in docs/reliability.md."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import BACKUP_SESSION, BACKUP_STORAGE, REPOSITORY, SNAPSHOT
from kubectl_kubestash.errors import Forbidden, UsageError
from kubectl_kubestash.resolve import names
from kubectl_kubestash.runner.restic import Restic
from kubectl_kubestash.runner.surroundings import Surroundings
from tests import tools

from .world import World

if TYPE_CHECKING:
    from pathlib import Path

    from kubectl_kubestash.api.resources import ObjectKey, Resource


def restic_without_root_powers(folder: Path) -> str:
    """A restic that reads only what its user may read, also when the tests run as root."""
    script = folder / "restic"
    drop = "setpriv --bounding-set=-dac_override,-dac_read_search" if os.geteuid() == 0 else ""
    script.write_text(f'#!/bin/sh\nexec {drop} {tools.restic_with_cheap_keys()} "$@"\n')
    script.chmod(0o755)
    return str(script)


def test_ff_1_3_a_file_that_cannot_be_read_fails_the_component_and_is_named(world: World) -> None:
    (world.volume / "private").write_text("secret of the app")
    (world.volume / "private").chmod(0)
    world.environment["KUBESTASH_RESTIC"] = restic_without_root_powers(world.folder)
    session = world.start_session()

    assert not world.backup(session)

    component = world.component(session)
    assert component["phase"] == "Failed"
    assert str(world.volume / "private") in component["error"]
    assert world.ids(session) == world.stored()


def test_ff_1_3_files_that_vanish_leave_no_snapshot_without_a_record(world: World) -> None:
    for number in range(3000):
        (world.volume / f"file-{number}").write_text(str(number) * 200)

    def remove() -> None:
        for number in range(3000):
            (world.volume / f"file-{number}").unlink()

    session = world.start_session()
    thread = threading.Thread(target=remove)
    started = threading.Timer(2.5, thread.start)
    started.start()
    world.backup(session)
    started.join()
    thread.join()

    component = world.component(session)
    assert component["phase"] == "Succeeded" or "file-" in component["error"]
    assert world.ids(session) == world.stored()


def test_ff_1_4_a_path_that_is_not_there_is_named_and_nothing_is_stored(world: World) -> None:
    session = world.start_session()

    assert not world.backup(session, paths=f"{world.volume},{world.folder}/gone")

    component = world.component(session)
    assert component["error"] == f"Source path {world.folder}/gone is not there."
    assert world.ids(session) == []


def test_ff_1_4_an_empty_volume_is_a_reason_of_its_own(world: World) -> None:
    for path in world.volume.iterdir():
        path.unlink()
    (world.volume / "lost+found").mkdir()
    session = world.start_session()

    assert not world.backup(session)

    assert world.component(session)["error"].startswith("EmptySource: there is nothing in")


def test_ff_1_4_a_path_that_is_a_link_is_no_backup_of_what_it_names(world: World) -> None:
    link = world.folder / "current"
    link.symlink_to(world.volume)
    session = world.start_session()

    assert not world.backup(session, paths=str(link))

    error = world.component(session)["error"]
    assert f"{link} is a symbolic link" in error
    assert str(world.volume) in error


def test_a_storage_that_is_mounted_within_the_source_is_refused(world: World) -> None:
    """Each backup would hold the repository with all backups before it."""
    session = world.start_session()

    assert not world.backup(session, paths=str(world.folder))

    assert "would hold the backups before it" in world.component(session)["error"]


def test_a_single_file_is_not_stored_because_it_could_not_be_restored(world: World) -> None:
    session = world.start_session()

    assert not world.backup(session, paths=str(world.volume / "a.txt"))

    component = world.component(session)
    assert f"{world.volume}/a.txt is no directory" in component["error"]
    assert "resticStats" not in component


def test_ff_1_4_a_volume_of_which_all_is_excluded_is_empty(world: World) -> None:
    session = world.start_session()

    assert not world.backup(session, exclude="*.txt")

    assert world.component(session)["error"].startswith("EmptySource: there is nothing in")
    assert world.ids(session) == world.stored()


def test_a_volume_of_links_and_directories_holds_something(world: World) -> None:
    for path in world.volume.iterdir():
        path.unlink()
    (world.volume / "link").symlink_to("nowhere")

    assert world.ids(world.back_up()) == world.stored()


def test_ff_1_5_half_a_snapshot_file_is_no_success(world: World) -> None:
    wrapper = world.folder / "cutting"
    snapshots = world.backend / "files" / "repository/v1/daily/dump/snapshots"
    wrapper.write_text(
        f'#!/bin/sh\n{tools.restic_with_cheap_keys()} "$@" || exit\n'
        f'[ "$1" != backup ] || {{ chmod 600 {snapshots}/*; truncate -s 40 {snapshots}/*; }}\n'
    )
    wrapper.chmod(0o755)
    world.environment |= {"KUBESTASH_RESTIC": str(wrapper), "KUBESTASH_SKIP_CHECK": "true"}
    session = world.start_session()

    assert not world.backup(session)

    assert "does not hold it whole" in world.component(session)["error"]


def test_an_init_that_was_killed_before_its_config_is_done_again(world: World) -> None:
    world.back_up()
    for path in (world.backend / "files").rglob("*"):
        if path.is_file() and path.parent.name != "keys":
            path.unlink()

    session = world.back_up()

    assert world.ids(session) == world.stored()
    keys = world.backend / "files/repository/v1/daily/dump/keys"
    assert len(list(keys.iterdir())) == 1


def test_ff_9_3_a_repository_without_its_config_is_not_made_anew(world: World) -> None:
    world.back_up()
    repository = world.backend / "files/repository/v1/daily/dump"
    (repository / "config").unlink()
    before = sorted(path for path in repository.rglob("*") if path.is_file())
    session = world.start_session()

    assert not world.backup(session)

    assert "restic's config is not" in world.component(session)["error"]
    assert sorted(path for path in repository.rglob("*") if path.is_file()) == before


def test_a_pod_without_a_uid_claims_nothing(world: World) -> None:
    world.environment["POD_UID"] = ""

    with pytest.raises(UsageError, match="POD_UID is not set"):
        world.backup(world.start_session())


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
def test_a_limit_that_never_comes_is_refused(seconds: str) -> None:
    with pytest.raises(UsageError, match="KUBESTASH_LOCK_TIMEOUT"):
        Surroundings.read({"KUBESTASH_LOCK_TIMEOUT": seconds})


def test_a_volume_that_is_empty_on_purpose_can_be_backed_up(world: World) -> None:
    for path in world.volume.iterdir():
        path.unlink()
    world.environment["KUBESTASH_ALLOW_EMPTY_SOURCE"] = "true"

    assert world.ids(world.back_up()) == world.stored()


def test_ff_1_5_a_snapshot_that_is_not_in_the_repository_is_no_success(world: World) -> None:
    world.back_up()
    wrapper = world.folder / "forgetful"
    snapshots = world.backend / "files" / "repository/v1/daily/dump/snapshots"
    wrapper.write_text(
        f'#!/bin/sh\n{tools.restic_with_cheap_keys()} "$@" || exit\n'
        f'[ "$1" != backup ] || rm {snapshots}/*\n'
    )
    wrapper.chmod(0o755)
    world.environment["KUBESTASH_RESTIC"] = str(wrapper)
    session = world.start_session()

    assert not world.backup(session)

    error = world.component(session)["error"]
    assert "was reported as stored, but Repository demo/files" in error


def test_ff_1_8_damage_that_check_sees_is_told_as_integrity_false(world: World) -> None:
    world.back_up()
    packs = [path for path in (world.backend / "files").rglob("data/*/*") if path.is_file()]
    for pack in packs:
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:-20])
    session = world.start_session()

    assert not world.backup(session)

    component = world.component(session)
    assert component["integrity"] is False
    assert "restic check found errors" in component["error"]


def test_ff_2_5_a_probe_that_is_cut_short_leaves_no_lock(world: World) -> None:
    world.back_up()
    for delay in (0.05, 0.2, 0.4, 0.6):
        world.stop.clear()
        threading.Timer(delay, world.stop.set).start()
        world.backup(world.start_session())
        time.sleep(0.1)
    world.stop.clear()

    assert world.locks() == []


def test_ff_3_7_a_storage_that_points_elsewhere_is_not_written_to(world: World) -> None:
    first = world.back_up()
    known = world.component(first)["repositoryID"]
    status = {"resticRepositories": {"repository/v1/daily/dump": known}}
    world.client.patch(REPOSITORY, world.key("files"), {"status": status}, subresource="status")
    other = world.folder / "other"
    other.mkdir()
    place = {"spec": {"storage": {"local": {"mountPath": str(other)}}}}
    world.client.patch(BACKUP_STORAGE, world.key("store"), place)
    session = world.start_session()

    assert not world.backup(session)

    assert "has vanished" in world.component(session)["error"]
    assert list(other.iterdir()) == []


def test_ff_9_3_a_changed_password_is_named_and_never_leads_to_init(world: World) -> None:
    world.back_up()
    world.secret("encryption", {"RESTIC_PASSWORD": "another one"})
    session = world.start_session()

    assert not world.backup(session)

    error = world.component(session)["error"]
    assert "exit code 12" in error
    assert "no key of the restic repository fits RESTIC_PASSWORD" in error
    keys = world.backend / "files/repository/v1/daily/dump/keys"
    assert len(list(keys.iterdir())) == 1


@pytest.mark.parametrize(
    "answers", [pytest.param(True, id="silent"), pytest.param(False, id="off")]
)
def test_ff_9_3_an_s3_server_that_does_not_answer_is_told_in_time(
    tmp_path: Path, answers: bool
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if answers:
            server.listen()
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        world = World(
            tmp_path,
            storage={
                "provider": "s3",
                "s3": {"endpoint": endpoint, "bucket": "b", "secretName": "storage"},
            },
            credentials={"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "canary-key"},
        )
        (world.volume / "a").write_text("a")
        world.environment |= {"KUBESTASH_PROBE_TIMEOUT": "3", "KUBESTASH_STOP_GRACE": "1"}
        session = world.start_session()
        started = time.monotonic()

        assert not world.backup(session)

    assert time.monotonic() - started < 30
    component = world.component(session)
    assert component["phase"] == "Failed"
    assert "within 3 s" in component["error"]


def test_one_repository_that_fails_does_not_stop_the_other(tmp_path: Path) -> None:
    world = World(tmp_path, repositories=("first", "second"))
    (world.volume / "a").write_text("a")
    patch = {"spec": {"encryptionSecret": {"name": "nowhere"}}}
    world.client.patch(REPOSITORY, world.key("first"), patch)
    session = world.start_session()

    assert not world.backup(session)

    assert (
        "Secret demo/nowhere of Repository demo/first is not there"
        in (world.component(session, "first")["error"])
    )
    assert world.component(session, "second")["phase"] == "Succeeded"
    assert world.ids(session, "second") == world.stored("second")


def test_a_snapshot_that_cannot_be_claimed_does_not_stop_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, repositories=("first", "second"))
    (world.volume / "a").write_text("a")
    session = world.start_session()
    patch = world.client.patch

    def refuse_first(resource: Resource, key: ObjectKey, *args: Any, **fields: Any) -> Any:
        if resource is SNAPSHOT and key.name.startswith("first"):
            raise Forbidden("patches are forbidden", code=403)
        return patch(resource, key, *args, **fields)

    monkeypatch.setattr(world.client, "patch", refuse_first)

    assert not world.backup(session)

    assert world.component(session, "second")["phase"] == "Succeeded"
    assert any("patches are forbidden" in line for line in world.lines)


def test_a_pod_that_was_deleted_by_force_writes_over_nobodys_result(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = world.start_session()
    store = Restic.backup

    def store_and_be_taken_over(*args: Any, **fields: Any) -> Any:
        stored = store(*args, **fields)
        taken = {"phase": "Succeeded", "claim": {"pod": "pod-b", "uid": "uid-of-pod-b"}}
        world.client.patch(
            SNAPSHOT,
            world.key(names.snapshot("files", session)),
            {"status": {"components": {"dump": taken}}},
            subresource="status",
        )
        return stored

    monkeypatch.setattr(Restic, "backup", store_and_be_taken_over)
    world.backup(session)

    assert world.ids(session) == []
    assert any("was taken over by pod pod-b" in line for line in world.lines)


def test_a_session_that_has_ended_is_left_alone(world: World) -> None:
    session = world.start_session()
    world.client.patch(
        BACKUP_SESSION, world.key(session), {"status": {"phase": "Failed"}}, subresource="status"
    )

    assert world.backup(session)

    assert world.component(session)["phase"] == "Pending"


def test_a_restic_that_is_too_old_is_refused_by_name(world: World) -> None:
    old = world.folder / "old"
    old.write_text("#!/bin/sh\necho restic 0.14.0 compiled with go1.19.8 on linux/amd64\n")
    old.chmod(0o755)
    world.environment["KUBESTASH_RESTIC"] = str(old)
    session = world.start_session()

    assert not world.backup(session)

    assert world.component(session)["error"] == (
        "restic 0.14.0 is too old: restic 0.17.1 or newer is needed."
    )


def test_excludes_and_lost_and_found_are_left_out(world: World) -> None:
    (world.volume / "lost+found").mkdir()
    (world.volume / "lost+found" / "inode").write_text("x")
    (world.volume / "cache.tmp").write_text("x")

    session = world.back_up(exclude="*.tmp")

    assert world.component(session)["resticStats"][0]["summary"]["files"] == 2


def test_the_second_backup_reads_only_what_has_changed(world: World) -> None:
    (world.volume / "big").write_bytes(os.urandom(3_000_000))
    world.back_up(pod="pod-a")

    world.back_up(pod="pod-b")

    first, second = json.loads(world.restic("snapshots", "--json", "--no-lock"))
    assert (first["hostname"], second["hostname"]) == ("pod-a", "pod-b")
    assert second["parent"] == first["id"]
    assert second["summary"]["files_unmodified"] == 3
