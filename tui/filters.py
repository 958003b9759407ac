"""What the filter admits.

Words that all must be there, in any case, in namespace, name, what it is of, phase or kind; `!word`
must not be there; `phase=`, `ns=`, `name=`, `of=` look into one of them only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .session_row import Row
    from .state import State

_FIELDS: dict[str, Callable[[Row], str]] = {
    "phase": lambda row: row.phase,
    "ns": lambda row: row.key.namespace,
    "name": lambda row: row.key.name,
    "of": lambda row: row.what,
}


def admits(state: State) -> Callable[[Row], bool]:
    """Whether a row is shown with this filter, in this namespace, with faults only or not."""
    namespace, faults_only = state.namespace, state.faults_only
    words = [_word(word) for word in state.query.lower().split()]

    def admit(row: Row) -> bool:
        if namespace and row.key.namespace != namespace:
            return False
        if faults_only and not row.is_fault:
            return False
        return all(word(row) for word in words)

    return admit


def _word(word: str) -> Callable[[Row], bool]:
    if word.startswith("!") and len(word) > 1:
        wanted = _word(word[1:])
        return lambda row: not wanted(row)
    name, separator, value = word.partition("=")
    if separator and name in _FIELDS:
        field = _FIELDS[name]
        return lambda row: value in field(row).lower()
    return lambda row: word in _all(row)


def _all(row: Row) -> str:
    key = row.key
    return f"{key.namespace}/{key.name} {row.what} {row.phase} {key.kind}".lower()
