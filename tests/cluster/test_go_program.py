"""Builds are kept under a key that changes with what goes into them, and only then."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from . import programs
from .needs import Missing, parse_go_version, require_programs
from .paths import cache_root

if TYPE_CHECKING:
    from pathlib import Path


def test_the_cache_is_where_the_user_wants_caches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert programs.RESTIC.path == tmp_path / "kubestash/restic/0.18.1/restic"


def test_the_cache_is_outside_the_work_tree() -> None:
    assert not cache_root().is_relative_to(programs.RESTIC.source.parent)


def test_another_version_or_variable_is_another_build() -> None:
    program = programs.KUBERNETES
    newer = dataclasses.replace(program, version="1.34.5")
    renamed = dataclasses.replace(program, variables=())

    assert len({one.folder for one in (program, newer, renamed)}) == 3


def test_a_program_that_is_there_is_not_built_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    programs.DNS.path.parent.mkdir(parents=True)
    programs.DNS.path.write_text("built earlier")

    assert programs.DNS.ensure().read_text() == "built earlier"


def test_a_build_without_go_says_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")

    with pytest.raises(Missing, match=r"Go 1\.24 or newer is needed: https://go\.dev"):
        programs.DNS.ensure()


def test_the_linker_sets_the_version_that_kubernetes_tells(tmp_path: Path) -> None:
    linker = programs.KUBERNETES.build_arguments(tmp_path)[5]

    assert "-X=k8s.io/component-base/version.gitVersion=v1.34.4" in linker


@pytest.mark.parametrize(
    ("text", "version"),
    [("go1.24.3", (1, 24, 3)), ("go1.26rc1", ()), ("devel go1.27-abc", ()), ("go1.25", (1, 25))],
)
def test_a_version_of_go_is_compared_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert parse_go_version(text) == version


def test_missing_programs_are_named_with_the_command_that_installs_them() -> None:
    with pytest.raises(Missing, match=r"apt-get install one two$"):
        require_programs({"no-such-program-b": "two", "no-such-program-a": "one", "sh": "dash"})
