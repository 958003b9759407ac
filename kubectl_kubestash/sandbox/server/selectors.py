"""Which objects does a selector choose?

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from . import failure
from .tables import at

if TYPE_CHECKING:
    from .wire import Object

Test = Callable[["Object"], bool]

_SET = re.compile(r"([^\s!=,()]+)\s+(in|notin)\s+\(([^)]*)\)")
_EQUAL = re.compile(r"([^\s!=,()]+)\s*(!=|==|=)\s*([^\s,()]*)")
_THERE = re.compile(r"(!?)\s*([^\s!=,()]+)")


def matcher(query: Mapping[str, str]) -> Test | None:
    """A test for objects by the selectors of a query; None without any. Raises Failure.

    Every field can be chosen by, where a real server knows a few of each kind.
    """
    labels, fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
    tests = [_label_test(part) for part in _parts(labels)] if labels else []
    tests += [_field_test(part) for part in fields.split(",") if part]
    return (lambda obj: all(test(obj) for test in tests)) if tests else None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r",(?![^()]*\))", text) if part.strip()]


def _label_test(part: str) -> Test:
    if found := _SET.fullmatch(part):
        key, word, listed = found.groups()
        values = {value.strip() for value in listed.split(",")}
        return lambda obj: (_labels(obj).get(key) in values) == (word == "in")
    if found := _EQUAL.fullmatch(part):
        key, sign, value = found.groups()
        return lambda obj: (_labels(obj).get(key) == value) == (sign != "!=")
    if found := _THERE.fullmatch(part):
        absent, key = found.groups()
        return lambda obj: (key in _labels(obj)) != bool(absent)
    raise failure.bad_request(f"unable to parse requirement: {part}")


def _field_test(part: str) -> Test:
    found = _EQUAL.fullmatch(part)
    if not found:
        raise failure.bad_request(f"invalid field selector: {part}")
    path, sign, value = found.groups()
    value = value.replace("\\", "")
    return lambda obj: (_shown(obj, path) == value) == (sign != "!=")


def _labels(obj: Object) -> dict[str, str]:
    return obj["metadata"].get("labels") or {}


def _shown(obj: Object, path: str) -> str:
    value = at(obj, path)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
