"""The list of mistakes in KubeStash's own examples is complete, and has nothing that is none."""

from __future__ import annotations

import re
from functools import cache

from kubectl_kubestash.catalog import documents
from kubectl_kubestash.resolve.lint.judgement import judge
from kubectl_kubestash.resolve.lint.manifests import manifests_in
from tests.api.field_table import REPOSITORY
from tests.api.test_examples import EXAMPLES, examples

OLD_NAMES = "OldTaskName"


def listed() -> set[str]:
    """The files that the page names in its table of mistakes."""
    page = (REPOSITORY / "docs" / "compatibility.md").read_text(encoding="utf-8")
    chapter = page.partition("## Mistakes in upstream's examples")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


@cache
def found() -> set[str]:
    """The files that `lint` objects to, or that show what a server has answered."""
    manifests, findings = [], []
    for path in sorted(EXAMPLES.rglob("*.yaml")):
        name = str(path.relative_to(EXAMPLES))
        there, wrong = manifests_in(name, path.read_text(encoding="utf-8"))
        manifests += there
        findings += wrong
    findings += judge(manifests, catalogue=documents())
    objected = {
        one.file for one in findings if one.level == "error" or one.finding.reason == OLD_NAMES
    }
    answers = {file for file, document in examples() if "uid" in document["metadata"]}
    return objected | answers


def test_each_example_that_lint_objects_to_is_listed_and_no_other() -> None:
    assert found() == listed() or not EXAMPLES.is_dir()


def test_the_list_can_be_read() -> None:
    assert len(listed()) >= 4
