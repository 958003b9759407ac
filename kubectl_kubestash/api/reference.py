"""What can people look up about our kinds? One page for each, and one for what they share.

    python -m kubectl_kubestash.api.reference

writes the pages of `docs/api/`, which are never edited by hand. The examples in
`docs/api/examples/` are written by hand, and stand on the pages as they are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from .condition_types import CONDITIONS
from .field_rows import FieldRow, field_rows, models_within
from .field_texts import model_text
from .kinds import MODELS
from .meta import ObjectMeta
from .printer_columns import PRINTER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .meta import KubeModel, KubeResource
    from .resources import Resource

PAGES = Path(__file__).resolve().parents[2] / "docs" / "api"
_TYPES = "types.md"
_META = {"api_version", "kind", "metadata"}
_INTRODUCTION = f"""`kubectl explain` shows the same texts in a terminal, such as
`kubectl explain backupconfiguration.spec.sessions.scheduler`. What several kinds share is on
[one page]({_TYPES}).

All definitions are small enough for `kubectl apply -f crds/`, which keeps a copy of each in an
annotation of at most 262144 bytes. `kubectl apply --server-side -f crds/` needs no such copy."""
_INTRODUCTION_OF_TYPES = """Types of Kubernetes' own, such as EnvVar, Probe and Volume, are
explained by `kubectl explain`, at the path that ends the field's text, and by the
[reference of Kubernetes](https://kubernetes.io/docs/reference/kubernetes-api/)."""
_HEAD = "<!-- Made by `make docs` from the models in kubectl_kubestash/api; do not edit. -->\n"


def pages(examples: Path) -> dict[str, str]:
    """The text of each page, by file name."""
    texts = {"README.md": _index(), _TYPES: _shared_types()}
    for resource, model in MODELS.items():
        example = (examples / f"{resource.singular}.yaml").read_text(encoding="utf-8")
        texts[f"{resource.singular}.md"] = _page(resource, model, example)
    return {name: f"{_HEAD}\n{text}" for name, text in texts.items()}


def write(directory: Path) -> None:
    """Write all pages; the examples have to be there."""
    for name, text in pages(directory / "examples").items():
        (directory / name).write_text(text, encoding="utf-8")


def _index() -> str:
    rows = [
        (
            f"[{resource.kind}]({resource.singular}.md)",
            resource.group,
            ", ".join(f"`{name}`" for name in (resource.plural, *resource.short_names)),
            "namespace" if resource.namespaced else "cluster",
            model_text(model),
        )
        for resource, model in MODELS.items()
    ]
    return "\n".join(
        [
            "# The kinds",
            "",
            _INTRODUCTION,
            "",
            *_table(("kind", "group", "names for kubectl", "scope", "what it is"), rows),
            "",
        ]
    )


def _page(resource: Resource, model: type[KubeResource], example: str) -> str:
    columns = ", ".join(column.name for column in PRINTER_COLUMNS[resource])
    scope = "Lives in a namespace" if resource.namespaced else "Belongs to no namespace"
    lines = [
        f"# {resource.kind}",
        "",
        model_text(model),
        "",
        f"`apiVersion: {resource.api_version}`. {scope}; kubectl knows it as {_words(resource)}.",
        f"`kubectl get` shows {columns}.",
        "",
        "## Example",
        "",
        "```yaml",
        example.rstrip(),
        "```",
    ]
    for part in (name for name in model.model_fields if name not in _META):
        lines += ["", f"## Fields of {part}", "", *_fields(_part(model, part))]
    lines += _conditions(resource)
    return "\n".join([*lines, ""])


def _words(resource: Resource) -> str:
    words = [resource.plural, resource.singular, *resource.short_names]
    own = ", ".join(f"`{word}`" for word in dict.fromkeys(words))
    return f"{own}, and among {', '.join(f'`{word}`' for word in resource.categories)}"


def _part(model: type[KubeResource], part: str) -> Iterator[FieldRow]:
    """The fields below `spec` or `status`; what stands in one place only follows at once."""
    rows = field_rows(model, inline=_own(model))
    return (row for row in rows if row.path.startswith(f"{part}."))


def _own(model: type[KubeResource]) -> set[type[KubeModel]]:
    room = model.__module__.rpartition(".")[0]
    return {
        inner
        for inner, times in models_within(model).items()
        if times == 1 and inner.__module__.startswith(f"{room}.")
    }


def _shared_types() -> str:
    shared = {
        inner
        for kind in MODELS.values()
        for inner in models_within(kind).keys() - _own(kind)
        if inner is not ObjectMeta
    }
    lines = [
        "# What several kinds share",
        "",
        _INTRODUCTION_OF_TYPES,
    ]
    for model in sorted(shared, key=lambda each: each.__name__):
        lines += ["", f"## {model.__name__}", "", model_text(model), ""]
        lines += _fields(field_rows(model, inline=()))
    return "\n".join([*lines, ""])


def _fields(rows: Iterable[FieldRow]) -> list[str]:
    shown = [(f"`{row.path}`", _linked(row.type), row.default, row.text) for row in rows]
    return _table(("field", "type", "default", "what it means"), shown)


def _linked(text: str) -> str:
    return re.sub(r"\[(\w+)\]", lambda m: f"[{m[1]}]({_TYPES}#{m[1].lower()})", text)


def _conditions(resource: Resource) -> list[str]:
    found = CONDITIONS.get(resource, ())
    rows = [
        (one.type, *(f"`{r}`" if r else "never" for r in one[1:3]), one.meaning) for one in found
    ]
    heads = ("condition", "reason when True", "reason when False", "what it means")
    return ["", "## Conditions", "", *_table(heads, rows)] if rows else []


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    cells = [heads, tuple("---" for _ in heads), *rows]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells]


if __name__ == "__main__":
    write(PAGES)
