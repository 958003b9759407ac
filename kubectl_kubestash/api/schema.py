"""What does a cluster have to know about our kinds? Their CustomResourceDefinitions.

    python -m kubectl_kubestash.api.schema

writes `crds/<group>_<plural>.yaml` for every kind; the files are never edited by hand.
AppBinding, which is KubeDB's, goes to a file in the package instead: to be installed where nobody
else has done it, never over theirs, and not to be deleted with ours by `kubectl delete -f crds`. Of
its spec, fields that we do not read are kept as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .app_binding import AppBinding
from .field_texts import model_text
from .kinds import MODELS
from .kubernetes_schemas import Schema
from .meta import KubeResource
from .printer_columns import PRINTER_COLUMNS, Column
from .resources import CUSTOM_RESOURCE_DEFINITION, OURS, Resource
from .structural_schema import schema_of

CRDS = Path(__file__).resolve().parents[2] / "crds"
OPTIONAL = Path(__file__).resolve().with_name("optional")
"""Definitions of kinds that are not ours."""

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


def write(ours: Path, optional: Path) -> None:
    """Write the definitions of all kinds, one file each, and those that are not ours apart."""
    for model in MODELS.values():
        _write(ours, model)
    _write(optional, AppBinding)


def _write(directory: Path, model: type[KubeResource]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    document = custom_resource_definition(model)
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=True, allow_unicode=True)
    (directory / file_name(model.resource)).write_text(f"---\n{text}", encoding="utf-8")


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
    if model.resource not in OURS:
        schema["properties"]["spec"]["x-kubernetes-preserve-unknown-fields"] = True
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
    write(CRDS, OPTIONAL)
