"""The files in crds/ are what the models say, and small and complete enough to be used."""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash import api
from kubectl_kubestash.api.app_binding import AppBinding
from kubectl_kubestash.api.field_texts import field_texts
from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.meta import KubeModel, KubeResource, ObjectMeta
from kubectl_kubestash.api.resources import (
    APP_BINDING,
    HOOK_TEMPLATE,
    OURS,
    Resource,
)
from kubectl_kubestash.api.schema import (
    CRDS,
    OPTIONAL,
    custom_resource_definition,
    file_name,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

for _module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
    importlib.import_module(_module.name)

LARGEST_ANNOTATION = 262144
"""Bytes of all annotations of an object; `kubectl apply` keeps a copy of it in one."""

every_kind = pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@every_kind
def test_the_committed_definition_is_what_the_model_says(resource: Resource) -> None:
    """If not: python -m kubectl_kubestash.api.schema."""
    assert load(CRDS / file_name(resource)) == custom_resource_definition(MODELS[resource])


def test_there_is_one_file_for_each_kind() -> None:
    assert {path.name for path in CRDS.rglob("*")} == {file_name(kind) for kind in OURS}


def test_the_definition_of_a_kind_that_is_not_ours_lies_apart_and_keeps_all_fields() -> None:
    document = custom_resource_definition(AppBinding)
    schema = document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]

    assert load(OPTIONAL / file_name(APP_BINDING)) == document
    assert schema["properties"]["spec"]["x-kubernetes-preserve-unknown-fields"] is True


def test_writing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, tmp_path)

    for resource in OURS:
        name = file_name(resource)
        assert (tmp_path / name).read_bytes() == (CRDS / name).read_bytes()


@every_kind
def test_a_definition_fits_into_the_annotation_of_kubectl_apply(resource: Resource) -> None:
    document = custom_resource_definition(MODELS[resource])

    assert len(json.dumps(document, separators=(",", ":"))) < LARGEST_ANNOTATION - 4096


@every_kind
def test_a_definition_is_no_larger_than_a_server_takes_with_ease(resource: Resource) -> None:
    assert (CRDS / file_name(resource)).stat().st_size < 900_000


def models_in(model: type[KubeModel]) -> set[type[KubeModel]]:
    return {model, *(inner for derived in model.__subclasses__() for inner in models_in(derived))}


@pytest.mark.parametrize(
    "model",
    sorted(models_in(KubeModel) - {KubeModel} - models_in(KubeResource), key=str),
    ids=lambda model: model.__name__,
)
def test_every_field_says_what_it_means(model: type[KubeModel]) -> None:
    if model.__name__ != "ObjectMeta":
        assert set(field_texts(model)) >= set(model.model_fields)
        assert all(text.endswith(".") for text in field_texts(model).values())


def defaults(schema: dict[str, Any]) -> list[tuple[Any, str]]:
    """Each default that the API server fills into a field of ours, with the field's text."""
    found = [
        (inner["default"], inner["description"])
        for inner in schema.get("properties", {}).values()
        if "default" in inner and "description" in inner
    ]
    children = [*schema.get("properties", {}).values()]
    children += [schema[key] for key in ("items", "additionalProperties") if key in schema]
    return found + [one for child in children for one in defaults(child)]


@every_kind
def test_a_field_that_the_server_fills_in_says_with_what(resource: Resource) -> None:
    for default, text in defaults(version(resource)["schema"]["openAPIV3Schema"]):
        said = str(default).lower() if isinstance(default, bool) else default
        assert f"Default: {said}." in text


def switches() -> list[tuple[str, str]]:
    """The fields that are on or off when nobody says so, but for those of a status."""
    return [
        (f"{model.__name__}.{name}", field_texts(model)[name])
        for model in sorted(models_in(KubeModel) - {KubeModel, ObjectMeta}, key=str)
        for name, field in model.model_fields.items()
        if isinstance(field.default, bool) and not model.__name__.endswith("Status")
    ]


def test_a_switch_says_what_it_is_when_nobody_sets_it() -> None:
    assert [name for name, text in switches() if "Default:" not in text] == []
    assert len(switches()) > 20


def version(resource: Resource) -> dict[str, Any]:
    found: dict[str, Any] = custom_resource_definition(MODELS[resource])["spec"]["versions"][0]
    return found


IDENTITIES = """
BackupStorage              storage  backupstorages             -        all  Namespaced  status
Repository                 storage  repositories               repo     all  Namespaced  status
Snapshot                   storage  snapshots                  -        -    Namespaced  status
RetentionPolicy            storage  retentionpolicies          -        -    Namespaced  -
BackupConfiguration        core     backupconfigurations       bc       all  Namespaced  status
BackupBatch                core     backupbatches              -        all  Namespaced  status
BackupSession              core     backupsessions             -        all  Namespaced  status
RestoreSession             core     restoresessions            restore  all  Namespaced  status
BackupBlueprint            core     backupblueprints           -        all  Namespaced  -
HookTemplate               core     hooktemplates              -        all  Namespaced  -
BackupVerifier             core     backupverifier             -        all  Namespaced  -
BackupVerificationSession  core     backupverificationsession  -        all  Namespaced  status
Addon                      addons   addons                     -        all  Cluster     -
Function                   addons   functions                  fn       all  Cluster     -
"""
COLUMNS = """
BackupStorage              Provider Default Deletion-Policy Total-Size Phase Age
Repository                 Integrity Snapshot-Count Size Phase Last-Successful-Backup Age
Snapshot                   Repository Session Snapshot-Time Deletion-Policy Phase Age
RetentionPolicy            Max-Retention-Period Default Age
BackupConfiguration        Phase Paused Age
BackupBatch                Age
BackupSession              Invoker-Type Invoker-Name Phase Duration Age
RestoreSession             Repository Phase Duration Age
BackupBlueprint            Age
HookTemplate               Executor Timeout Age
BackupVerifier             Age
BackupVerificationSession  Phase Duration Age
Addon                      Age
Function                   Age
"""
"""As KubeStash's own definitions have them."""


def test_kinds_have_the_names_that_people_type() -> None:
    ours = []
    for resource in OURS:
        spec = custom_resource_definition(MODELS[resource])["spec"]
        named, group = spec["names"], spec["group"]
        assert named["categories"][:2] == ["kubestash", "appscode"]
        assert (named["singular"], group) == (resource.kind.lower(), resource.group)
        row = [named["kind"], group.removesuffix(".kubestash.com"), named["plural"]]
        row += named.get("shortNames", ["-"]) + (named["categories"][2:] or ["-"])
        ours.append([*row, spec["scope"], *(version(resource)["subresources"] or ["-"])])

    assert ours == [line.split() for line in IDENTITIES.strip().splitlines()]


def test_columns_are_those_of_kubestash() -> None:
    ours = {
        resource.kind: [one["name"] for one in version(resource)["additionalPrinterColumns"]]
        for resource in OURS
    }

    assert ours == {line.split()[0]: line.split()[1:] for line in COLUMNS.strip().splitlines()}


def test_the_column_timeout_of_hook_templates_is_kept_although_nothing_fills_it() -> None:
    columns = {c["name"]: c["jsonPath"] for c in version(HOOK_TEMPLATE)["additionalPrinterColumns"]}

    assert columns["Timeout"] == ".spec.timeout"


def test_a_number_or_a_text_is_named_as_structural_schemas_want_it() -> None:
    spec = version(HOOK_TEMPLATE)["schema"]["openAPIV3Schema"]["properties"]["spec"]
    port = spec["properties"]["action"]["properties"]["tcpSocket"]["properties"]["port"]

    assert port["x-kubernetes-int-or-string"] is True
    assert "type" not in port
