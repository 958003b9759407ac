"""Manifests are judged without a cluster: what is wrong is named with file, line and field."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from kubectl_kubestash.catalog import documents
from kubectl_kubestash.resolve.lint.judgement import judge
from kubectl_kubestash.resolve.lint.manifests import LintFinding, manifests_in

from .lint_corpus import (
    HEAD,
    IDENTITY,
    MEANING,
    POLICY,
    STORAGE,
    Broken,
    broken_everywhere,
)

PROJECT = Path(__file__).parents[2]
OURS = PROJECT / "docs" / "api" / "examples"
UPSTREAM = PROJECT.parent / "shared" / "upstream-examples"

catalogue = cache(documents)


def lint(**files: str) -> list[LintFinding]:
    """Findings of several files, by their names; two underscores stand for a slash."""
    manifests, findings = [], []
    for name, text in files.items():
        found, wrong = manifests_in(name.replace("__", "/"), text)
        manifests += found
        findings += wrong
    return findings + judge(manifests, catalogue=catalogue())


def shown(findings: list[LintFinding], level: str = "error") -> list[tuple[str, int]]:
    return [(one.finding.reason, one.place.line) for one in findings if one.level == level]


@pytest.mark.parametrize("broken", IDENTITY + MEANING, ids=lambda one: f"{one.reason}-{one.line}")
def test_a_mistake_is_found_at_its_line(broken: Broken) -> None:
    findings = lint(file=broken.text)

    assert (broken.reason, broken.line) in shown(findings)
    assert all(one.file == "file" and one.finding.message for one in findings)


def test_every_value_of_the_wrong_type_is_found_at_its_line() -> None:
    missed, tried = [], 0
    for path in sorted(OURS.glob("*.yaml")):
        for line, text in broken_everywhere(path.read_text(encoding="utf-8")):
            tried += 1
            if line not in {at for _, at in shown(lint(file=text))}:
                missed.append((path.name, text.splitlines()[line - 1]))

    # What is inside of free-form objects may be anything.
    free = {"exclude", "paths", "database", "schema", "table", "operator", "value"}
    assert [one for one in missed if one[1].strip("- ").partition(":")[0] not in free] == []
    assert tried + len(IDENTITY) + len(MEANING) > 200


@pytest.mark.parametrize("path", sorted(OURS.glob("*.yaml")), ids=lambda path: path.stem)
def test_our_examples_have_no_mistakes(path: Path) -> None:
    assert shown(lint(file=path.read_text(encoding="utf-8"))) == []


def test_the_examples_of_kubestash_are_there_where_all_tests_must_run() -> None:
    assert UPSTREAM.is_dir() or os.environ.get("CI") != "true"


def test_the_mistakes_in_the_examples_of_kubestash_are_those_of_the_page() -> None:
    texts = {
        str(path.relative_to(UPSTREAM)).replace("/", "__"): path.read_text(encoding="utf-8")
        for path in UPSTREAM.rglob("*.yaml")
    }
    page = (PROJECT / "docs" / "compatibility.md").read_text(encoding="utf-8")

    errors = [one for one in lint(**texts) if one.level == "error"]

    assert [one for one in errors if f"`{one.file}`" not in page] == []
    assert {one.finding.reason for one in errors} <= {"TwoDefaults"}


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = f"{HEAD}spec:\n  paused: 5\n  sesions: []\n  target: {{kind: Pod}}\n"

    assert [(one.finding.field, one.place.line) for one in lint(file=text)] == [
        ("spec.paused", 5),
        ("spec.sesions", 6),
        ("spec.target.name", 7),
    ]


@pytest.mark.parametrize("kind", ["List", "BackupConfigurationList"])
def test_items_of_a_list_are_judged_where_they_stand(kind: str) -> None:
    item = "- " + HEAD.replace("\n", "\n  ").rstrip() + "\n"
    text = f"apiVersion: v1\nkind: {kind}\nitems:\n{item}  spec: {{paused: 5}}\n"

    [finding] = lint(file=text)

    assert (finding.place.line, finding.place.column) == (7, 10)
    assert finding.about == "BackupConfiguration default/a"


def test_objects_of_one_folder_see_each_other_and_not_those_of_the_next() -> None:
    first = f"{POLICY}spec: {{default: true, maxRetentionPeriod: 1d}}\n"
    second = first.replace("name: p", "name: q")

    assert shown(lint(a__p=first, b__q=second)) == []
    assert shown(lint(a__p=first, a__q=second)) == [("TwoDefaults", 4), ("TwoDefaults", 4)]


def test_a_storage_that_does_not_admit_the_namespace_is_found_across_folders() -> None:
    storage = STORAGE.replace("name: s", "name: s, namespace: vault")
    storage += "spec: {storage: {provider: local, local: {emptyDir: {}, mountPath: /b}}}\n"
    text = f"{HEAD}spec:\n  backends:\n  - storageRef: {{name: s, namespace: vault}}\n"

    assert ("StorageNotAllowed", 6) in shown(lint(a__s=storage, b__c=text))
    assert ("StorageNotAllowed", 6) not in shown(lint(b__c=text))


def test_a_selector_is_held_against_a_namespace_only_when_its_labels_are_known() -> None:
    allowed = "usagePolicy: {allowedNamespaces: {from: Selector, selector: {matchLabels: {a: b}}}}"
    storage = STORAGE.replace("name: s", "name: s, namespace: vault")
    storage += "spec:\n  storage: {provider: local, local: {emptyDir: {}, mountPath: /b}}\n"
    storage += f"  {allowed}\n"
    text = f"{HEAD}spec:\n  backends:\n  - storageRef: {{name: s, namespace: vault}}\n"
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"

    assert ("StorageNotAllowed", 6) not in shown(lint(s=storage, c=text))
    assert ("StorageNotAllowed", 6) in shown(lint(s=storage, c=text, n=namespace))
    labelled = namespace.replace("name: default", "name: default, labels: {a: b}")
    assert ("StorageNotAllowed", 6) not in shown(lint(s=storage, c=text, n=labelled))


def test_a_run_of_a_session_that_the_configuration_does_not_have_is_found() -> None:
    configuration = f"{HEAD}spec:\n  sessions: [{{name: nightly}}]\n"
    session = HEAD.replace("BackupConfiguration", "BackupSession").replace("name: a", "name: x")
    invoker = "invoker: {kind: BackupConfiguration, name: a}"
    text = f"{session}spec:\n  {invoker}\n  session: nihgtly\n"

    assert ("UnknownSession", 6) in shown(lint(c=configuration, s=text))
    assert shown(lint(s=text)) == []


def test_a_hook_may_not_run_a_template_that_does_not_admit_its_namespace() -> None:
    template = (OURS / "hooktemplate.yaml").read_text(encoding="utf-8")
    template = template.replace("namespace: demo", "namespace: infra")
    template = template.replace("from: All", "from: Same")
    reference = "hookTemplate: {name: tell-the-team, namespace: infra}"
    text = f"{HEAD}spec:\n  sessions:\n  - name: a\n    hooks:\n      preBackup:\n"
    text += f"      - name: x\n        {reference}\n"

    assert ("HookTemplateNotAllowed", 10) in shown(lint(t=template, c=text))
    assert "HookTemplateNotAllowed" not in {reason for reason, _ in shown(lint(c=text))}


def test_an_addon_that_is_called_almost_as_one_of_ours_is_a_warning() -> None:
    typed = "spec:\n  sessions:\n  - name: a\n    addon:\n      name: {}\n"
    own = "apiVersion: addons.kubestash.com/v1alpha1\nkind: Addon\nmetadata: {name: pvc-adon}\n"

    def reasons(text: str) -> list[tuple[str, int]]:
        return [one for one in shown(lint(file=text), "warning") if one[0] != "NotSupported"]

    assert reasons(HEAD + typed.format("pvc-adon")) == [("AddonNotAtHand", 8)]
    assert reasons(HEAD + typed.format("wiki-addon")) == []
    assert reasons(f"{own}---\n{HEAD}{typed.format('pvc-adon')}") == []


def test_an_object_that_stands_twice_in_a_folder_is_a_warning() -> None:
    policy = f"{POLICY}spec: {{maxRetentionPeriod: 1y}}\n"

    [twice] = lint(a__one=policy, a__two=f"# two\n{policy}", b__three=policy)

    assert (twice.level, twice.finding.reason) == ("warning", "DuplicateObject")
    assert (twice.file, twice.place.line) == ("a/two", 4)
    assert "a/one:1" in twice.finding.message


def test_a_task_that_cannot_run_yet_is_a_warning() -> None:
    spec = (
        "spec:\n  sessions:\n  - name: a\n    addon:\n      name: mysql-addon\n      tasks:\n"
        "      - name: logical-backup\n"
    )

    assert ("NotSupported", 10) in shown(lint(file=HEAD + spec), "warning")


def test_what_is_not_supported_yet_is_a_warning() -> None:
    text = (OURS / "backupbatch.yaml").read_text(encoding="utf-8")

    assert shown(lint(file=text), "warning") == [("NotSupported", 3)]


def test_objects_of_others_are_left_alone() -> None:
    texts: dict[str, str] = {
        "values": "replicas: 3\n",
        "deployment": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: 5\n",
        "stash": "apiVersion: stash.appscode.com/v1beta1\nkind: BackupConfiguration\n",
        "settings": "apiVersion: config.kubestash.com/v1alpha1\nkind: KubeStashConfig\n",
    }

    assert shown(lint(**texts)) == []
    assert shown(lint(**texts), "warning") == [("NotAnObject", 1)]
