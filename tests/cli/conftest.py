from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .program import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """The command line in this process; it sets its own hook for crashes, which is put back."""
    hook = sys.excepthook
    yield Terminal(capsys)
    sys.excepthook = hook
