"""What does a word in a YAML file mean? As kubectl reads it."""

from __future__ import annotations

import re

_TAGS = "tag:yaml.org,2002:"
_NULLS = {"", "~", "null", "Null", "NULL"}
_YES = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}
_NO = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_OTHER_BASE = re.compile(r"[-+]?0(?:[xX][0-9a-fA-F_]+|[oO]?[0-7_]+|[bB][01_]+)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}
_MOST_DIGITS = 40
"""A number with more is none that an API server takes; it stays a text."""

Scalar = str | int | float | bool | None


def scalar(text: str, tag: str | None, *, plain: bool) -> Scalar:
    """The value of a scalar. Raises ValueError for a tag, or a value under a tag, that is none."""
    if tag and tag != "!":
        return _tagged(text, tag)
    return _plain(text) if plain and not tag else text


def _tagged(text: str, tag: str) -> Scalar:
    name = tag.removeprefix(_TAGS)
    if name == "str":
        return text
    if name not in _KINDS:
        raise ValueError(f"the tag {tag} has no meaning in a manifest")
    value = _plain(text)
    fits = isinstance(value, _KINDS[name]) and isinstance(value, bool) == (name == "bool")
    if not fits:
        raise ValueError(f"{text[:40]!r} is no {name}")
    return value


def _plain(text: str) -> Scalar:
    if text in _NULLS:
        return None
    if text in _YES or text in _NO:
        return text in _YES
    if len(text) > _MOST_DIGITS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _OTHER_BASE.fullmatch(text):
        return _in_other_base(text.replace("_", "").lower())
    return float(text) if _FLOAT.fullmatch(text) else text


def _in_other_base(text: str) -> Scalar:
    digits = text.lstrip("+-")
    is_old_octal = digits[1:2] not in {"x", "o", "b"}
    try:
        value = int(f"0o{digits[1:]}" if is_old_octal else digits, 0)
    except ValueError:
        return text
    return -value if text.startswith("-") else value
