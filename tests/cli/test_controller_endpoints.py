from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.cli.controller_endpoints import parse_address
from kubectl_kubestash.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from .program import Terminal


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (":8443", ("", 8443)),
        ("127.0.0.1:8443", ("127.0.0.1", 8443)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:8443", ("::1", 8443)),
        ("", None),
        ("0", None),
    ],
)
def test_an_address_is_a_host_and_a_port_or_nothing(
    text: str, address: tuple[str, int] | None
) -> None:
    assert parse_address("--metrics-bind-address", text) == address


@pytest.mark.parametrize("text", ["8443", ":http", ":70000", "::1:8443", ":-1"])
def test_anything_else_is_refused_with_the_name_of_the_flag(text: str) -> None:
    with pytest.raises(UsageError, match="--metrics-bind-address"):
        parse_address("--metrics-bind-address", text)


def test_an_operator_outside_of_the_cluster_has_no_webhook(
    terminal: Terminal, tmp_path: Path
) -> None:
    cluster = {"name": "kind-a", "cluster": {"server": "https://127.0.0.1:1"}}
    context = {"name": "kind-a", "context": {"cluster": "kind-a", "user": "a"}}
    login = {
        "current-context": "kind-a",
        "clusters": [cluster],
        "contexts": [context],
        "users": [{"name": "a", "user": {"token": "t"}}],
    }
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(json.dumps(login))
    flags = ("--kubeconfig", str(kubeconfig), "--webhook-bind-address", "127.0.0.1:0")

    code, _, err = terminal("controller", "run", *flags)

    assert code == 2
    assert "--webhook-bind-address is for an operator in the cluster" in err
