"""The ports that `controller run` answers on: how the operator is, its metrics, its webhook."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..controllers.admission.endpoint import Webhook
    from ..controllers.operator import Operator
    from ..controllers.serving import Server
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
WebhookAddress = Annotated[
    str,
    typer.Option(
        "--webhook-bind-address",
        metavar="HOST:PORT",
        help="Answer admission reviews there; in a cluster only.",
    ),
]


class Addresses(NamedTuple):
    """Where to listen; None where not to."""

    health: tuple[str, int] | None = None
    metrics: tuple[str, int] | None = None
    webhook: tuple[str, int] | None = None


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
def answering(operator: Operator, client: Client, addresses: Addresses) -> Iterator[None]:
    """Answer on these ports meanwhile. Raises UsageError for one that cannot be listened on."""
    if addresses == Addresses():
        yield
        return
    from ..controllers import endpoints  # noqa: PLC0415 - loads a server, and it takes memory

    servers: list[Server | Webhook] = []
    webhook, (health, metrics, _) = None, addresses
    try:
        if addresses.webhook is not None:
            webhook = _webhook(operator, client, addresses.webhook)
            servers.append(webhook)
        if health is not None:
            servers.append(endpoints.health_server(operator, health, webhook))
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


def _webhook(operator: Operator, client: Client, address: tuple[str, int]) -> Webhook:
    from ..api.resources import ObjectKey  # noqa: PLC0415 - for an operator only
    from ..controllers.admission.endpoint import Webhook  # noqa: PLC0415 - loads a server
    from ..controllers.admission.keeper import Keeper  # noqa: PLC0415 - as above
    from ..controllers.endpoints import service_names  # noqa: PLC0415 - as above
    from ..resolve.operator_manifests import WEBHOOK_SECRET, WEBHOOK_SERVICE  # noqa: PLC0415

    home = client.login.namespace
    names = service_names(home, WEBHOOK_SERVICE)
    keeper = Keeper(client, ObjectKey(home, WEBHOOK_SECRET), names)
    leave = operator.settings.allow_cross_namespace
    return Webhook(client, address, keeper, allow_cross_namespace=leave)
