"""What the operator answers, on which port.

`/healthz` and `/readyz` are for the kubelet and for anybody: they tell no secret. `/metrics` names
objects and how they fare, so it goes over TLS and to those only who may get it.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from ..resolve.operator_manifests import METRICS_SERVICE
from .callers import Callers
from .certificate import Certificates
from .serving import Answer, Asked, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..kube.client import Client
    from .admission.endpoint import Webhook
    from .operator import Operator

Address = tuple[str, int]

METRICS_PATH = "/metrics"
_NOT_FOUND = Answer(404, b"not found\n")


def service_names(namespace: str, service: str = METRICS_SERVICE) -> list[str]:
    """What a Service, that of the metrics unless said otherwise, is called inside the cluster."""
    short = f"{service}.{namespace or 'default'}.svc"
    return [short, f"{short}.cluster.local"]


def health_server(operator: Operator, address: Address, webhook: Webhook | None = None) -> Server:
    """Answers `/healthz` and `/readyz` with 200 or 503 and one line that says why."""

    def answer(asked: Asked) -> Answer:
        if asked.path == "/healthz":
            is_well = operator.healthy() and not (webhook and webhook.trouble())
            return _line(200 if is_well else 503, "ok" if is_well else "it has to be started anew")
        if asked.path == "/readyz":
            is_ready, says = operator.readiness()
            if is_ready and webhook and (unready := webhook.unready()):
                is_ready, says = False, unready
            return _line(200 if is_ready else 503, says)
        return _NOT_FOUND

    return Server(address, answer)


def metrics_server(
    operator: Operator, client: Client, address: Address, *, names: Sequence[str] = ()
) -> Server:
    """Answers `/metrics` over TLS; `names` are what callers know it by."""
    from .exposition import CONTENT_TYPE, Exposition  # noqa: PLC0415 - takes 6 MiB

    callers = Callers(client, METRICS_PATH)
    exposition = Exposition(operator, server=client.login.server)
    certificates = Certificates([*names, socket.gethostname(), "localhost", "127.0.0.1"])
    certificates.context()

    def answer(asked: Asked) -> Answer:
        if asked.path != METRICS_PATH:
            return _NOT_FOUND
        code, says = callers.judge(asked.authorization)
        if code == 401:
            return _line(code, says)._replace(headers={"WWW-Authenticate": "Bearer"})
        if code != 200:
            return _line(code, says)
        return Answer(200, exposition.text(), CONTENT_TYPE)

    return Server(address, answer, tls=certificates.context)


def _line(code: int, text: str) -> Answer:
    return Answer(code, f"{text}\n".encode())
