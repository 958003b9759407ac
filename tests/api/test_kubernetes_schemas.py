"""Kubernetes' own types are taken from a real API server and rewritten for our definitions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.kubernetes_schemas import DATA, selected, structural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.api_server import ApiServer

CORE = "io.k8s.api.core.v1."


def stored_names() -> list[str]:
    return sorted(json.loads(DATA.read_text(encoding="utf-8")))


def inside(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from inside(inner)
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from inside(schema[key])


@pytest.mark.parametrize("name", stored_names())
def test_a_schema_is_structural(name: str) -> None:
    for schema in inside(structural(name)):
        assert not {"$ref", "allOf", "oneOf"} & set(schema)
        assert ("type" in schema) != ("x-kubernetes-int-or-string" in schema)


def test_quantities_are_numbers_or_texts_of_a_certain_form() -> None:
    limits = structural(CORE + "ResourceRequirements")["properties"]["limits"]

    assert limits["additionalProperties"]["x-kubernetes-int-or-string"] is True
    assert limits["additionalProperties"]["anyOf"] == [{"type": "integer"}, {"type": "string"}]
    assert limits["additionalProperties"]["pattern"].startswith("^")


def test_lists_keep_their_keys_so_that_the_server_can_merge_them() -> None:
    ports = structural(CORE + "Container")["properties"]["ports"]

    assert ports["x-kubernetes-list-type"] == "map"
    assert ports["x-kubernetes-list-map-keys"] == ["containerPort", "protocol"]
    assert ports["items"]["properties"]["protocol"]["default"] == "TCP"


def test_empty_defaults_do_not_fill_objects_up() -> None:
    assert "default" not in structural(CORE + "EnvVar")["properties"]["name"]
    assert "default" not in structural(CORE + "LocalObjectReference")["properties"]["name"]


def test_labels_of_an_embedded_claim_survive() -> None:
    volume = structural(CORE + "Volume")["properties"]
    claim = volume["ephemeral"]["properties"]["volumeClaimTemplate"]["properties"]

    assert {"labels", "annotations"} <= set(claim["metadata"]["properties"])


def test_only_what_is_embedded_is_kept() -> None:
    names = stored_names()

    assert CORE + "Affinity" in names
    assert CORE + "NodeAffinity" in names
    assert CORE + "Service" not in names


@pytest.mark.cluster
def test_what_is_kept_is_what_the_api_server_says(api_server: ApiServer) -> None:
    """If not: take them anew, as the module under test explains."""
    document = json.loads(api_server.kubectl("get", "--raw=/openapi/v3/api/v1"))

    assert selected(document) == json.loads(DATA.read_text(encoding="utf-8"))
