"""How wide is what the rows have to say?

Kept up to date with each change, because nobody measures ten thousand rows each time the screen is
drawn. It never shrinks, so that columns do not jump while rows come and go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.views.cells import width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .session_row import Row


class Widths(NamedTuple):
    """The widest of each, in columns of a terminal."""

    namespace: int = 0
    what: int = 0
    name: int = 0

    def with_rows(self, rows: Iterable[Row | None]) -> Widths:
        """As wide as these need, too."""
        namespaces, whats, names = [self.namespace], [self.what], [self.name]
        for row in rows:
            if row is not None:
                namespaces.append(width(row.key.namespace))
                whats.append(width(row.what))
                names.append(width(row.key.name))
        return Widths(max(namespaces), max(whats), max(names))
