"""All that goes to stdout: tables, JSON, YAML, names, templates. Data only, and never cut."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import UsageError
from .tables import lines

if TYPE_CHECKING:
    from ..kube.client import Object

NAMES = ("json", "yaml", "name", "wide", "jsonpath=…", "custom-columns=…")
HELP = "One of: json, yaml, name, wide, jsonpath=TEMPLATE, custom-columns=HEADER:.path,…"


class Format(NamedTuple):
    """What was asked for with -o."""

    name: str = ""
    """Empty for the table that people read."""

    expression: str = ""

    @property
    def needs_objects(self) -> bool:
        """Whether whole objects are printed, not the server's own table."""
        return self.name not in {"", "wide"}


NAME = Format("name")
TABLE = Format()
"""Nothing was asked for: the table, or the line, that people read."""


def parse_format(text: str, *, allowed: Sequence[str] = ()) -> Format:
    """What `-o text` means; `allowed` names those that the command knows, else all of them.

    Raises UsageError that names what can be used.
    """
    name, separator, expression = text.partition("=")
    if name.startswith("go-template"):
        raise UsageError("-o go-template is not built in", "use -o jsonpath=… instead")
    known = allowed or ("json", "yaml", "name", "wide", "jsonpath", "custom-columns")
    takes_expression = name in {"jsonpath", "custom-columns"}
    if name and name not in known:
        raise UsageError(f"-o {text} is not known", f"choose one of: {', '.join(known)}")
    if takes_expression and not expression:
        raise UsageError(f"-o {name} needs a template", f"for example -o {_EXAMPLES[name]}")
    if separator and not takes_expression:
        raise UsageError(f"-o {name} takes no value")
    return Format(name, expression)


_EXAMPLES = {
    "jsonpath": "jsonpath='{.items[*].metadata.name}'",
    "custom-columns": "custom-columns=NAME:.metadata.name,PHASE:.status.phase",
}


def line(text: str = "") -> None:
    """One line, at once, so that a reader of a pipe need not wait."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def text(content: str) -> None:
    """A text that has its line ends already."""
    sys.stdout.write(content)


def table(rows: Iterable[Sequence[str]], *, headers: Sequence[str] = ()) -> None:
    """Columns under their headers."""
    shown = lines([headers, *rows] if headers else rows)
    sys.stdout.writelines(f"{row}\n" for row in shown)


def objects(
    items: Sequence[Object], form: Format, *, single: bool = False, headers: bool = True
) -> None:
    """Whole objects; several as one List, as kubectl prints them.

    `headers` is for custom columns: whether their names stand above them.
    """
    if form.name == "name":
        for item in items:
            line(reference(item))
        return
    if form.name == "custom-columns":
        _custom_columns(items, form.expression, headers=headers)
        return
    shown = [_without_managed_fields(item) for item in items]
    document = shown[0] if single and len(shown) == 1 else as_list(shown)
    if form.name == "jsonpath":
        from ..views import jsonpath  # noqa: PLC0415 - most runs need no templates

        sys.stdout.write(jsonpath.render(form.expression, document))
    elif form.name == "yaml":
        sys.stdout.write(to_yaml(document))
    else:
        line(json.dumps(document, indent=4, ensure_ascii=False))


def documents(items: Sequence[Mapping[str, Any]], form: Format) -> None:
    """Manifests to apply: YAML documents one after the other, or one JSON List."""
    if form.name == "name":
        for item in items:
            line(reference(item))
    elif form.name == "json":
        document = items[0] if len(items) == 1 else as_list(items)
        line(json.dumps(document, indent=4, ensure_ascii=False))
    else:
        sys.stdout.write("---\n".join(to_yaml(item) for item in items))


def document(content: Mapping[str, Any], form: Format) -> None:
    """One document that is no Kubernetes object."""
    if form.name == "yaml":
        sys.stdout.write(to_yaml(content))
    else:
        line(json.dumps(content, indent=4, ensure_ascii=False))


def reference(item: Mapping[str, Any]) -> str:
    """`backupsession.core.kubestash.com/name`: what kubectl takes as an argument."""
    group = str(item.get("apiVersion", "")).rpartition("/")[0]
    kind = str(item.get("kind", "")).lower()
    return f"{kind}{'.' + group if group else ''}/{item['metadata']['name']}"


def as_list(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several objects as one document."""
    return {
        "apiVersion": "v1",
        "kind": "List",
        "metadata": {"resourceVersion": ""},
        "items": list(items),
    }


def to_yaml(document: Mapping[str, Any]) -> str:
    """Block style, keys in the order given; texts of several lines as blocks."""
    from ..views.document import to_yaml as dump  # noqa: PLC0415 - what only -o yaml pays

    return dump(document)


def _custom_columns(items: Sequence[Object], expression: str, *, headers: bool) -> None:
    from ..views import jsonpath  # noqa: PLC0415 - most runs need no templates

    columns = [column.partition(":") for column in expression.split(",")]
    if any(not path for _, _, path in columns):
        raise UsageError(
            f"-o custom-columns={expression}: each column is HEADER:.path",
            f"for example -o {_EXAMPLES['custom-columns']}",
        )
    rows = [
        [
            ",".join(jsonpath.text(value) for value in jsonpath.find(path, item)) or "<none>"
            for _, _, path in columns
        ]
        for item in items
    ]
    table(rows, headers=[header for header, _, _ in columns] if headers else ())


def _without_managed_fields(item: Object) -> Object:
    metadata = {k: v for k, v in item.get("metadata", {}).items() if k != "managedFields"}
    return {**item, "metadata": metadata}
