"""What does a cluster have to know about our kinds? Their CustomResourceDefinitions.

    python -m kubectl_kubestash.api.schema

writes `crds/<group>_<plural>.yaml` for every kind; the files are never edited by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from .field_texts import model_text
from .kinds import MODELS
from .kubernetes_schemas import Schema
from .meta import KubeResource
from .printer_columns import PRINTER_COLUMNS, Column
from .resources import CUSTOM_RESOURCE_DEFINITION, Resource
from .structural_schema import schema_of

CRDS = Path(__file__).resolve().parents[2] / "crds"

_IDENTITY: dict[str, Schema] = {
    "apiVersion": {"type": "string", "description": "Group and version of the kind."},
    "kind": {"type": "string", "description": "Kind of the object."},
    "metadata": {"type": "object"},
}


def custom_resource_definition(model: type[KubeResource]) -> dict[str, Any]:
    """The CustomResourceDefinition of a kind."""
    resource = model.resource
    return {
        "apiVersion": CUSTOM_RESOURCE_DEFINITION.api_version,
        "kind": CUSTOM_RESOURCE_DEFINITION.kind,
        "metadata": {"name": f"{resource.plural}.{resource.group}"},
        "spec": {
            "group": resource.group,
            "names": _names(resource),
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "versions": [_version(model)],
        },
    }


def file_name(resource: Resource) -> str:
    """The name of the file in `crds/`."""
    return f"{resource.group}_{resource.plural}.yaml"


def write(directory: Path) -> None:
    """Write the definitions of all kinds, one file each."""
    directory.mkdir(parents=True, exist_ok=True)
    for resource, model in MODELS.items():
        text = yaml.dump(
            custom_resource_definition(model), Dumper=_Dumper, sort_keys=True, allow_unicode=True
        )
        (directory / file_name(resource)).write_text(f"---\n{text}", encoding="utf-8")


class _Dumper(yaml.SafeDumper):
    """Writes everything out in full, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _names(resource: Resource) -> dict[str, Any]:
    names: dict[str, Any] = {
        "categories": list(resource.categories),
        "kind": resource.kind,
        "listKind": f"{resource.kind}List",
        "plural": resource.plural,
        "singular": resource.singular,
    }
    if resource.short_names:
        names["shortNames"] = list(resource.short_names)
    return names


def _version(model: type[KubeResource]) -> dict[str, Any]:
    schema = schema_of(model)
    schema["description"] = model_text(model)
    schema["properties"] |= _IDENTITY
    schema.pop("required", None)
    return {
        "name": model.resource.version,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [_column(c) for c in PRINTER_COLUMNS[model.resource]],
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}} if model.resource.has_status else {},
    }


def _column(column: Column) -> dict[str, str]:
    return {"name": column.name, "jsonPath": column.json_path, "type": column.type}


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else CRDS)
