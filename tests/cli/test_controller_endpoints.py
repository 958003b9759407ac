from __future__ import annotations

import pytest

from kubectl_kubestash.cli.controller_endpoints import parse_address
from kubectl_kubestash.errors import UsageError


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
