"""CustomResourceDefinitions: checked, pruned, filled, shown, explained."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

import pytest
import yaml

from kubectl_kubestash.api.schema import CRDS
from kubectl_kubestash.sandbox.server.schema import Fitting, Schemas
from tests.waiting import eventually

from .world import APPLY, MERGE, STRATEGIC, TABLE, WIDGETS, Object, World

if TYPE_CHECKING:
    from collections.abc import Mapping


def widget(name: str, /, **spec: object) -> Object:
    head = {"apiVersion": "example.com/v1", "kind": "Widget"}
    return {**head, "metadata": {"name": name}, "spec": {"size": 1, **spec}}


def test_an_object_is_pruned_and_filled(world: World, widgets: str) -> None:
    body = widget("w", nope=1, free={"a": [1]}, parts=[{"name": "p", "other": 2}], colour=None)
    code, made, _ = world.ask("POST", widgets, body | {"status": {"phase": "Ready"}})
    assert code == 201
    assert made["spec"] == {
        "size": 1,
        "free": {"a": [1]},
        "on": False,
        "parts": [{"name": "p", "count": 1}],
    }
    assert "status" not in made
    assert made["metadata"]["generation"] == 1


@pytest.mark.parametrize(
    ("spec", "field", "said"),
    [
        ({"size": "x"}, "spec.size", 'must be of type integer: "string"'),
        ({"size": True}, "spec.size", 'must be of type integer: "boolean"'),
        ({"size": 0}, "spec.size", "should be greater than or equal to 1"),
        ({"colour": "green"}, "spec.colour", 'supported values: "red", "blue"'),
        ({"limit": []}, "spec.limit", 'must be of type integer,string: "array"'),
        ({"since": "today"}, "spec.since", "date-time"),
        ({"parts": {}}, "spec.parts", 'must be of type array: "object"'),
        ({"parts": [5]}, "spec.parts[0]", 'must be of type object: "integer"'),
        ({"size": None}, "spec.size", "Required value"),
    ],
)
def test_an_object_that_does_not_fit_is_refused_by_field(
    world: World, widgets: str, spec: Mapping[str, object], field: str, said: str
) -> None:
    code, status, _ = world.ask("POST", widgets, widget("w", **spec))
    assert (code, status["reason"]) == (422, "Invalid")
    assert [one["field"] for one in status["details"]["causes"]] == [field]
    assert said in status["message"]


def test_spec_and_status_are_written_apart(world: World, widgets: str) -> None:
    world.ask("POST", widgets, widget("w"))
    patch = {"spec": {"size": 2}, "status": {"phase": "Ready"}}
    _, made, _ = world.ask("PATCH", f"{widgets}/w/status", patch, content_type=MERGE)
    assert (made["spec"]["size"], made["status"], made["metadata"]["generation"]) == (
        1,
        {"phase": "Ready"},
        1,
    )
    patch = {"spec": {"size": 2}, "status": {"phase": "Gone"}}
    _, made, _ = world.ask("PATCH", f"{widgets}/w", patch, content_type=MERGE)
    assert (made["spec"]["size"], made["status"], made["metadata"]["generation"]) == (
        2,
        {"phase": "Ready"},
        2,
    )
    assert world.ask("PATCH", f"{widgets}/w", patch, content_type=STRATEGIC)[0] == 415


def test_what_is_applied_no_more_goes(world: World, widgets: str) -> None:
    def apply(manager: str, **spec: object) -> tuple[int, Object]:
        body = widget("w", **spec)
        path = f"{widgets}/w?fieldManager={manager}&force=true"
        code, made, _ = world.ask("PATCH", path, body, content_type=APPLY)
        return code, made["spec"]

    code, spec = apply("a", colour="red", parts=[{"name": "x"}, {"name": "y"}])
    assert (code, spec["colour"]) == (201, "red")
    code, spec = apply("b", parts=[{"name": "z", "count": 3}])
    assert (code, [one["name"] for one in spec["parts"]]) == (200, ["x", "y", "z"])
    code, spec = apply("a", parts=[{"name": "y", "count": 5}])
    assert "colour" not in spec
    assert {one["name"]: one["count"] for one in spec["parts"]} == {"y": 5, "z": 3}


def test_the_columns_of_the_definition_are_shown(world: World, widgets: str) -> None:
    world.ask("POST", widgets, widget("w", size=3))
    path = f"{widgets}?includeObject=None"
    _, table, _ = world.ask("GET", path, accept=TABLE)
    assert [one["name"] for one in table["columnDefinitions"]] == ["Name", "Size", "Phase"]
    assert table["rows"] == [{"cells": ["w", 3, None]}]
    accept = TABLE.replace("Table", "PartialObjectMetadata")
    _, found, _ = world.ask("GET", f"{widgets}/w", accept=accept)
    assert found.keys() == {"kind", "apiVersion", "metadata"}


def test_kubectl_can_find_and_explain_the_kind(world: World) -> None:
    _, found, _ = world.ask("GET", "/apis/example.com/v1")
    assert [one["name"] for one in found["resources"]] == ["widgets"]
    _, index, _ = world.ask("GET", "/openapi/v3")
    _, document, _ = world.ask("GET", index["paths"]["apis/example.com/v1"]["serverRelativeURL"])
    schema = document["components"]["schemas"]["com.example.v1.Widget"]
    assert schema["description"] == "A widget."
    assert schema["x-kubernetes-group-version-kind"][0]["kind"] == "Widget"


def test_a_kind_goes_with_its_definition_and_its_objects(world: World, place: str) -> None:
    definition = json.loads(json.dumps(WIDGETS).replace("idget", "adget"))
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert world.ask("POST", definitions, definition)[0] == 201
    path = f"{place.replace('/api/v1', '/apis/example.com/v1')}/wadgets"
    body = json.loads(json.dumps(widget("w")).replace("idget", "adget"))
    assert world.ask("POST", path, body)[0] == 201
    assert world.ask("DELETE", f"{definitions}/wadgets.example.com")[0] == 200
    eventually(lambda: world.ask("GET", f"{definitions}/wadgets.example.com")[0] == 404)
    assert world.ask("GET", path)[0] == 404
    assert world.ask("POST", definitions, definition)[0] == 201
    assert world.ask("GET", path)[1]["items"] == []


def test_a_definition_may_serve_a_field_more(world: World, widgets: str) -> None:
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    _, made, _ = world.ask("GET", f"{definitions}/widgets.example.com")
    assert [one["type"] for one in made["status"]["conditions"]] == ["Established"]
    more = copy.deepcopy(made)
    properties = more["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    properties["spec"]["properties"]["extra"] = {"type": "string"}
    assert world.ask("PUT", f"{definitions}/widgets.example.com", more)[0] == 200
    _, found, _ = world.ask("POST", widgets, widget("w", extra="x"))
    assert found["spec"]["extra"] == "x"


def test_parts_of_schemas_that_are_equal_are_held_once() -> None:
    part = {"type": "object", "properties": {"a": {"type": "string", "description": "text"}}}
    made = Schemas({}, {}).custom({"type": "object", "properties": {"x": part, "y": {**part}}})
    assert made["properties"]["x"] is made["properties"]["y"]
    assert "description" not in made["properties"]["x"]["properties"]["a"]


def test_our_own_definitions_are_understood_whole() -> None:
    for file in CRDS.glob("storage.*.yaml"):
        definition = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
        schemas = Schemas({}, {})
        schema = schemas.custom(definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
        fitting = Fitting(schemas, is_custom=True)
        fitting.fit(schema | {"required": []}, {"spec": {"nope": 1}})
        assert "spec.nope" in fitting.unknown, file.name
