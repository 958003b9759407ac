"""What `install` would apply, without a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from kubectl_kubestash.cli import guards

if TYPE_CHECKING:
    from .program import Terminal


def test_a_client_dry_run_prints_everything_and_asks_nobody(terminal: Terminal) -> None:
    code, out, err = terminal(
        "install", "--dry-run=client", "-o", "yaml", "-s", "https://127.0.0.1:1"
    )

    documents = list(yaml.safe_load_all(out))
    kinds = [document["kind"] for document in documents]
    assert (code, err) == (0, "")
    assert kinds.count("CustomResourceDefinition") == 10
    assert {"ClusterRole", "Function", "Addon"} <= set(kinds)
    assert all(guards.is_ours(document) for document in documents)


def test_an_image_that_was_named_is_in_the_functions(terminal: Terminal) -> None:
    _, out, _ = terminal("install", "--dry-run=client", "--image", "reg.test/a/b:7", "-o", "yaml")

    images = [d["spec"]["image"] for d in yaml.safe_load_all(out) if d["kind"] == "Function"]
    assert images
    assert set(images) == {"reg.test/a/b:7"}
