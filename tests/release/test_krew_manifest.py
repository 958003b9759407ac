"""The plugin's manifest would pass krew's validator, and fits the project."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from .krew_rules import objections

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).parents[2]
FILE = PROJECT / "krew-manifest.yaml"


@pytest.fixture
def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text()))


def test_the_manifest_is_valid(manifest: dict[str, Any]) -> None:
    assert objections(manifest) == []


def test_it_is_for_the_version_that_is_built(manifest: dict[str, Any]) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]

    assert manifest["spec"]["version"] == f"v{project['version']}"
    assert all(f"/v{project['version']}/" in one["uri"] for one in manifest["spec"]["platforms"])


def test_each_sum_that_is_not_known_yet_says_when_it_will_be() -> None:
    unfilled = [line for line in FILE.read_text().splitlines() if f'"{"0" * 64}"' in line]

    assert [line for line in unfilled if not line.endswith("# at release")] == []


@pytest.mark.parametrize(
    ("spoil", "objection"),
    [
        pytest.param(lambda m: m.update(kind="Plug"), "kind is not Plugin", id="kind"),
        pytest.param(
            lambda m: m["metadata"].update(name="con"), "metadata.name 'con'", id="reserved name"
        ),
        pytest.param(
            lambda m: m["spec"].update(version="0.1.0"), "spec.version '0.1.0'", id="no leading v"
        ),
        pytest.param(
            lambda m: m["spec"].update(shortDescription="a\nb"), "not one short line", id="lines"
        ),
        pytest.param(lambda m: m["spec"].update(platforms=[]), "platforms is empty", id="nowhere"),
        pytest.param(
            lambda m: m["spec"]["platforms"].append(m["spec"]["platforms"][0]),
            "spec.platforms overlap",
            id="two for one platform",
        ),
        pytest.param(
            lambda m: m["spec"]["platforms"][0].update(sha256="A" * 64),
            "spec.platforms[0].sha256",
            id="upper case sum",
        ),
        pytest.param(
            lambda m: m["spec"]["platforms"][0].update(selector={"matchLabels": {}}),
            "matches no supported platform",
            id="empty selector",
        ),
        pytest.param(
            lambda m: m["spec"]["platforms"][0].update(bin="../kubectl"),
            "not a path inside",
            id="outside of the archive",
        ),
        pytest.param(
            lambda m: m["spec"]["platforms"][0].update(files=[]), "empty list", id="no files"
        ),
    ],
)
def test_a_spoilt_manifest_is_refused(
    manifest: dict[str, Any], spoil: Callable[[dict[str, Any]], None], objection: str
) -> None:
    spoilt = copy.deepcopy(manifest)
    spoil(spoilt)

    assert any(objection in one for one in objections(spoilt))
