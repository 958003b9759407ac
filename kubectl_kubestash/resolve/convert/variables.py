"""Which variables are in a template, and which of them must somebody set?"""

from __future__ import annotations

import re
from typing import Any

from ...errors import SubstitutionError
from ..substitution import expand_tree, variables_in
from ..task_values import texts
from .built_in import OURS

_OLD_NAMES = re.compile(r"\$\$|\$\{(#?)(" + "|".join(OURS) + r")(?![A-Za-z0-9_])")


def renamed(value: Any) -> Any:
    """The same JSON value, with the variables that KubeStash sets under other names renamed."""
    if isinstance(value, str):
        return _OLD_NAMES.sub(_new_name, value)
    if isinstance(value, dict):
        return {key: renamed(inner) for key, inner in value.items()}
    return [renamed(inner) for inner in value] if isinstance(value, list) else value


def _new_name(match: re.Match[str]) -> str:
    return match[0] if match[0] == "$$" else f"${{{match[1]}{OURS[match[2]]}"


def used(value: Any) -> list[str]:
    """All variables of a JSON value, in order; those of texts that are not well formed are none."""
    found: dict[str, None] = {}
    for _, text in texts(value):
        try:
            found.update(dict.fromkeys(variables_in(text)))
        except SubstitutionError:
            continue
    return list(found)


def needed(value: Any) -> list[str]:
    """Those variables without which the value cannot be expanded."""
    names = used(value)
    return [name for name in names if not _expands(value, {each for each in names if each != name})]


def _expands(value: Any, known: set[str]) -> bool:
    try:
        expand_tree(value, dict.fromkeys(known, "x"))
    except SubstitutionError:
        return False
    return True
