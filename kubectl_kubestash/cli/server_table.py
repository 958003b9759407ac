"""The server's own Table: what kubectl prints, so columns and values are the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api.resources import ObjectKey
from ..errors import Gone, NotFound, Unreachable
from . import output
from .lookup import with_near_names
from .tables import lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api.resources import Resource
    from ..kube.client import Client, Object
    from .selection import Selection


_PAUSE = 1.0
"""Seconds between two tries to reach a server that is away."""


class Look(NamedTuple):
    """How the table is shown."""

    headers: bool = True
    labels: bool = False
    wide: bool = False


class ServerTable(NamedTuple):
    """Columns, and rows with the object behind each, as far as it was asked for."""

    columns: tuple[dict[str, Any], ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    namespaces: bool = False

    def headers(self, look: Look) -> list[str]:
        """The headers, as kubectl prints them."""
        names = [c["name"].upper() for c in self.columns if look.wide or not c.get("priority")]
        extra = ["LABELS"] if look.labels else []
        return [*(["NAMESPACE"] if self.namespaces else []), *names, *extra]

    def cells(self, look: Look, prefix: str = "") -> list[list[str]]:
        """The rows, as kubectl prints them."""
        return [self._cells(row, look, prefix) for row in self.rows]

    def show(self, look: Look, prefix: str = "") -> None:
        """Print it. The prefix goes before each name, where several kinds are shown."""
        output.table(self.cells(look, prefix), headers=self.headers(look) if look.headers else ())

    def _cells(self, row: dict[str, Any], look: Look, prefix: str) -> list[str]:
        metadata = (row.get("object") or {}).get("metadata", {})
        shown = [
            _cell(cell)
            for column, cell in zip(self.columns, row["cells"], strict=False)
            if look.wide or not column.get("priority")
        ]
        if prefix and shown:
            shown[0] = f"{prefix}/{shown[0]}"
        if look.labels:
            labels = metadata.get("labels") or {}
            shown.append(",".join(f"{k}={v}" for k, v in sorted(labels.items())) or "<none>")
        return [*([metadata.get("namespace", "")] if self.namespaces else []), *shown]


class Reader(NamedTuple):
    """Reads tables of one kind."""

    client: Client
    resource: Resource
    namespace: str
    selection: Selection
    include: str

    def read(self, name: str = "") -> Object:
        """The table of one object, or of all that were selected."""
        return self.client.table(
            self.resource,
            self.namespace,
            name=name,
            labels="" if name else self.selection.labels,
            fields="" if name else self.selection.server,
            include_object=self.include,
        )

    def explain(self, error: NotFound, name: str) -> NotFound:
        """The error with near names."""
        key = ObjectKey(self.namespace, name)
        return with_near_names(error, self.client, self.resource, key) if name else error

    def select(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those rows that fit, in the order wanted."""
        kept = [
            row for row in rows if not self.selection.here or self.selection.keeps(row["object"])
        ]
        return self.selection.ordered(kept, lambda row: row["object"])


def needed(look: Look, selection: Selection, namespaces: bool) -> str:
    """How much of each object the server has to send beside the cells."""
    if selection.here or selection.sort_by:
        return "Object"
    return "Metadata" if look.labels or namespaces else "None"


def joined(reader: Reader, tables: list[Object], *, namespaces: bool) -> ServerTable:
    """Several tables of one kind as one."""
    if not tables:
        return ServerTable()
    rows = [row for table in tables for row in table.get("rows") or []]
    columns = tuple(tables[0].get("columnDefinitions") or ())
    return ServerTable(columns, tuple(reader.select(rows)), namespaces)


class Follower:
    """Prints changes as they come: rows are added below, as kubectl does."""

    def __init__(
        self,
        client: Client,
        resource: Resource,
        namespace: str,
        *,
        name: str,
        selection: Selection,
    ) -> None:
        self.client = client
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.selection = selection
        self._widths: list[int] = []

    def objects(self, show: Callable[[Object], None]) -> None:
        """Each object as it is now, and after each change."""
        self._follow(show)

    def rows(self, look: Look, *, namespaces: bool) -> None:
        """Each object's row now, and after each change."""
        headers = look.headers

        def show(item: Object) -> None:
            nonlocal headers
            table = self._row(item["metadata"])
            if table is None:
                return
            shown = ServerTable(tuple(table["columnDefinitions"]), tuple(table["rows"]), namespaces)
            self._print([*([shown.headers(look)] if headers else []), *shown.cells(look)])
            headers = False

        self._follow(show)

    def _row(self, metadata: dict[str, Any]) -> Object | None:
        space, name = metadata.get("namespace", ""), metadata["name"]
        try:
            return self.client.table(self.resource, space, name=name, include_object="Metadata")
        except NotFound:
            return None

    def _print(self, rows: list[list[str]]) -> None:
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        before = self._widths or [0] * len(widths)
        self._widths = [max(pair) for pair in zip(widths, before, strict=True)]
        padding = [" " * width for width in self._widths]
        for line in list(lines([padding, *rows]))[1:]:
            output.line(line)

    def _follow(self, show: Callable[[Object], None]) -> None:
        fields = f"metadata.name={self.name}" if self.name else self.selection.server
        while True:
            version = ""
            pages = self.client.pages(
                self.resource, self.namespace, labels=self.selection.labels, fields=fields
            )
            for page in pages:
                version = page.resource_version
                for item in filter(self.selection.keeps, page.items):
                    show(item)
            self._changes(show, version, fields)

    def _changes(self, show: Callable[[Object], None], version: str, fields: str) -> None:
        while True:
            try:
                stream = self.client.watch(
                    self.resource,
                    self.namespace,
                    resource_version=version,
                    labels=self.selection.labels,
                    fields=fields,
                )
                for event in stream:
                    version = event.object["metadata"]["resourceVersion"]
                    is_there = event.type in {"ADDED", "MODIFIED"}
                    if is_there and self.selection.keeps(event.object):
                        show(event.object)
            except Gone:
                return
            except Unreachable:
                time.sleep(_PAUSE)


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)
