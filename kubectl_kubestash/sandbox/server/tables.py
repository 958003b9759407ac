"""The columns that `kubectl get` shows: Name, what the kind says, and for most the age.

https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .call import Call
    from .wire import Object

_UNITS = ((2 * 86400, 86400, "d"), (3 * 3600, 3600, "h"), (120, 60, "m"), (0, 1, "s"))
"""From how many seconds on an age is told in which unit."""


def table(call: Call, objects: Iterable[Object], metadata: Mapping[str, Any]) -> Object:
    """Rows of a kind; each carries as much of its object as was asked for."""
    keep, columns = call.query.get("includeObject", "Metadata"), call.kind.columns
    rows = [
        {"cells": [_cell(column, one) for column in columns], **_kept(one, keep)} for one in objects
    ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [_definition(one) for one in columns],
        "rows": rows,
    }


def metadata_only(obj: Object) -> Object:
    """An object without what it is about."""
    head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    return {**head, "metadata": obj["metadata"]}


def age(moment: str) -> str:
    """How long ago, in one unit, as in `5m`."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    since = max(0, int(seconds))
    size, name = next((size, name) for start, size, name in _UNITS if since >= start)
    return f"{since // size}{name}"


def at(obj: Any, path: str) -> Any:
    """The value at a path such as `.status.phase`, also of items such as `[0]`; None without."""
    for part in path.strip(".").replace("[", ".").replace("]", "").split("."):
        if isinstance(obj, list) and part.isdecimal():
            obj = obj[int(part)] if int(part) < len(obj) else None
        else:
            obj = obj.get(part.strip("'\"")) if isinstance(obj, dict) else None
    return obj


def _kept(obj: Object, keep: str) -> dict[str, Any]:
    if keep == "None":
        return {}
    return {"object": obj if keep == "Object" else metadata_only(obj)}


def _definition(column: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in column.items() if key != "jsonPath"}


def _cell(column: Mapping[str, Any], obj: Object) -> Any:
    value = at(obj, column["jsonPath"])
    if value is None:
        return None
    if column["type"] == "date":
        return age(value)
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value) if column["type"] == "string" else value
