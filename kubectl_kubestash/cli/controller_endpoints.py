"""The ports that `controller run` answers on: how the operator is, and its metrics."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..controllers.operator import Operator
    from ..kube.client import Client

HealthAddress = Annotated[
    str,
    typer.Option(
        "--health-bind-address",
        metavar="HOST:PORT",
        help="Answer /healthz and /readyz there, such as :8081.",
    ),
]
MetricsAddress = Annotated[
    str,
    typer.Option(
        "--metrics-bind-address",
        metavar="HOST:PORT",
        help="Answer /metrics there over TLS, to those who may get it.",
    ),
]


def parse_address(flag: str, text: str) -> tuple[str, int] | None:
    """`host:port`, `:port` for all addresses, `[::1]:port`; None when there is none or `0`."""
    if text in {"", "0"}:
        return None
    host, separator, port = text.rpartition(":")
    is_number = port.isascii() and port.isdigit() and int(port) < 65536
    if not separator or not is_number or (":" in host and not host.startswith("[")):
        raise UsageError(f"{flag} {text!r} is not an address such as :8443 or 127.0.0.1:8443")
    return host.removeprefix("[").removesuffix("]"), int(port)


@contextmanager
def answering(
    operator: Operator,
    client: Client,
    *,
    health: tuple[str, int] | None,
    metrics: tuple[str, int] | None,
) -> Iterator[None]:
    """Answer on these ports meanwhile. Raises UsageError for one that cannot be listened on."""
    from ..controllers import endpoints  # noqa: PLC0415 - loads a server

    servers = []
    try:
        if health is not None:
            servers.append(endpoints.health_server(operator, health))
        if metrics is not None:
            names = endpoints.service_names(client.login.namespace)
            servers.append(endpoints.metrics_server(operator, client, metrics, names=names))
        for server in servers:
            server.start()
    except OSError as error:
        for server in servers:
            server.stop()
        raise UsageError(f"the operator cannot answer: {error}") from None
    try:
        yield
    finally:
        for server in servers:
            server.stop()
