"""What a field's Python type does not say about its schema; read by `schema` alone.

Markers stand in `Annotated[...]` and change nothing in memory. Where there is none, the schema of a
field follows from its type, and a field is required when it has no default.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple


class Format(NamedTuple):
    """The `format` of a number."""

    name: str


class Minimum(NamedTuple):
    """The least number that the API server accepts."""

    value: int


class Embedded(NamedTuple):
    """A type of Kubernetes' own, by its name in the API server's OpenAPI document.

    The value stays a plain mapping in memory. `explained` is where `kubectl explain` tells more.
    """

    definition: str
    explained: str


class MergedBy(NamedTuple):
    """Server-side apply merges the entries of this list that two managers write.

    Entries with the same keys are the same entry. A list without the marker belongs to one manager
    as a whole (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy).
    """

    keys: tuple[str, ...]


class Described(NamedTuple):
    """A plain mapping in memory whose schema is that of a model."""

    model: type[Any]


class Marker(NamedTuple):
    """A marker that says all with its name."""

    name: str


SERVER_DEFAULT = Marker("server-default")
"""The API server fills in the field's default when it is missing."""

FREE_TEXT = Marker("free-text")
"""Any string is accepted, although we know the values that have a meaning."""

REQUIRED = Marker("required")
"""The API server insists on the field; a view of an older or hand-written object does not."""

UNREAD = Marker("unread")
"""Any JSON object; the API server keeps what it holds (`x-kubernetes-preserve-unknown-fields`)."""

Int32 = Annotated[int, Format("int32")]
Int64 = Annotated[int, Format("int64")]
