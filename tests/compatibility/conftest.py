"""What tests of compatibility share: a real API server with our kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.conftest import kubectl
from tests.cli.conftest import terminal
from tests.compatibility.stash_manifests import STASH

if TYPE_CHECKING:
    from tests.cli.program import Answer, Terminal

__all__ = ["kubectl", "terminal"]


@pytest.fixture
def converted(terminal: Terminal) -> Answer:
    """What `convert` says to all manifests of Stash."""
    return terminal("convert", "-f", str(STASH))
