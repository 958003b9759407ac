"""What does a text with `${variables}` say?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with every `${…}` replaced. Raises SubstitutionError."""
    raise NotImplementedError


def expand_tree(value: Any, variables: Mapping[str, str]) -> Any:
    """The same JSON value with every text in it expanded; keys stay as they are."""
    raise NotImplementedError


def variables_in(text: str) -> tuple[str, ...]:
    """The names of all variables that the text asks for, in order of first appearance."""
    raise NotImplementedError
