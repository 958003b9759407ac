"""What the Pods of a run have printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lines import line
from ..wrapping import MOST

if TYPE_CHECKING:
    from ..lines import Line
    from .subject import Subject


def lines(subject: Subject) -> list[Line]:
    """The last lines, oldest first."""
    if subject.problem:
        return [line(subject.problem, "red")]
    if subject.log is None:
        return [line("reading …", "dim")]
    if not subject.log:
        return [line("no Pod with a log: it has not started one yet, or the Pods are gone", "dim")]
    return [
        line(said[: MOST + 1], "dim" if said.startswith("==> ") else "") for said in subject.log
    ]
