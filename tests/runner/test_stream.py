"""Dumps that fail in the middle; the numbers are explained in docs/reliability.md."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.errors import RepositoryLocked, SourceIncomplete, ToolError
from kubectl_kubestash.runner.facts import read_repository
from kubectl_kubestash.runner.guarded import GuardedRepository
from kubectl_kubestash.runner.stream import Dump, Stored, store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import World


@pytest.fixture
def repository(world: World) -> Iterator[GuardedRepository]:
    with world.toolbox() as toolbox:
        facts = read_repository(world.client, ObjectKey(world.namespace, "files"))
        opened = GuardedRepository(
            toolbox.tools, facts, "repository/v1/daily/dump", narrate=world.lines.append
        )
        opened.identification.ensure()
        yield opened


def dump(repository: GuardedRepository, script: str) -> Stored:
    tool = Dump((sys.executable, "-c", script), "dump.sql", "the tool")
    return store(repository, tool, host="pod-a", tag="01TEST")


def test_what_a_tool_prints_is_stored_whole(repository: GuardedRepository) -> None:
    script = "import sys; print('careful', file=sys.stderr); print('x' * 5_000_000, end='')"

    stored = dump(repository, script)

    assert stored.summary.bytes == 5_000_000
    assert stored.said == ("careful",)
    assert [each.id for each in repository.restic.snapshots()] == [stored.summary.snapshot_id]


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        pytest.param("raise SystemExit(1)", "failed with exit code 1", id="exit 1 after all"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "was ended: killed", id="killed"),
        pytest.param("raise SystemExit('password rejected')", "password rejected", id="says why"),
    ],
)
def test_ff_1_1_half_a_dump_is_an_error_and_leaves_no_snapshot(
    repository: GuardedRepository, ending: str, told: str
) -> None:
    script = f"import sys; sys.stdout.write('x' * 3_000_000); sys.stdout.flush(); {ending}"

    with pytest.raises(ToolError) as failure:
        dump(repository, script)

    assert failure.value.message.startswith("the tool ")
    assert told in failure.value.message
    assert failure.value.exit_code != 0
    assert repository.restic.snapshots() == []
    assert repository.restic.locks() == []


def test_ff_1_1_a_tool_that_prints_nothing_is_an_error_and_leaves_no_snapshot(
    repository: GuardedRepository,
) -> None:
    with pytest.raises(SourceIncomplete, match="the tool printed nothing"):
        dump(repository, "pass")

    assert repository.restic.snapshots() == []


def test_an_empty_snapshot_that_cannot_be_forgotten_is_named(
    repository: GuardedRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_ids: object) -> None:
        raise RepositoryLocked("it is locked", exit_code=11)

    monkeypatch.setattr(repository, "forget", locked)

    with pytest.raises(SourceIncomplete) as failure:
        dump(repository, "pass")

    (left,) = repository.restic.snapshots()
    assert left.id[:8] in failure.value.message
    assert "it is locked" in failure.value.message


def test_ff_1_1_a_tool_that_is_not_there_is_an_error(repository: GuardedRepository) -> None:
    with pytest.raises(ToolError):
        store(repository, Dump(("/no/such/tool",), "d.sql", "tool"), host="pod-a", tag="01TEST")

    assert repository.restic.snapshots() == []
