"""What does a text with `${variables}` say?

The grammar is the one that KubeStash's Functions are written in (the `envsubst` module for Go):

    ${name}                                  the value; an error when nobody sets it
    ${name:=text} ${name=text} ${name:-text} the value, even an empty one, or else the text
    ${name:?text} ${name:+text}              the value; the text when the value is empty
    ${name^} ${name^^} ${name,} ${name,,}    first or all letters in upper or lower case
    ${#name}                                 length in bytes
    ${name:start} ${name:start:length}       a part, in bytes; a negative start counts from the end
    ${name#p} ${name##p} ${name%p} ${name%%p} without the beginning or end that matches a pattern
    ${name/a/b} ${name//a/b} ${name/#a/b} ${name/%a/b} replaced once, everywhere, at start, at end
    $$                                       one `$`

A text behind an operator ends at the first `}` and may hold `${…}` itself, which is expanded first.
`$name`, `$(name)` and a single `$` are not touched: they belong to Kubernetes and to shells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..errors import SubstitutionError
from .glob import trim_prefix, trim_suffix

_DEPTH = 32
"""So many references may be nested."""

_LONGEST = 128 * 1024
"""Characters that a text may become: Linux takes no longer argument (execve(2)). Without a limit, a
few nested replacements of anybody's make one that fills all memory."""

_MOST_WORK = 5_000_000
"""Characters of a value times those of a pattern."""

_REMEMBERED_LENGTH = 1000
_DEFAULTS = (":=", ":-", "=")
_OPERATORS = (
    *_DEFAULTS,
    *(":?", ":+", ":", "^^", "^", ",,", ",", "##", "#", "%%", "%", "//", "/#", "/%", "/"),
)
_REPLACEMENTS = ("//", "/#", "/%", "/")
_CASES: Mapping[str, Callable[[str], str]] = {
    "^": lambda value: value[:1].upper() + value[1:],
    "^^": str.upper,
    ",": lambda value: value[:1].lower() + value[1:],
    ",,": str.lower,
}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True)
class _Reference:
    name: str
    operator: str
    arguments: tuple[_Template, ...] = ()


_Template = tuple[str | _Reference, ...]


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with every reference replaced.

    Raises SubstitutionError, which names the variable and the text, when nobody sets a variable
    that has no default, when the text is not well formed, and when it would become too long.
    """
    return _Expansion(text, variables).of(_parsed(text)) if "$" in text else text


def expand_tree(value: Any, variables: Mapping[str, str]) -> Any:
    """The same JSON value with every text in it expanded; keys and other values stay."""
    if isinstance(value, str):
        return expand(value, variables)
    if isinstance(value, Mapping):
        return {key: expand_tree(item, variables) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [expand_tree(item, variables) for item in value]
    return value


def variables_in(text: str) -> tuple[str, ...]:
    """The names of all variables in the text, in order. Raises SubstitutionError."""
    return tuple(dict.fromkeys(_names(_parsed(text)))) if "$" in text else ()


def _parsed(text: str) -> _Template:
    """The same few templates are wanted for every Job; a long text is not kept."""
    return _remembered(text) if len(text) <= _REMEMBERED_LENGTH else _Parser(text).template()


@lru_cache(maxsize=512)
def _remembered(text: str) -> _Template:
    return _Parser(text).template()


def _names(template: _Template) -> Iterator[str]:
    for part in template:
        if isinstance(part, _Reference):
            yield part.name
            for argument in part.arguments:
                yield from _names(argument)


class _Parser:
    """Reads one text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def template(self) -> _Template:
        parts: list[str | _Reference] = []
        while self._at < len(self._text):
            if self._take("$$"):
                parts.append("$")
            elif self._take("${"):
                parts.append(self._reference())
            else:
                parts.append(self._next())
        return tuple(parts)

    def _reference(self) -> _Reference:
        """What stands behind `${`, the closing brace included."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise self._bad("nests too many references")
        is_length = self._take("#")
        name = self._name()
        operator = "" if is_length else next(filter(self._take, _OPERATORS), "")
        arguments = () if operator in ("", *_CASES) else self._arguments(operator)
        if not self._take("}"):
            raise self._bad(f"has no closing brace behind ${{{name}")
        self._depth -= 1
        return _Reference(name, "length" if is_length else operator, arguments)

    def _name(self) -> str:
        start = self._at
        while self._at < len(self._text) and _is_of_name(self._text[self._at]):
            self._at += 1
        if self._at == start:
            raise self._bad("has a ${ without the name of a variable")
        return self._text[start : self._at]

    def _arguments(self, operator: str) -> tuple[_Template, ...]:
        if operator == ":":
            start = self._argument(":}")
            return (start, self._argument("}")) if self._take(":") else (start,)
        if operator in _REPLACEMENTS:
            old = self._argument("/", escapes=True)
            if not self._take("/"):
                raise self._bad(f"replaces with {operator!r}, but has no second '/'")
            return old, self._argument("}", escapes=True)
        return (self._argument("}"),)

    def _argument(self, ends: str, *, escapes: bool = False) -> _Template:
        """Everything up to one of these characters, which is left to read."""
        parts: list[str | _Reference] = []
        while self._at < len(self._text) and self._text[self._at] not in ends:
            if self._take("${"):
                parts.append(self._reference())
            elif escapes and (self._take("\\/") or self._take("\\\\")):
                parts.append(self._text[self._at - 1])
            else:
                parts.append(self._next())
        return tuple(parts)

    def _take(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _next(self) -> str:
        self._at += 1
        return self._text[self._at - 1]

    def _bad(self, what: str) -> SubstitutionError:
        return SubstitutionError(f"The text {_shown(self._text)} {what}.")


class _Expansion:
    """Gives the references of one text their values."""

    def __init__(self, text: str, variables: Mapping[str, str]) -> None:
        self._text = text
        self._variables = variables

    def of(self, template: _Template) -> str:
        parts: list[str] = []
        length = 0
        for part in template:
            text = part if isinstance(part, str) else self._value(part)
            length += len(text)
            self._check(length, "becomes too long")
            parts.append(text)
        return "".join(parts)

    def _check(self, size: int, what: str, most: int = _LONGEST) -> None:
        """Raises SubstitutionError for a size beyond the limit."""
        if size > most:
            raise SubstitutionError(f"The text {_shown(self._text)} {what}.")

    def _value(self, reference: _Reference) -> str:
        arguments = [self.of(argument) for argument in reference.arguments]
        value = self._variables.get(reference.name)
        if value is not None:
            return self._applied(reference, value, arguments)
        if reference.operator in _DEFAULTS:
            return arguments[0]
        raise SubstitutionError(
            f"Nobody sets the variable {reference.name} in the text {_shown(self._text)}."
        )

    def _applied(self, reference: _Reference, value: str, arguments: list[str]) -> str:
        match reference.operator:
            case "length":
                return str(len(value.encode()))
            case ":?" | ":+":
                return value or arguments[0]
            case "#" | "##" | "%" | "%%" as operator:
                work = len(value) * len(arguments[0])
                self._check(work, "has too long a pattern", _MOST_WORK)
                trim = trim_prefix if operator[0] == "#" else trim_suffix
                return trim(value, arguments[0], longest=len(operator) == 2)
            case ":":
                return self._part(reference.name, value, arguments)
            case operator if operator in _REPLACEMENTS:
                old, new = arguments
                times = value.count(old) if operator == "//" else 1
                self._check(len(value) + times * len(new), "becomes too long")
                return _replaced(value, operator, old, new)
        return _CASES.get(reference.operator, str)(value)

    def _part(self, name: str, value: str, arguments: list[str]) -> str:
        if not all(_INTEGER.fullmatch(argument) for argument in arguments):
            return value
        start, *length = [int(argument) for argument in arguments]
        if length and length[0] < 0:
            raise SubstitutionError(
                f"The length of a part of {name} is negative in the text {_shown(self._text)}."
            )
        content = value.encode()
        start = max(start + len(content), 0) if start < 0 else start
        end = start + length[0] if length else None
        return content[start:end].decode(errors="replace")


def _replaced(value: str, operator: str, old: str, new: str) -> str:
    match operator:
        case "//":
            return value.replace(old, new)
        case "/#":
            return new + value.removeprefix(old) if value.startswith(old) else value
        case "/%":
            return value.removesuffix(old) + new if value.endswith(old) else value
    return value.replace(old, new, 1)


def _is_of_name(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isdecimal()


def _shown(text: str) -> str:
    return repr(text if len(text) <= 120 else f"{text[:117]}...")
