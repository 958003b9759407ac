"""The pages of docs/api are what the models say, and whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.condition_types import CONDITIONS
from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.manifest_check import schema_problems
from kubectl_kubestash.api.reference import PAGES, pages
from kubectl_kubestash.api.resources import OURS, Resource
from kubectl_kubestash.resolve import conditions

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = PAGES / "examples"

every_kind = pytest.mark.parametrize("resource", OURS, ids=lambda resource: resource.kind)


def example(resource: Resource) -> dict[str, Any]:
    [document] = yaml.safe_load_all((EXAMPLES / f"{resource.singular}.yaml").read_text())
    found: dict[str, Any] = document
    return found


def test_the_committed_pages_are_what_the_models_say() -> None:
    """If not: make docs."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}

    assert committed == pages(EXAMPLES)


def test_there_is_one_example_for_each_kind() -> None:
    assert {path.stem for path in EXAMPLES.iterdir()} == {resource.singular for resource in OURS}


@every_kind
def test_an_example_is_of_its_kind_and_breaks_no_schema(resource: Resource) -> None:
    found = example(resource)

    assert (found["apiVersion"], found["kind"]) == (resource.api_version, resource.kind)
    assert schema_problems(resource, found) == []
    assert MODELS[resource].parse(found).metadata.name


def links(path: Path) -> set[str]:
    return set(re.findall(r"\]\(([a-z]+\.md(?:#[a-z0-9]+)?)\)", path.read_text(encoding="utf-8")))


def test_every_link_leads_somewhere() -> None:
    targets = {path.name for path in PAGES.glob("*.md")}
    headings = re.findall(r"^## (\w+)$", (PAGES / "types.md").read_text(), re.MULTILINE)
    anchors = {f"types.md#{heading.lower()}" for heading in headings}

    found = {link for path in PAGES.glob("*.md") for link in links(path)}

    assert len(anchors) == len(headings) > 20
    assert found <= targets | anchors
    assert anchors <= found


@every_kind
def test_every_field_below_the_page_s_own_is_on_it(resource: Resource) -> None:
    text = (PAGES / f"{resource.singular}.md").read_text(encoding="utf-8")

    assert "| `spec." in text
    assert ("| `status." in text) == resource.has_status
    assert ("## Conditions" in text) == (resource in CONDITIONS)


def constants() -> dict[str, set[str]]:
    """Every condition that the operator may write, with its reasons."""
    return {
        one.type: {one.when_true, one.when_false} - {""}
        for one in vars(conditions).values()
        if isinstance(one, conditions.ConditionType)
    }


def test_every_condition_that_the_operator_writes_is_told_with_its_reasons() -> None:
    """If not: add it to kubectl_kubestash/api/condition_types.py, and `make docs`."""
    told = {
        one.type: {one.when_true, one.when_false} - {""}
        for of_kind in CONDITIONS.values()
        for one in of_kind
    }

    assert {kind: told.get(kind) for kind in constants()} == constants()


def test_only_kinds_with_a_status_have_conditions() -> None:
    assert {resource for resource in OURS if resource.has_status} == set(CONDITIONS)
