from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.views import jsonpath

DOCUMENT: dict[str, Any] = {
    "kind": "List",
    "items": [
        {"metadata": {"name": "a", "labels": {"x.y/z": "1"}}, "n": 3, "tags": ["p", "q"]},
        {"metadata": {"name": "b"}, "n": 5},
    ],
}


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{.kind}", "List"),
        ("{$.kind}", "List"),
        ("{@.kind}", "List"),
        (".kind", "List"),
        ("{.items[*].metadata.name}", "a b"),
        ("{.items[0].metadata.name}", "a"),
        ("{.items[-1:].metadata.name}", "b"),
        ("{.items[0:2].n}", "3 5"),
        ("{.items[0,1].n}", "3 5"),
        ("{..name}", "a b"),
        ("{.items[0].metadata.labels.x\\.y/z}", "1"),
        ("{.items[0].metadata.labels['x.y/z']}", "1"),
        ("{.items[?(@.n>4)].metadata.name}", "b"),
        ('{.items[?(@.metadata.name=="a")].n}', "3"),
        ("{.items[?(@.tags)].n}", "3"),
        ("{.items[0].tags}", '["p","q"]'),
        ("{.nothing.at.all}", ""),
        ("{.items[9].n}", ""),
        ('{range .items[*]}{.metadata.name}={.n}{"\\n"}{end}', "a=3\nb=5\n"),
        ("names: {.items[*].metadata.name}!", "names: a b!"),
        ("{range .items[*]}{.n}{range .tags[*]}({@}){end};{end}", "3(p)(q);5;"),
    ],
)
def test_templates_say_what_kubectl_says(template: str, shown: str) -> None:
    assert jsonpath.render(template, DOCUMENT) == shown


@pytest.mark.parametrize(
    "template", ["{.a", "{range .items[*]}", "{.a[x]}", "{.a[?(@.b==c)]}", "{.a b}"]
)
def test_what_is_no_template_is_refused(template: str) -> None:
    with pytest.raises(UsageError, match="jsonpath"):
        jsonpath.render(template, {"a": [{"b": 1}]})
