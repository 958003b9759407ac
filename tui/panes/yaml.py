"""The object itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views.document import to_yaml

from ..lines import line

if TYPE_CHECKING:
    from ..lines import Line
    from .subject import Subject


def lines(subject: Subject) -> list[Line]:
    """As `get -o yaml` prints it."""
    return [line(said) for said in to_yaml(subject.session).splitlines()]
