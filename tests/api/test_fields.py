"""The CustomResourceDefinitions have the fields of KubeStash's own, so its manifests work here."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.kubernetes_schemas import structural
from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_STORAGE,
    OURS,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    Resource,
)
from kubectl_kubestash.api.schema import custom_resource_definition
from tests.api.field_table import TABLE, Row, fields, kinds_in_table, rows_of

_VOLUME_MOUNT = "io.k8s.api.core.v1.VolumeMount"

ADDED = {
    ADDON: {
        f"spec.{tasks}[].passThroughMounts{below}"
        for tasks in ("backupTasks", "restoreTasks")
        for below in ("", *(f"[].{field.path}" for field in fields(structural(_VOLUME_MOUNT))))
    },
    BACKUP_STORAGE: {"status.repositories[].uid"},
    REPOSITORY: {"status.resticRepositories", "status.resticConfigs"},
    RESTORE_SESSION: {
        "status.components{*}.claim",
        "status.components{*}.claim.node",
        "status.components{*}.claim.pod",
        "status.components{*}.claim.uid",
        "status.components{*}.restoredBytes",
        "status.components{*}.restoredFiles",
    },
    SNAPSHOT: {
        "status.components{*}.claim",
        "status.components{*}.claim.node",
        "status.components{*}.claim.pod",
        "status.components{*}.claim.uid",
        "status.components{*}.repositoryConfig",
        "status.components{*}.repositoryID",
        "status.components{*}.resticStats[].summary.bytes",
        "status.components{*}.resticStats[].summary.files",
    },
}
"""Fields that KubeStash's definitions lack and ours have; docs/decisions.md says why."""

NUMBER_OF_FIELDS = {
    "BackupStorage": 626,
    "Repository": 41,
    "Snapshot": 127,
    "RetentionPolicy": 24,
    "BackupConfiguration": 3681,
    "BackupBatch": 3690,
    "BackupSession": 49,
    "RestoreSession": 3043,
    "BackupBlueprint": 3642,
    "HookTemplate": 346,
    "BackupVerifier": 2973,
    "BackupVerificationSession": 24,
    "Addon": 648,
    "Function": 177,
}

every_kind = pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)


@cache
def crd(resource: Resource) -> dict[str, Any]:
    return custom_resource_definition(MODELS[resource])


def schema(resource: Resource) -> dict[str, Any]:
    found: dict[str, Any] = crd(resource)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return found


def test_the_table_of_fields_is_there_where_all_tests_must_run() -> None:
    assert TABLE.exists() or os.environ.get("CI") != "true"


@every_kind
def test_every_field_of_kubestash_is_there_and_equal(resource: Resource) -> None:
    ours = {row.path: row for row in fields(schema(resource))}

    different = [
        (row, ours.get(row.path))
        for row in rows_of(resource.kind)
        if not row.embedded and ours.get(row.path) != row
    ]

    assert different == []


def test_the_table_knows_no_kind_that_we_lack() -> None:
    kinds = {resource.kind for resource in OURS}

    assert not TABLE.exists() or set(kinds_in_table()) == kinds


@every_kind
def test_every_field_of_an_embedded_type_is_of_its_shape(resource: Resource) -> None:
    ours = {row.path: row for row in fields(schema(resource))}

    different = [
        (row, ours.get(row.path))
        for row in rows_of(resource.kind)
        if row.embedded and not row.is_shaped_like(ours.get(row.path))
    ]

    assert different == []


@every_kind
def test_every_embedded_type_is_there_whole(resource: Resource) -> None:
    ours = list(fields(schema(resource)))

    for row in rows_of(resource.kind):
        if row.embedded:
            inside = {
                field.path.removeprefix(row.path)
                for field in ours
                if field.path.startswith(row.path)
            }
            assert expected_inside(row) <= inside


def expected_inside(row: Row) -> set[str]:
    group, name = row.embedded.split(".")
    package = {"core/v1": "io.k8s.api.core.v1", "meta/v1": "io.k8s.apimachinery.pkg.apis.meta.v1"}
    volume_source = name == "VolumeSource"
    definition = f"{package[group]}.{'Volume' if volume_source else name}"
    infix = "[]." if row.type == "array" else "."
    inside = {f"{infix}{field.path}" for field in fields(structural(definition))}
    return inside - {".name"} if volume_source else inside


@every_kind
def test_there_is_no_field_that_kubestash_lacks_but_for_those_we_add(resource: Resource) -> None:
    known = rows_of(resource.kind)
    paths = {row.path for row in known}
    embedded = tuple(
        f"{row.path}{infix}" for row in known if row.embedded for infix in ("[].", ".")
    )

    ours = {row.path for row in fields(schema(resource)) if not row.path.startswith(embedded)}

    assert not known or ours - paths == ADDED.get(resource, set())


@every_kind
def test_fields_that_we_add_are_optional_and_there(resource: Resource) -> None:
    ours = {row.path: row for row in fields(schema(resource))}

    for path in ADDED.get(resource, set()):
        inside_a_type_of_kubernetes = "passThroughMounts[]" in path
        assert inside_a_type_of_kubernetes or replace(ours[path], required="no") == ours[path]


@every_kind
def test_the_number_of_fields_changes_only_on_purpose(resource: Resource) -> None:
    assert len(list(fields(schema(resource)))) == NUMBER_OF_FIELDS[resource.kind]
