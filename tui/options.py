"""What the user has asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    BackUp = Callable[[str, str, str], str]


class Options(NamedTuple):
    """How the monitor looks, and what it may do."""

    context: str = ""
    """The name of the cluster."""

    is_readonly: bool = False
    is_plain: bool = False
    """Draw with plain ASCII."""

    has_color: bool = True
    back_up: BackUp | None = None
    """Starts a session of a BackupConfiguration (namespace, its name, the session) by the rules of
    `backup now`, and says what was created. Raises KubeStashError; called on a thread of its own.
    """
