"""From flags to a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kube.client import Client
from ..kube.config import load
from . import diagnostics

if TYPE_CHECKING:
    from ..kube.transport import Trace
    from .settings import Settings

_SHOW_REQUESTS = 6
OPERATOR_AGENT = "kubestash-operator"
"""What an operator calls itself, whoever's rights it has."""


def connect(settings: Settings) -> Client:
    """A client for the cluster and user that the flags, the environment and kubeconfig name."""
    login = load(
        environment=settings.environment,
        kubeconfig=settings.kubeconfig,
        context=settings.context,
        cluster=settings.cluster,
        user=settings.user,
        namespace=settings.namespace_flag,
        server=settings.server,
        token=settings.token,
        client_certificate=settings.client_certificate,
        client_key=settings.client_key,
        certificate_authority=settings.certificate_authority,
        insecure_skip_tls_verify=settings.insecure_skip_tls_verify,
        tls_server_name=settings.tls_server_name,
        as_user=settings.as_user,
        as_groups=settings.as_groups,
        as_uid=settings.as_uid,
        request_timeout=settings.request_timeout,
    )
    if settings.count_calls is not None:
        login = login._replace(agent=OPERATOR_AGENT)
    return Client(login, trace=_trace(settings))


def _trace(settings: Settings) -> Trace | None:
    """Who is told of each request: the counter of an operator, and with -v 6 the user."""
    count, show = settings.count_calls, settings.verbosity >= _SHOW_REQUESTS
    if not show:
        return count

    def trace(method: str, target: str, status: int, milliseconds: float) -> None:
        diagnostics.line(f"{method} {target} {status or 'no answer'} in {milliseconds:.0f} ms")
        if count is not None:
            count(method, target, status, milliseconds)

    return trace
