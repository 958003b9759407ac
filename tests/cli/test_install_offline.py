"""What `install` would apply, without a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from kubectl_kubestash.api.resources import OURS
from kubectl_kubestash.cli import guards

if TYPE_CHECKING:
    from .program import Terminal


_PRINTED = ("--dry-run=client", "-o", "yaml")


def _documents(text: str) -> list[dict[str, Any]]:
    # Four megabytes of definitions: the loader in C needs a second, the other one a minute.
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def test_a_client_dry_run_prints_everything_and_asks_nobody(terminal: Terminal) -> None:
    code, out, err = terminal(
        "install", "--dry-run=client", "-o", "yaml", "-s", "https://127.0.0.1:1"
    )

    documents = _documents(out)
    kinds = [document["kind"] for document in documents]
    assert (code, err) == (0, "")
    assert kinds.count("CustomResourceDefinition") == len(OURS)
    assert {"ClusterRole", "Function", "Addon"} <= set(kinds)
    assert all(guards.is_ours(document) for document in documents)


def test_with_the_operator_its_parts_follow_and_it_runs_the_image_that_was_named(
    terminal: Terminal,
) -> None:
    words = ["--operator", "--image", "reg.test/a/b:7", "--replicas", "3", "-n", "tools"]
    code, out, err = terminal("install", *words, "--allow-cross-namespace", *_PRINTED)

    documents = _documents(out)
    deployment = documents[-3]
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert (code, err) == (0, "")
    assert (deployment["kind"], deployment["metadata"]["namespace"]) == ("Deployment", "tools")
    assert deployment["spec"]["replicas"] == 3
    assert container["image"] == "reg.test/a/b:7"
    assert "--image=reg.test/a/b:7" in container["args"]
    assert "--allow-cross-namespace" in container["args"]
    assert all(guards.is_ours(document) for document in documents)


def test_no_operator_at_all_is_no_number_of_replicas(terminal: Terminal) -> None:
    code, _, err = terminal("install", "--operator", "--replicas", "0", "--dry-run=client")

    assert code == 2
    assert "--replicas" in err


def test_an_image_that_was_named_is_in_the_functions(terminal: Terminal) -> None:
    _, out, _ = terminal("install", "--dry-run=client", "--image", "reg.test/a/b:7", "-o", "yaml")

    images = [d["spec"]["image"] for d in _documents(out) if d["kind"] == "Function"]
    assert images
    assert set(images) == {"reg.test/a/b:7"}
