"""`addon lint` judges Addons in files, in the cluster, and those that install brings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import ADDON, FUNCTION, ObjectKey
from kubectl_kubestash.resolve.addon_lint import WARNINGS

if TYPE_CHECKING:
    from .cluster_world import World
    from .program import Terminal

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "addons.md"
CHECKS = PROJECT / "kubectl_kubestash" / "resolve" / "addon_lint"

FUNCTION_YAML = """\
apiVersion: addons.kubestash.com/v1alpha1
kind: Function
metadata:
  name: wiki-backup
spec:
  image: registry.test/wiki:1
  args: [dump, "--pages=${pages}"]
"""
ADDON_YAML = """\
apiVersion: addons.kubestash.com/v1alpha1
kind: Addon
metadata:
  name: wiki-addon
spec:
  backupTasks:
    - name: dump
      driver: restic
      function: wiki-backup
      parameters:
        - name: page
      volumeMounts:
        - name: tmp
          mountPath: /tmp
"""
RIGHT = (
    ADDON_YAML.replace("driver: restic", "driver: Restic")
    .replace("name: page", "name: pages\n          required: true")
    .replace(
        "      volumeMounts:",
        "      volumeTemplate: [{name: tmp, source: {emptyDir: {}}}]\n      volumeMounts:",
    )
)
WRONG = [
    ("UnknownDriver", "error", 8),
    ("UnusedParameter", "warning", 11),
    ("UnresolvableVariable", "error", 9),
    ("MountWithoutVolume", "error", 13),
]


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wiki.yaml"
    path.write_text(f"{ADDON_YAML}---\n{FUNCTION_YAML}")
    return path


def test_mistakes_in_a_file_are_told_with_their_lines(terminal: Terminal, wrong: Path) -> None:
    table = terminal("addon", "lint", "-f", str(wrong))
    as_json = terminal("addon", "lint", "-f", str(wrong), "-o", "json")
    github = terminal("addon", "lint", "-f", str(wrong), "-o", "github")

    found = json.loads(as_json.out)
    assert {(one["reason"], one["level"], one["line"]) for one in found} == set(WRONG)
    assert {one["object"] for one in found} == {"Addon wiki-addon"}
    assert (table.code, table.err) == (1, "1 addon, 3 errors, 1 warning\n")
    assert f"{wrong}:8:7" in table.out
    assert f"::error file={wrong},line=8,col=7,title=UnknownDriver::" in github.out


def test_a_function_may_be_one_that_install_brings_but_must_be_somewhere(
    terminal: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "wiki.yaml"
    path.write_text(RIGHT)
    missing = terminal("addon", "lint", "-f", str(path))
    path.write_text(f"{RIGHT}---\n{FUNCTION_YAML}")
    there = terminal("addon", "lint", "-f", str(path))
    path.write_text(RIGHT.replace("wiki-backup", "pvc-backup").replace("pages", "paths"))
    ours = terminal("addon", "lint", "-f", str(path))

    assert (missing.code, "UnknownFunction" in missing.out) == (1, True)
    assert (there.code, there.out, there.err) == (0, "", "1 addon, 0 errors, 0 warnings\n")
    assert ours.code == 0


def test_our_own_catalogue_passes(terminal: Terminal) -> None:
    answer = terminal("addon", "lint", "--built-in", "-o", "json")

    found = json.loads(answer.out)
    assert answer.code == 0
    assert {one["reason"] for one in found} == {"NotSupported"}
    assert {one["file"] for one in found} == {None}


@pytest.mark.parametrize(
    "words",
    [["x", "-f", "y"], ["-f", "/no/such/file.yaml"], ["-o", "xml"], ["x", "--built-in"]],
    ids=" ".join,
)
def test_trouble_ends_with_two(terminal: Terminal, words: list[str]) -> None:
    answer = terminal("addon", "lint", *words)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: ")


@pytest.mark.cluster
def test_an_addon_of_the_cluster_is_judged_with_its_functions(world: World, wrong: Path) -> None:
    assert world.kubectl("apply", "-f", str(wrong)).code == 0
    try:
        one = world.run("addon", "lint", "wiki-addon", "-o", "json")
        ours = world.run("addon", "lint", "pvc-addon")
        every = world.run("addon", "lint")
        unknown = world.run("addon", "lint", "wiki-adon")
    finally:
        world.client.delete(ADDON, ObjectKey("", "wiki-addon"))
        world.client.delete(FUNCTION, ObjectKey("", "wiki-backup"))

    found = json.loads(one.out)
    assert one.code == 1
    assert [(each["reason"], each["level"]) for each in found] == [line[:2] for line in WRONG]
    assert found[0]["field"] == "spec.backupTasks[0].driver"
    assert (found[0]["file"], found[0]["line"]) == (None, None)
    assert (ours.code, ours.err) == (0, "1 addon, 0 errors, 4 warnings\n")
    assert (every.code, "Addon wiki-addon" in every.out) == (1, True)
    assert (unknown.code, unknown.out) == (2, "")
    assert "did you mean wiki-addon" in unknown.err


def test_the_page_about_addons_has_a_right_example_and_names_every_reason(
    terminal: Terminal, tmp_path: Path
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    [example] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "wiki.yaml"
    path.write_text(example)
    sources = "".join(file.read_text(encoding="utf-8") for file in CHECKS.glob("*.py"))
    reasons = set(re.findall(r'[fF]inding\(\s*"(\w+)"', sources)) | WARNINGS

    passes = terminal("addon", "lint", "-f", str(path))
    path.write_text(example.replace("${pages}", "${page}"))
    fails = terminal("addon", "lint", "-f", str(path))

    assert (passes.code, passes.out) == (0, "")
    assert "UnresolvableVariable" in fails.out
    assert {reason for reason in reasons if f"`{reason}`" not in text} == set()
