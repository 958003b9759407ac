"""The fields of KubeStash's CustomResourceDefinitions, one row each, to compare ours with.

The table lies beside the repository. Where it is missing, only what needs no table is checked; in
CI it has to be there.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = REPOSITORY.parent / "shared" / "reference" / "crd-fields.tsv"

Schema = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One field, as the table writes it."""

    path: str
    type: str
    format: str
    required: str
    enum: str
    default: str

    @property
    def embedded(self) -> str:
        """Name of a type of Kubernetes' own, such as `core/v1.Volume`; empty for other fields."""
        return self.format if "/" in self.format else ""

    def is_shaped_like(self, ours: Row | None) -> bool:
        """Whether ours is a list where this is one, and required where this is."""
        if ours is None:
            return False
        shape = ours.type.partition("<")[0]
        return (self.type, self.required, self.default) == (shape, ours.required, ours.default)


def kinds_in_table() -> list[str]:
    """The kinds that the table describes."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return sorted({entry["kind"] for entry in csv.DictReader(lines, delimiter="\t")})


def rows_of(kind: str) -> list[Row]:
    """The rows of a kind; none when the table is missing."""
    if not TABLE.exists():
        return []
    with TABLE.open(encoding="utf-8", newline="") as lines:
        entries = csv.DictReader(lines, delimiter="\t")
        return [
            Row(**{name: entry[name] or "" for name in Row.__annotations__})
            for entry in entries
            if entry["kind"] == kind
        ]


def fields(schema: Schema, prefix: str = "") -> Iterator[Row]:
    """The fields of a schema, depth first, those inside Kubernetes' own types as well."""
    for name, inner in schema.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        yield _row(path, inner, required=name in schema.get("required", []))
        if "items" in inner:
            yield from fields(inner["items"], f"{path}[]")
        elif "additionalProperties" in inner:
            yield from fields(inner["additionalProperties"], path + "{*}")
        else:
            yield from fields(inner, path)


def _row(path: str, schema: Schema, *, required: bool) -> Row:
    default = schema.get("default", "")
    return Row(
        path=path,
        type=_type(schema),
        format=_format(schema),
        required="yes" if required else "no",
        enum=",".join(schema.get("enum", [])),
        default=str(default).lower() if isinstance(default, bool) else str(default),
    )


def _type(schema: Schema) -> str:
    if "x-kubernetes-int-or-string" in schema:
        return "int-or-string"
    if "items" in schema:
        return f"array<{schema['items']['type']}>"
    if "additionalProperties" in schema:
        return f"map<string,{_type(schema['additionalProperties'])}>"
    return str(schema["type"])


def _format(schema: Schema) -> str:
    if "x-kubernetes-preserve-unknown-fields" in schema:
        return "preserve-unknown-fields"
    return str(schema.get("format", ""))
