"""Reading raw objects without stumbling over what is missing or of another type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import UsageError
from ..resolve.durations import age, format_duration, parse_duration

Raw = Mapping[str, Any]
NONE = "-"
"""What a table shows where there is nothing."""


def at(item: Any, *path: str) -> Any:
    """The value at this path of keys, or None."""
    for key in path:
        if not isinstance(item, Mapping):
            return None
        item = item.get(key)
    return item


def text(item: Any, *path: str) -> str:
    """The value as text; empty when it is not there."""
    value = at(item, *path)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def items(item: Any, *path: str) -> list[Raw]:
    """The mappings in the list at this path."""
    value = at(item, *path)
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def texts(item: Any, *path: str) -> list[str]:
    """The texts in the list at this path."""
    value = at(item, *path)
    return [str(entry) for entry in value] if isinstance(value, list) else []


def mapping(item: Any, *path: str) -> Raw:
    """The mapping at this path, or an empty one."""
    value = at(item, *path)
    return value if isinstance(value, Mapping) else {}


def name_of(item: Raw) -> str:
    """The object's name."""
    return text(item, "metadata", "name")


def namespace_of(item: Raw) -> str:
    """The object's namespace."""
    return text(item, "metadata", "namespace")


def reference(ref: Any, home: str = "") -> str:
    """`Kind/namespace/name`, `namespace/name` or `name` of a reference; `-` when there is none."""
    parts = [text(ref, "kind"), text(ref, "namespace") or home, text(ref, "name")]
    return "/".join(part for part in parts if part) if text(ref, "name") else NONE


def time_of(value: Any) -> datetime | None:
    """An RFC 3339 time, or None when it is not one."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def created(item: Raw) -> datetime | None:
    """When the object was made."""
    return time_of(at(item, "metadata", "creationTimestamp"))


def age_of(item: Raw, now: datetime) -> str:
    """The object's age as kubectl prints it."""
    return since(created(item), now)


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago, as kubectl prints it."""
    return age(now - moment) if moment else "<unknown>"


def span(text_of_duration: str) -> timedelta | None:
    """A duration, or None when it cannot be read."""
    try:
        return parse_duration(text_of_duration) if text_of_duration else None
    except UsageError:
        return None


def short_duration(text_of_duration: str) -> str:
    """A duration in whole seconds: `10.595356615s` becomes `11s`; unreadable texts stay."""
    length = span(text_of_duration)
    return text_of_duration if length is None else format_duration(length)


def moment(value: Any, now: datetime) -> str:
    """A time in full, with how long ago or how far ahead it is."""
    when = time_of(value)
    if when is None:
        return text({"": value}, "") or NONE
    shown = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{shown} (in {age(when - now)})" if when > now else f"{shown} ({age(now - when)} ago)"


def condition(item: Raw, kind: str) -> Raw | None:
    """The condition of this type, or None."""
    return next((c for c in items(item, "status", "conditions") if c.get("type") == kind), None)
