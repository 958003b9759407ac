"""Worlds for the runner's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .world import World

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A namespace whose volume holds two files."""
    made = World(tmp_path)
    (made.volume / "a.txt").write_text("first")
    (made.volume / "b.txt").write_text("second")
    return made
