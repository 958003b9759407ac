"""Is the restic repository still the one on record? Judged by its config, without its key."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import REPOSITORY
from tests import tools

from .world import PATH, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def asked(world: World, tmp_path: Path) -> Callable[[], list[str]]:
    """The sub-commands that restic was run with since the last look."""
    log, script = tmp_path / "asked", tmp_path / "restic-with-log"
    log.touch()
    script.write_text(
        f'#!/bin/sh\necho "$1 $2" >> {log}\nexec {tools.restic_with_cheap_keys()} "$@"\n'
    )
    script.chmod(0o755)
    world.environment["KUBESTASH_RESTIC"] = str(script)

    def look() -> list[str]:
        lines = log.read_text().splitlines()
        log.write_text("")
        return lines

    return look


def record(world: World, session: str) -> None:
    """What the operator does when a session has ended."""
    component = world.component(session)
    status = {
        "resticRepositories": {PATH: component["repositoryID"]},
        "resticConfigs": {PATH: component["repositoryConfig"]},
    }
    world.client.patch(REPOSITORY, world.key("files"), {"status": status}, subresource="status")


def second_backup(world: World) -> str:
    """The first made the repository, so it knows no config that was there before."""
    world.back_up()
    return world.back_up()


def test_the_key_is_not_derived_to_know_a_repository_again(
    world: World, asked: Callable[[], list[str]]
) -> None:
    first = second_backup(world)
    assert "cat config" in asked()
    record(world, first)

    again = world.back_up()

    assert "cat config" not in asked()
    assert world.component(again)["repositoryID"] == world.component(first)["repositoryID"]
    assert world.component(again)["repositoryConfig"] == world.component(first)["repositoryConfig"]


def test_another_repository_in_its_place_is_left_alone(world: World, tmp_path: Path) -> None:
    record(world, second_backup(world))
    other = World(tmp_path / "other")
    (other.volume / "file").write_text("of another volume")
    other.back_up()
    place = world.backend / "files" / PATH
    shutil.rmtree(place)
    shutil.copytree(other.backend / "files" / PATH, place)
    before = sorted(path.name for path in (place / "snapshots").iterdir())
    session = world.start_session()

    assert not world.backup(session)

    assert "is another one" in world.component(session)["error"]
    assert sorted(path.name for path in (place / "snapshots").iterdir()) == before


def test_a_config_that_has_vanished_is_told_and_not_made_anew(world: World) -> None:
    record(world, second_backup(world))
    config = world.backend / "files" / PATH / "config"
    config.unlink()
    session = world.start_session()

    assert not world.backup(session)

    assert "has vanished" in world.component(session)["error"]
    assert not config.exists()
