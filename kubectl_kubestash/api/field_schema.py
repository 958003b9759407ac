"""How does pydantic-core read a field? By a schema that follows from the field's annotation.

The markers in `Annotated[...]` say nothing here: they are about the CustomResourceDefinition.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic_core import core_schema
from pydantic_core.core_schema import CoreSchema

_PLAIN: dict[Any, CoreSchema] = {
    Any: core_schema.any_schema(),
    bool: core_schema.bool_schema(),
    datetime: core_schema.datetime_schema(microseconds_precision="truncate"),
    float: core_schema.float_schema(),
    int: core_schema.int_schema(),
    str: core_schema.str_schema(),
}


@cache
def annotated_schema(module: str, annotation: str) -> CoreSchema:
    """The schema of an annotation that stands in the source of a module."""
    return _schema(eval(annotation, vars(sys.modules[module])))  # noqa: S307 - our own source


def _schema(kind: Any) -> CoreSchema:
    origin = get_origin(kind)
    if origin is Annotated:
        return _schema(get_args(kind)[0])
    if origin is not None:
        return _composed(origin, get_args(kind))
    if kind in _PLAIN:
        return _PLAIN[kind]
    if issubclass(kind, Enum):
        return core_schema.enum_schema(kind, list(kind), sub_type="str")
    schema: CoreSchema = kind.model_schema()
    return schema


def _composed(origin: Any, parts: tuple[Any, ...]) -> CoreSchema:
    schemas = [_schema(part) for part in parts if part not in (NoneType, ...)]
    if origin is tuple:
        return core_schema.tuple_schema(schemas, variadic_item_index=0)
    if origin in (dict, Mapping):
        return core_schema.dict_schema(*schemas)
    assert origin in (Union, UnionType), f"no schema for {origin}"
    either = schemas[0] if len(schemas) == 1 else core_schema.union_schema(list(schemas))
    return core_schema.nullable_schema(either) if NoneType in parts else either
