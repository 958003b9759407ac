"""kubectl's JSONPath templates: `{.items[*].metadata.name}`, `{range .items[*]}…{end}`.

See https://kubernetes.io/docs/reference/kubectl/jsonpath/. A key that is not there yields nothing,
as it does in kubectl. Regular expressions in filters are not part of kubectl's language either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import UsageError

_STEP = re.compile(
    r"""
      (?P<recursive>\.\.)(?P<deep>[\w\-/*]+)
    | \.?(?P<name>(?:[\w\-/*]|\\.)+)
    | \.?\[\s*(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*\]
    | \.?\[\?\((?P<filter>.+?)\)\]
    | \.?\[(?P<index>[^\]]*)\]
    """,
    re.VERBOSE,
)
_FILTER = re.compile(r"^\s*(?P<left>.+?)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<right>.+?)\s*)?$")
_PART = re.compile(r"""\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*)\}|([^{}]+)""")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}

Step = Callable[[Sequence[Any]], list[Any]]


def render(template: str, document: Any) -> str:
    """The template with each expression replaced by what it finds. Raises UsageError."""
    parts = list(_parts(template if "{" in template else "{" + template + "}"))
    return "".join(_rendered(parts, document))


def find(path: str, document: Any) -> list[Any]:
    """All values at this path; `.metadata.name`, `metadata.name` and `{.metadata.name}` are one.

    Raises UsageError when it is not a path.
    """
    return _find(path.strip().removeprefix("{").removesuffix("}"), document)


def text(value: Any) -> str:
    """A value as kubectl prints it: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _rendered(parts: list[tuple[str, str]], document: Any) -> Iterator[str]:
    position = 0
    while position < len(parts):
        kind, content = parts[position]
        position += 1
        if kind == "text":
            yield content
        elif content.startswith("range "):
            end = _end_of_range(parts, position)
            for item in _find(content.removeprefix("range "), document):
                yield from _rendered(parts[position:end], item)
            position = end + 1
        elif content[:1] in {'"', "'"}:
            yield _unquoted(content)
        else:
            yield " ".join(text(value) for value in _find(content, document))


def _parts(template: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(template):
        match = _PART.match(template, position)
        if match is None:
            raise UsageError(f"jsonpath: unclosed or misplaced brace at {template[position:]!r}")
        is_text = match[2] is not None
        yield ("text", match[2]) if is_text else ("expression", match[1].strip())
        position = match.end()


def _end_of_range(parts: list[tuple[str, str]], start: int) -> int:
    depth = 0
    for number in range(start, len(parts)):
        content = parts[number][1] if parts[number][0] == "expression" else ""
        if content.startswith("range "):
            depth += 1
        elif content == "end":
            if depth == 0:
                return number
            depth -= 1
    raise UsageError("jsonpath: {range} without {end}")


def _find(path: str, document: Any) -> list[Any]:
    found = [document]
    for step in _steps(path.strip()):
        found = step(found)
    return found


def _steps(path: str) -> Iterator[Step]:
    rest = path[1:] if path[:1] in {"$", "@"} else path
    while rest and rest != ".":
        match = _STEP.match(rest)
        if match is None:
            raise UsageError(f"jsonpath: nothing is known of {rest!r} in {path!r}")
        yield _step(match)
        rest = rest[match.end() :]


def _step(match: re.Match[str]) -> Step:
    if match["recursive"]:
        name = match["deep"]
        return lambda values: [hit for value in values for hit in _descend(value, name)]
    if match["filter"] is not None:
        return _filter(match["filter"])
    if match["index"] is not None:
        return _index(match["index"].strip())
    name = re.sub(r"\\(.)", r"\1", match["name"]) if match["name"] else _unquoted(match["quoted"])
    return lambda values: [hit for value in values for hit in _child(value, name)]


def _child(value: Any, name: str) -> list[Any]:
    if name == "*":
        return list(value.values()) if isinstance(value, dict) else _items(value)
    return [value[name]] if isinstance(value, dict) and name in value else []


def _descend(value: Any, name: str) -> Iterator[Any]:
    yield from _child(value, name)
    inner = value.values() if isinstance(value, dict) else _items(value)
    for child in inner:
        yield from _descend(child, name)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _index(expression: str) -> Step:
    if expression == "*":
        return lambda values: [hit for value in values for hit in _child(value, "*")]
    if not re.fullmatch(r"-?\d*(:-?\d*){0,2}(,-?\d+)*", expression):
        raise UsageError(f"jsonpath: {expression!r} is not an index")
    return lambda values: [
        hit for value in values for part in expression.split(",") for hit in _slice(value, part)
    ]


def _slice(value: Any, part: str) -> list[Any]:
    numbers = [int(number) if number else None for number in part.split(":")]
    items = _items(value)
    if len(numbers) > 1:
        return items[slice(*numbers)]
    position = numbers[0] or 0
    return [items[position]] if -len(items) <= position < len(items) else []


def _filter(expression: str) -> Step:
    match = _FILTER.match(expression)
    if match is None:
        raise UsageError(f"jsonpath: {expression!r} is not a filter")

    def keeps(item: Any) -> bool:
        left = _operand(match["left"], item)
        if match["op"] is None:
            return bool(left)
        right = _operand(match["right"], item)
        return any(_compare(match["op"], a, b) for a in left for b in right)

    return lambda values: [item for value in values for item in _child(value, "*") if keeps(item)]


def _operand(expression: str, item: Any) -> list[Any]:
    if expression[:1] in {'"', "'"}:
        return [_unquoted(expression)]
    if expression[:1] in {"@", "$"}:
        return _find(expression, item)
    try:
        return [json.loads(expression)]
    except ValueError:
        raise UsageError(f"jsonpath: {expression!r} is not a value; quote texts") from None


def _compare(operator: str, left: Any, right: Any) -> bool:
    try:
        return _COMPARE[operator](left, right)
    except TypeError:
        return False


def _unquoted(quoted: str) -> str:
    body = quoted[1:-1]
    escapes = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[1]), body)
