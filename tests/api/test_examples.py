"""KubeStash's own example manifests, beside the repository, can be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import yaml

from kubectl_kubestash.api.app_binding import AppBinding
from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.manifest_check import schema_problems
from kubectl_kubestash.api.resources import APP_BINDING, OURS
from tests.api.field_table import REPOSITORY

if TYPE_CHECKING:
    from kubectl_kubestash.api.meta import KubeResource

EXAMPLES = REPOSITORY.parent / "shared" / "upstream-examples"
VIEWS: dict[tuple[str, str], type[KubeResource]] = {
    (resource.api_version, resource.kind): model
    for resource, model in (MODELS | {APP_BINDING: AppBinding}).items()
}


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Every object of a kind that we have a view of, with its file."""
    return [
        (str(path.relative_to(EXAMPLES)), document)
        for path in sorted(EXAMPLES.rglob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if document and (document["apiVersion"], document["kind"]) in VIEWS
    ]


def test_the_examples_are_there_where_all_tests_must_run() -> None:
    assert examples() or os.environ.get("CI") != "true"


def test_every_example_is_read_without_losing_a_field() -> None:
    lost = {}
    for file, document in examples():
        view = VIEWS[document["apiVersion"], document["kind"]].parse(document)
        kept = view.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if missing := missing_paths(document.get("spec", {}), kept.get("spec", {})):
            lost[file] = missing

    assert lost == {}


def test_no_example_breaks_a_schema() -> None:
    judged = [
        problem
        for _, document in examples()
        for resource in OURS
        if document["kind"] == resource.kind
        for problem in schema_problems(resource, document)
    ]

    assert judged == []


def missing_paths(original: Any, kept: Any, path: str = "spec") -> list[str]:
    match original, kept:
        case dict(), dict():
            return [
                lost
                for name, value in original.items()
                if value is not None
                for lost in missing_paths(value, kept.get(name, ...), f"{path}.{name}")
            ]
        case list(), list():
            pairs = enumerate(zip(original, kept, strict=True))
            return [lost for i, (a, b) in pairs for lost in missing_paths(a, b, f"{path}[{i}]")]
        case _:
            return [] if original == kept else [path]


def test_the_page_about_compatibility_names_each_example_that_shows_a_server_s_answer() -> None:
    page = (REPOSITORY / "docs" / "compatibility.md").read_text(encoding="utf-8")
    answers = {file for file, document in examples() if "uid" in document["metadata"]}

    assert {file for file, _ in examples() if f"`{file}`" in page} >= answers
