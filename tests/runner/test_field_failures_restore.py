"""Restores that went wrong in the field; the numbers are explained in docs/reliability.md."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import RESTORE_SESSION, SNAPSHOT
from kubectl_kubestash.errors import Refused
from kubectl_kubestash.resolve import names
from kubectl_kubestash.runner.target import check_target, mount_points

if TYPE_CHECKING:
    from .world import World


def empty(folder: Path) -> None:
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def test_ff_6_1_a_backend_that_is_gone_is_a_failed_restore(world: World) -> None:
    session = world.back_up()
    shutil.rmtree(world.backend)

    component = world.restore(session)

    assert component["phase"] == "Failed"
    assert "there is no restic repository" in component["error"]
    assert (world.volume / "a.txt").read_text() == "first"


def test_ff_6_1_a_snapshot_that_was_forgotten_is_a_failed_restore(world: World) -> None:
    session = world.back_up()
    world.restic("forget", *world.stored())
    empty(world.volume)

    component = world.restore(session)

    assert component["phase"] == "Failed"
    assert "is not there any more" in component["error"]


def test_ff_6_1_figures_that_differ_from_the_record_are_a_failed_restore(world: World) -> None:
    session = world.back_up()
    stats = world.component(session)["resticStats"]
    stats[0]["summary"]["files"] = 17
    world.client.patch(
        SNAPSHOT,
        world.key(names.snapshot("files", session)),
        {"status": {"components": {"dump": {"resticStats": stats}}}},
        subresource="status",
    )

    component = world.restore(session)

    assert "holds 2 files, but 17 are on record" in component["error"]


def test_ff_6_2_the_older_snapshot_brings_back_the_older_state(world: World) -> None:
    older = world.back_up()
    (world.volume / "a.txt").write_text("newer")
    world.back_up()

    component = world.restore(older)

    assert component["phase"] == "Succeeded", component
    assert (world.volume / "a.txt").read_text() == "first"


def test_ff_6_3_neighbours_in_the_target_and_beside_it_stay(world: World) -> None:
    session = world.back_up()
    (world.volume / "made later").write_text("keep me")
    (world.folder / "marker").write_text("keep me, too")
    before = world.folder.stat()

    component = world.restore(session)

    assert component["phase"] == "Succeeded", component
    assert (world.volume / "made later").read_text() == "keep me"
    assert (world.folder / "marker").read_text() == "keep me, too"
    assert not (world.volume / "volume").exists()
    assert (world.folder.stat().st_mode, world.folder.stat().st_uid) == (
        before.st_mode,
        before.st_uid,
    )


def test_ff_6_6_a_tree_of_every_sort_comes_back_as_it_was(world: World) -> None:
    make_tree(world.volume)
    before = describe(world.volume)
    session = world.back_up()
    empty(world.volume)
    world.volume.chmod(0o700)

    component = world.restore(session)

    assert component["phase"] == "Succeeded", component
    after = describe(world.volume)
    before.pop("socket")  # restic stores no sockets: nobody can listen on a restored one
    assert after == before
    sparse = (world.volume / "sparse").stat()
    assert sparse.st_blocks * 512 < sparse.st_size
    assert (world.volume / "hard").samefile(world.volume / "a.txt")


def test_a_second_restore_over_the_first_succeeds(world: World) -> None:
    make_tree(world.volume)
    session = world.back_up()
    world.restore(session)

    component = world.restore(session)

    assert component["phase"] == "Succeeded", component


def test_symbolic_links_in_the_target_do_not_lead_out(world: World) -> None:
    (world.volume / "sub").mkdir()
    (world.volume / "sub" / "inner").write_text("inner")
    session = world.back_up()
    outside = world.folder / "outside"
    outside.mkdir()
    (outside / "victim").write_text("untouched")
    empty(world.volume)
    (world.volume / "sub").symlink_to(outside)
    (world.volume / "a.txt").symlink_to(outside / "victim")

    component = world.restore(session)

    assert component["phase"] == "Succeeded", component
    assert (outside / "victim").read_text() == "untouched"
    assert [entry.name for entry in outside.iterdir()] == ["victim"]
    assert (world.volume / "sub" / "inner").read_text() == "inner"


def test_a_path_that_is_no_mounted_volume_is_refused(world: World) -> None:
    session = world.back_up()
    world.mounts = ["/"]
    empty(world.volume)

    component = world.restore(session)

    assert "no volume of the target is mounted there" in component["error"]
    assert list(world.volume.iterdir()) == []


def test_a_link_on_the_way_to_the_target_is_refused(world: World) -> None:
    session = world.back_up()
    elsewhere = world.folder / "elsewhere"
    world.volume.rename(elsewhere)
    world.volume.symlink_to(elsewhere)

    component = world.restore(session)

    assert f"{world.volume} is a symbolic link" in component["error"]


def test_only_what_is_included_comes_back(world: World) -> None:
    session = world.back_up()
    empty(world.volume)

    component = world.restore(session, include="a.txt")

    assert component["phase"] == "Succeeded", component
    assert [entry.name for entry in world.volume.iterdir()] == ["a.txt"]


def test_an_include_that_matches_nothing_fails(world: World) -> None:
    session = world.back_up()

    component = world.restore(session, include="no such file")

    assert "matches what was asked for" in component["error"]


def test_a_failed_component_is_not_restored(world: World) -> None:
    session = world.back_up()
    world.client.patch(
        SNAPSHOT,
        world.key(names.snapshot("files", session)),
        {"status": {"components": {"dump": {"phase": "Failed", "error": "half of it"}}}},
        subresource="status",
    )

    assert "is Failed, not Succeeded: half of it" in world.restore(session)["error"]


def test_a_restore_that_has_a_result_is_not_done_again(world: World) -> None:
    session = world.back_up()
    world.restore(session, name="once")
    (world.volume / "a.txt").write_text("written since")

    world.restore(session, name="once", pod="another-pod")

    assert (world.volume / "a.txt").read_text() == "written since"
    assert (
        world.client.get(RESTORE_SESSION, world.key("once"))["status"]["components"]["dump"][
            "claim"
        ]["pod"]
        == "pod-r"
    )


@pytest.mark.parametrize(
    "path", ["/", "relative", "/vol/../etc", "/proc", "/etc/x", "/scratch", "/scratch/a"]
)
def test_a_restore_never_writes_there(path: str) -> None:
    with pytest.raises(Refused):
        check_target(path, mounts=["/", "/vol", "/scratch", "/etc"], forbidden=["/scratch"])


def test_mount_points_are_read_as_the_kernel_writes_them(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
        "30 22 0:25 / /with\\040blank rw - tmpfs tmpfs rw\n"
    )

    assert mount_points(table) == ("/", "/with blank")


def make_tree(root: Path) -> None:
    """All that a volume may hold, as far as the user of the tests may make it."""
    root.chmod(0o2751 if os.geteuid() == 0 else 0o751)
    (root / "dir").mkdir(mode=0o750)
    (root / "dir" / ("n" * 255)).write_text("long name")
    Path(os.fsdecode(os.fsencode(root) + b"/not utf-8 \xff\xfe")).write_text("bytes")
    os.link(root / "a.txt", root / "hard")
    (root / "link").symlink_to("dir/nowhere")
    (root / "absolute").symlink_to("/etc/passwd")
    os.mkfifo(root / "fifo")
    with (root / "sparse").open("wb") as file:
        file.truncate(8 << 20)
        file.seek(4 << 20)
        file.write(b"island")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(root)  # the whole path is too long for the address of a socket
        listener.bind("socket")
        os.chdir(here)
    (root / "empty dir").mkdir()
    (root / "strange\nname *?[").write_text("x")
    os.setxattr(root / "b.txt", "user.colour", b"blue")
    (root / "script").write_text("#!/bin/sh\n")
    (root / "script").chmod(0o4755)
    if os.geteuid() == 0:
        os.chown(root, 1234, 2345)
        root.chmod(0o2751)
        os.chown(root / "b.txt", 999, 998)
        os.lchown(root / "link", 7, 8)
    for path in root.rglob("*"):
        os.utime(
            path, ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789), follow_symlinks=False
        )


def describe(root: Path) -> dict[str, tuple[object, ...]]:
    """Sort, mode, owner, time, contents and attributes of everything below, and of the root."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [root, *root.rglob("*")]:
        about = path.lstat()
        content: object = None
        if path.is_symlink():
            content = str(path.readlink())
        elif stat.S_ISREG(about.st_mode):
            content = (path.read_bytes(), about.st_nlink, dict(attributes(path)))
        when = about.st_mtime_ns if path != root else None
        found[str(path.relative_to(root))] = (
            about.st_mode,
            about.st_uid,
            about.st_gid,
            when,
            content,
        )
    return found


def attributes(path: Path) -> list[tuple[str, bytes]]:
    return [(name, os.getxattr(path, name)) for name in sorted(os.listxattr(path))]
