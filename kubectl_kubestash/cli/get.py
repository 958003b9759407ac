"""`get`: the server's own tables in plain columns, whole objects, and the view of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..api.resources import OURS
from ..errors import NotFound, UsageError
from . import lookup, output, server_table, session_table
from .frame import settings_of, single
from .selection import Selection, parse_fields

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..kube.client import Object
    from .settings import Settings

_ENRICHED = {"session", "sessions"}


def get(
    context: typer.Context,
    what: Annotated[
        list[str],
        typer.Argument(metavar="KIND[,KIND] [NAME…]", help="Kinds, or kind/name, or `all`."),
    ],
    *,
    form: Annotated[str, typer.Option("--output", "-o", metavar="FORM", help=output.HELP)] = "",
    labels: Annotated[
        str, typer.Option("--selector", "-l", metavar="LABELS", help="Only with these labels.")
    ] = "",
    fields: Annotated[
        str,
        typer.Option(
            "--field-selector", metavar="FIELDS", help="Only with these values: status.phase=Failed"
        ),
    ] = "",
    sort_by: Annotated[
        str, typer.Option("--sort-by", metavar="PATH", help="JSONPath, or one of: name, age.")
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on with changes.")] = False,
    no_headers: Annotated[
        bool, typer.Option("--no-headers", "--no-header", help="Rows only.")
    ] = False,
    show_labels: Annotated[
        bool, typer.Option("--show-labels", help="One more column: the labels.")
    ] = False,
    ignore_not_found: Annotated[
        bool, typer.Option("--ignore-not-found", help="Nothing there is no error.")
    ] = False,
) -> None:
    """List KubeStash objects.

    Kinds go by plural, singular, kind or short name: backupconfigurations, bc, repo, fn. "sessions"
    shows BackupSessions with progress, size and the reason of a failure; "all" shows every kind.

    Fields other than metadata.name and metadata.namespace are compared here, not by the server.

    Examples:
    # every BackupConfiguration of the cluster
    kubectl kubestash get bc -A

    # what runs, how far it is, and why the others failed
    kubectl kubestash get sessions -n demo

    # the names of all snapshots of one repository
    kubectl kubestash get snapshots -l kubestash.com/repo-name=s3-repo -o name
    """
    settings = settings_of(context)
    shape = output.parse_format(form)
    settings.json_errors = shape.name == "json"
    request = _Request(
        settings,
        Selection(labels, parse_fields(fields), sort_by),
        shape,
        server_table.Look(not no_headers, show_labels, shape.name == "wide"),
        ignore_not_found,
    )
    kinds = request.parse(what)
    if watch:
        request.watch(kinds)
    elif what[0] in _ENRICHED and not shape.name and not show_labels and len(what) == 1:
        session_table.backup_sessions(settings, request.selection, headers=not no_headers)
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
            self._nothing()

    def watch(self, kinds: list[tuple[Resource, list[str]]]) -> None:
        if len(kinds) > 1 or len(kinds[0][1]) > 1:
            raise UsageError("--watch follows one kind, or one object")
        resource, names = kinds[0]
        follower = server_table.Follower(
            self.settings.client,
            resource,
            self._namespace(resource),
            name=names[0] if names else "",
            labels=self.selection.labels,
        )
        if self.shape.needs_objects:
            follower.objects(lambda item: output.objects([item], self.shape, single=True))
        else:
            follower.rows(self.look, namespaces=self._shows_namespaces(resource))

    def _show_objects(self, kinds: list[tuple[Resource, list[str]]]) -> None:
        found: list[Object] = []
        for resource, names in kinds:
            found += self._objects(resource, names)
        one = len(kinds) == 1 and len(kinds[0][1]) == 1
        if one and not found:
            return
        output.objects(found, self.shape, single=one)

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
        if not name.startswith(lookup.LATEST):
            return name
        found = lookup.latest(self.settings.client, resource, self._namespace(resource), name)
        return str(found["metadata"]["name"])

    def _namespace(self, resource: Resource) -> str:
        return self.settings.scope if resource.namespaced else ""

    def _shows_namespaces(self, resource: Resource) -> bool:
        return self.settings.all_namespaces and resource.namespaced

    def _nothing(self) -> None:
        if not self.ignore_not_found:
            session_table.nothing(self.settings)


app = single(get)
