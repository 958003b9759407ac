"""Typing a filter: what each key makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views.cells import one_line

from . import events as happened

if TYPE_CHECKING:
    from .events import Event


def typed(query: str, key: str, character: str | None) -> list[Event]:
    """What a key does while the filter is typed; nothing for keys that do nothing then."""
    if key == "enter":
        return [happened.FilterClosed()]
    if key == "escape":
        return [happened.FilterTyped(""), happened.FilterClosed()]
    if key in {"backspace", "ctrl+h"}:
        return [happened.FilterTyped(query[:-1])]
    if key == "ctrl+u":
        return [happened.FilterTyped("")]
    if character and character.isprintable():
        return [happened.FilterTyped(query + character)]
    return []


def pasted(query: str, text: str) -> Event:
    """Text from the clipboard, on one line."""
    return happened.FilterTyped(query + one_line(text).strip())
