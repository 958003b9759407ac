"""`b`: start the selected session again, now."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.views.fields import text

from ..lines import line

if TYPE_CHECKING:
    from ..lines import Line
    from ..source import Object

CANCEL, GO = "Cancel", "Back up now"


class Order(NamedTuple):
    """Which session of which BackupConfiguration."""

    namespace: str
    configuration: str
    session: str

    @property
    def command(self) -> str:
        """The command line that does the same."""
        words = ["kubectl", "kubestash", "backup", "now", self.configuration]
        return shlex.join([*words, "--session", self.session, "-n", self.namespace])

    def said(self) -> list[Line]:
        """What is asked about."""
        named = f"session {self.session} of {self.namespace}/{self.configuration}"
        return [line(named), line(self.command, "dim")]


def order_of(session: Object) -> Order | None:
    """What starts a run like this one; None when nothing does."""
    invoker = text(session, "spec", "invoker", "name")
    kind = text(session, "spec", "invoker", "kind") or "BackupConfiguration"
    name = text(session, "spec", "session")
    if (
        session["kind"] != "BackupSession"
        or kind != "BackupConfiguration"
        or not (invoker and name)
    ):
        return None
    return Order(text(session, "metadata", "namespace"), invoker, name)
