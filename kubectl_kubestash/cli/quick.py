"""A plain `get` without typer: half of what a `get` takes would be reading its command line.

Only what cannot be misread is taken: flags that are known here, each spelled in full. For anything
else, also for what is wrong, typer reads the command line from the start. A test compares both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .settings import ENVIRONMENT_PREFIX, GLOBAL_FLAGS, GlobalFlag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .objects import Asked
    from .settings import Settings

_GLOBAL = {name: flag for flag in GLOBAL_FLAGS for name in flag.names}
_OWN_VALUES = {
    "-o": "form",
    "--output": "form",
    "-l": "labels",
    "--selector": "labels",
    "--field-selector": "fields",
    "--sort-by": "sort_by",
}
_OWN_SWITCHES = {
    "-w": "watch",
    "--watch": "watch",
    "--no-headers": "no_headers",
    "--no-header": "no_headers",
    "--show-labels": "show_labels",
    "--ignore-not-found": "ignore_not_found",
}
_OF_ENVIRONMENT = frozenset(
    ENVIRONMENT_PREFIX + name.lstrip("-").replace("-", "_").upper()
    for name in (*_OWN_VALUES, *_OWN_SWITCHES)
    if name.startswith("--")
)


def run(arguments: Sequence[str], settings: Settings) -> bool:
    """Carry out a plain `get`. False, with nothing done, when it is anything else."""
    asked = read(arguments, settings)
    if asked is None:
        return False
    from .objects import list_objects  # noqa: PLC0415 - only when it is a `get`

    list_objects(settings, asked)
    return True


def read(arguments: Sequence[str], settings: Settings) -> Asked | None:
    """The command line, with the global flags set; None for what typer has to read."""
    if "get" not in arguments or not _OF_ENVIRONMENT.isdisjoint(settings.environment):
        return None
    found = _sort(arguments)
    if found is None:
        return None
    words, own, shared = found
    if len(words) < 2 or words[0] != "get":
        return None
    from .objects import Asked  # noqa: PLC0415 - only when it is a `get`

    for flag, value in shared:
        settings.set(flag, value)
    return Asked(tuple(words[1:]), **own)


def _sort(
    arguments: Sequence[str],
) -> tuple[list[str], dict[str, Any], list[tuple[GlobalFlag, str | bool]]] | None:
    words: list[str] = []
    own: dict[str, Any] = {}
    shared: list[tuple[GlobalFlag, str | bool]] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        flag = _GLOBAL.get(name)
        takes_value = name in _OWN_VALUES or (flag is not None and flag.kind is str)
        if not word.startswith("-"):
            words.append(word)
            continue
        if takes_value and not (equals and word.startswith("--")):
            if equals or not rest:
                return None
            value = rest.pop(0)
        elif equals and not takes_value:
            return None
        if name in _OWN_VALUES and words:
            own[_OWN_VALUES[name]] = value
        elif name in _OWN_SWITCHES and words:
            own[_OWN_SWITCHES[name]] = True
        elif flag is not None and flag.kind in {str, bool}:
            shared.append((flag, value if takes_value else True))
        else:
            return None
    return words, own, shared
