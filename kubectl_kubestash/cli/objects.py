"""Listing objects: what `get` does once its command line has been read.

Loads neither typer nor a view unless needed: this is the command that people wait for most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import OURS
from ..errors import NotFound, UsageError
from . import diagnostics, lookup, output, server_table
from .selection import Selection, parse_fields

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..kube.client import Object
    from .settings import Settings

_ENRICHED = {"session", "sessions"}


class Asked(NamedTuple):
    """The command line of `get`."""

    what: tuple[str, ...]
    form: str = ""
    labels: str = ""
    fields: str = ""
    sort_by: str = ""
    watch: bool = False
    no_headers: bool = False
    show_labels: bool = False
    ignore_not_found: bool = False


def list_objects(settings: Settings, asked: Asked) -> None:
    """Print what was asked for. Raises UsageError, NotFound."""
    shape = output.parse_format(asked.form)
    settings.json_errors = shape.name == "json"
    request = _Request(
        settings,
        Selection(asked.labels, parse_fields(asked.fields), asked.sort_by),
        shape,
        server_table.Look(not asked.no_headers, asked.show_labels, shape.name == "wide"),
        asked.ignore_not_found,
    )
    words = list(asked.what)
    kinds = request.parse(words)
    if any("" in names for _, names in kinds):
        raise UsageError("the name of an object may not be empty")
    if asked.watch:
        request.watch(kinds)
    elif len(words) == 1 and words[0] in _ENRICHED and not shape.name and not asked.show_labels:
        from . import session_table  # noqa: PLC0415 - plain tables do not need the views

        headers = not asked.no_headers
        if not session_table.backup_sessions(settings, request.selection, headers=headers):
            session_table.nothing(settings)
    else:
        request.show(kinds)


class _Request:
    def __init__(
        self,
        settings: Settings,
        selection: Selection,
        shape: output.Format,
        look: server_table.Look,
        ignore_not_found: bool,
    ) -> None:
        self.settings = settings
        self.selection = selection
        self.shape = shape
        self.look = look
        self.ignore_not_found = ignore_not_found

    def parse(self, words: list[str]) -> list[tuple[Resource, list[str]]]:
        """Kinds with the names wanted of each; no names means all objects."""
        if words == ["all"]:
            return [(resource, []) for resource in OURS if "all" in resource.categories]
        if all("/" in word for word in words):
            pairs = [word.split("/", 1) for word in words]
            return [(lookup.kind(kind), [name]) for kind, name in pairs]
        if any("/" in word for word in words):
            raise UsageError("either KIND NAME…, or KIND/NAME…, not both")
        kinds, names = words[0].split(","), words[1:]
        if names and (self.selection.labels or self.selection.fields):
            raise UsageError("a name and a selector cannot be used together")
        if names and self.settings.all_namespaces:
            raise UsageError("a name needs one namespace, so -A cannot be used with it")
        return [(lookup.kind(kind), names) for kind in kinds]

    def show(self, kinds: list[tuple[Resource, list[str]]]) -> None:
        if self.shape.needs_objects:
            self._show_objects(kinds)
            return
        shown = 0
        prefix = len(kinds) > 1
        for resource, names in kinds:
            table = self._table(resource, names)
            if table.rows:
                if shown:
                    output.line()
                table.show(self.look, prefix=resource.full_name if prefix else "")
            shown += len(table.rows)
        if not shown:
            self._nothing(any(resource.namespaced for resource, _ in kinds))

    def watch(self, kinds: list[tuple[Resource, list[str]]]) -> None:
        if len(kinds) > 1 or len(kinds[0][1]) > 1:
            raise UsageError("--watch follows one kind, or one object")
        resource, names = kinds[0]
        follower = server_table.Follower(
            self.settings.client,
            resource,
            self._namespace(resource),
            name=names[0] if names else "",
            selection=self.selection,
        )
        if self.selection.sort_by:
            diagnostics.warn("--watch shows changes as they come, so --sort-by is ignored")
        if self.shape.needs_objects:
            headers = self.look.headers

            def show(item: Object) -> None:
                nonlocal headers
                output.objects([item], self.shape, single=True, headers=headers)
                headers = False

            follower.objects(show)
        else:
            follower.rows(self.look, namespaces=self._shows_namespaces(resource))

    def _show_objects(self, kinds: list[tuple[Resource, list[str]]]) -> None:
        found: list[Object] = []
        for resource, names in kinds:
            found += self._objects(resource, names)
        one = len(kinds) == 1 and len(kinds[0][1]) == 1
        if one and not found:
            return
        output.objects(found, self.shape, single=one, headers=self.look.headers)

    def _objects(self, resource: Resource, names: list[str]) -> list[Object]:
        namespace = self._namespace(resource)
        if not names:
            items = self.settings.client.list(
                resource, namespace, labels=self.selection.labels, fields=self.selection.server
            )
            return self.selection.apply(items)
        found = []
        for name in names:
            try:
                found.append(lookup.get(self.settings.client, resource, namespace, name))
            except NotFound:
                if not self.ignore_not_found:
                    raise
        return found

    def _table(self, resource: Resource, names: list[str]) -> server_table.ServerTable:
        namespace = self._namespace(resource)
        reader = server_table.Reader(
            self.settings.client,
            resource,
            namespace,
            self.selection,
            server_table.needed(self.look, self.selection, self._shows_namespaces(resource)),
        )
        tables: list[Object] = []
        for name in names or [""]:
            try:
                tables.append(reader.read(self._resolved(resource, name)))
            except NotFound as error:
                if name and self.ignore_not_found:
                    continue
                raise reader.explain(error, name) from None
        return server_table.joined(reader, tables, namespaces=self._shows_namespaces(resource))

    def _resolved(self, resource: Resource, name: str) -> str:
        if "@" not in name:
            return name
        found = lookup.latest(self.settings.client, resource, self._namespace(resource), name)
        return str(found["metadata"]["name"])

    def _namespace(self, resource: Resource) -> str:
        return self.settings.scope if resource.namespaced else ""

    def _shows_namespaces(self, resource: Resource) -> bool:
        return self.settings.all_namespaces and resource.namespaced

    def _nothing(self, namespaced: bool) -> None:
        if not (self.ignore_not_found or self.settings.quiet):
            diagnostics.nothing_found(self.settings.scope if namespaced else "")
