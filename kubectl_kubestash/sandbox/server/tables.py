"""The columns that `kubectl get` shows.

https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables. What
stands in the columns of Kubernetes' own kinds is in `cells.json`, behind the name: `.a.b|x` is a
field and what to show without it, `@` its age, `#` how many there are, `&` a function, `=` a text.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cells import FUNCTIONS, age, at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .call import Call
    from .kinds import Kind
    from .wire import Object


def table(
    call: Call,
    objects: Iterable[Object],
    metadata: Mapping[str, Any],
    *,
    with_columns: bool = True,
) -> Object:
    """Rows of a kind; each carries as much of its object as was asked for."""
    keep, kind = call.query.get("includeObject", "Metadata"), call.kind
    rows = [{"cells": [*_cells(kind, one)], **_kept(one, keep)} for one in objects]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [_definition(one) for one in kind.columns] if with_columns else None,
        "rows": rows,
    }


def metadata_only(obj: Object) -> Object:
    """An object without what it is about."""
    head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    return {**head, "metadata": obj["metadata"]}


def _kept(obj: Object, keep: str) -> dict[str, Any]:
    if keep == "None":
        return {}
    return {"object": obj if keep == "Object" else metadata_only(obj)}


def _definition(column: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in column.items() if key != "jsonPath"}


def _cells(kind: Kind, obj: Object) -> Iterable[Any]:
    obj = {"spec": {}, "status": {}, **obj}
    if kind.resource != "events":
        yield obj["metadata"]["name"]
    if kind.is_custom:
        for column in kind.columns[1:]:
            yield _custom(column, obj)
        return
    for expression in _expressions()[kind.resource]:
        yield _cell(expression, obj)


@cache
def _expressions() -> dict[str, list[str]]:
    return dict(json.loads(Path(__file__).with_name("cells.json").read_bytes()))


def _cell(expression: str, obj: Object) -> Any:
    rest = expression[1:]
    match expression[0]:
        case "&":
            return FUNCTIONS[rest](obj)
        case "@":
            return age(at(obj, rest))
        case "#":
            return sum(len(at(obj, path) or ()) for path in rest.split(","))
        case "=":
            return rest
    path, _, missing = expression.partition("|")
    value = at(obj, path)
    empty = value is None or value == ""
    return (int(missing) if missing.isdecimal() else missing) if empty else value


def _custom(column: Mapping[str, Any], obj: Object) -> Any:
    value = at(obj, column["jsonPath"])
    if value is None:
        return None
    if column["type"] == "date":
        return age(value)
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value) if column["type"] == "string" else value
