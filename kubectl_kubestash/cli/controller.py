"""`controller run`: the operator on this machine, or in its Pod."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ClusterError, Refused, Unreachable, UsageError
from ..resolve.durations import parse_duration
from ..resolve.image import Image
from . import diagnostics, guards, load_image, style, waiting
from .controller_endpoints import (
    Addresses,
    HealthAddress,
    MetricsAddress,
    WebhookAddress,
    answering,
    parse_address,
)
from .exit_codes import ExitCode
from .frame import Command, group, settings_of
from .help_page import PROGRAM

if TYPE_CHECKING:
    from datetime import timedelta

    from ..controllers.metrics import Calls
    from ..controllers.operator import Operator
    from ..gather.reader import Reader
    from ..kube.client import Client
    from .settings import Settings

app = group("Run the operator on this machine, against a development cluster.")

_IDLE_WITHIN = 600.0
_LEASE_TIMEOUT = 5.0
"""Seconds for one try: there is time for two before the Lease is lost."""
_PULL_FAILURE = "cannot be pulled"
"""Words of the operator about a Pod whose image is on no node."""


@app.callback()
def controller() -> None:
    """Run the operator on this machine, against a development cluster."""


@app.command(cls=Command)
def run(
    context: typer.Context,
    *,
    image: Annotated[
        str, typer.Option("--image", metavar="IMAGE", help="Image of the Jobs it starts.")
    ] = load_image.DEFAULT,
    allow_context: Annotated[
        str,
        typer.Option("--allow-context", metavar="NAME", help="Yes, this context is the right one."),
    ] = "",
    allow_cross_namespace: Annotated[
        bool,
        typer.Option(
            "--allow-cross-namespace/--no-allow-cross-namespace",
            help="References to other namespaces.",
        ),
    ] = True,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, help="Objects looked at side by side.")
    ] = 4,
    once: Annotated[
        bool, typer.Option("--once", help="Do what there is to do now, then end.")
    ] = False,
    default_deadline: Annotated[
        str,
        typer.Option("--default-deadline", metavar="TIME", help="Limit of a run that names none."),
    ] = "24h",
    start_deadline: Annotated[
        str,
        typer.Option("--start-deadline", metavar="TIME", help="Limit for a Job to start."),
    ] = "10m",
    identity: Annotated[
        str, typer.Option("--identity", metavar="NAME", help="Name in the Lease of operators.")
    ] = "",
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Begin again when the Lease was lost, as after a sleep."),
    ] = False,
    health_bind_address: HealthAddress = "",
    metrics_bind_address: MetricsAddress = "",
    webhook_bind_address: WebhookAddress = "",
) -> None:
    """Run the operator until Ctrl-C, with one line for each change.

    It refuses (exit code 8) a context that does not look like a development cluster, and a cluster
    that another KubeStash operator looks after. With -n it looks after one namespace only. Ctrl-C
    finishes what is being done and gives the Lease back.

    Examples:
    kubectl kubestash controller run

    # one namespace of a cluster that is not called kind-… or minikube
    kubectl kubestash controller run -n demo --allow-context staging
    """
    from ..controllers.metrics import Calls  # noqa: PLC0415 - only an operator counts
    from ..controllers.operator import Operator  # noqa: PLC0415 - loads the models

    settings, calls = settings_of(context), Calls()
    addresses = Addresses(
        parse_address("--health-bind-address", health_bind_address),
        parse_address("--metrics-bind-address", metrics_bind_address),
        parse_address("--webhook-bind-address", webhook_bind_address),
    )
    settings.count_calls = calls.trace
    client, login = settings.client, settings.client.login
    in_cluster = not login.context and not settings.kubeconfig
    if addresses.webhook is not None and not in_cluster:
        raise UsageError("--webhook-bind-address is for an operator in the cluster")
    if not in_cluster:
        guards.refuse_context(login.context, allow_context)
    guards.refuse_foreign_operator(client)
    guards.require_kinds(client)
    narrator = _Narrator(settings, image)
    operator = Operator(
        client,
        image=Image.parse(image),
        namespace=settings.namespace_flag,
        workers=workers,
        allow_cross_namespace=allow_cross_namespace,
        default_deadline=_positive("--default-deadline", default_deadline),
        start_deadline=_positive("--start-deadline", start_deadline),
        identity=identity,
        on_note=narrator.note,
        calls=calls,
        lease_client=_lease_client(client, calls),
    )
    narrator.begin(client, in_cluster=in_cluster)
    with answering(operator, client, addresses):
        code = _run(operator, narrator, once=once)
    if code is None and restart:
        narrator.note("the Lease was not renewed in time; beginning again")
        # Nothing that it held in memory may be believed any more.
        os.execv(sys.argv[0], sys.argv)  # noqa: S606 - the very command that runs
    if code is None:
        raise lost_lease(client, operator.identity)
    raise typer.Exit(int(code))


class _Narrator:
    def __init__(self, settings: Settings, image: str) -> None:
        self.settings = settings
        self.image = image
        self.look = style.of_stderr(settings)
        self.hinted = False

    def begin(self, client: Client, *, in_cluster: bool) -> None:
        login = client.login
        where = "in the cluster" if in_cluster else f"context {login.context}"
        namespace = self.settings.namespace_flag
        scope = f"namespace {namespace}" if namespace else "all namespaces"
        check = "no operator of others found"
        diagnostics.line(self.look.ascii(f"{where} · {scope} · {check} · image {self.image}"))
        self.hinted = in_cluster  # It runs from that very image.
        if not in_cluster:
            load_image.warn_if_missing(client, self.image, login.context)

    def note(self, text: str) -> None:
        client, now = self.settings.client, datetime.now(UTC).astimezone().strftime("%H:%M:%S")
        # We know the kind of cluster, and so a better command than the operator does.
        line = text.partition(" Load it: ")[0]
        line = line if self.look.unicode else line.replace("→", "->")
        diagnostics.line(f"{self.look.paint(now, 'dim')} {self.look.phases(line)}")
        if not self.hinted and _PULL_FAILURE in text:
            self.hinted = True
            load_image.warn_if_missing(client, self.image, client.login.context)

    def end(self, operator: Operator) -> None:
        stats = operator.stats()
        reconciles, errors = sum(stats["reconciles"].values()), sum(stats["errors"].values())
        calls, p95 = sum(stats["calls"].values()), f"p95 {stats['p95'] * 1000:.0f}ms"
        parts = [f"reconciles {reconciles}", f"errors {errors}", f"API calls {calls}", p95]
        diagnostics.line(self.look.ascii(" · ".join(parts)))


def _run(operator: Operator, narrator: _Narrator, *, once: bool) -> ExitCode | None:
    """How it ended; None when it has lost its Lease."""
    stopped_by: list[int] = []

    def stop(number: int, _frame: object) -> None:
        if stopped_by:
            raise KeyboardInterrupt
        stopped_by.append(number)  # an Event here could meet its own lock

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    operator.start()
    if once:
        if not operator.wait_until_idle(_IDLE_WITHIN):
            diagnostics.warn("there was still something to do")
    else:
        while not stopped_by and not operator.wait(0.2):
            pass
    if stopped_by:
        diagnostics.line("stopping: finishing what is being done")
    operator.stop()
    narrator.end(operator)
    if operator.lost_the_lease:
        return None
    if operator.ended_because:
        raise Unreachable(f"the operator has ended itself: {operator.ended_because}")
    return ExitCode.INTERRUPTED if signal.SIGINT in stopped_by else ExitCode.OK


def lost_lease(client: Reader, identity: str) -> Refused:
    """Who goes on in place of this operator; nobody, where it was only not heard of in time."""
    from .running_operator import running_operator  # noqa: PLC0415 - only who has lost it

    try:
        holder = running_operator(client)
    except ClusterError:
        holder = ""
    if holder not in {"", identity}:
        return Refused(f"the operator {holder} has taken over", "kubectl kubestash version")
    return Refused(
        "the Lease was not renewed in time, as when this machine sleeps or the server is silent, "
        "so another operator may go on",
        f"start it again: {PROGRAM} controller run",
    )


def _lease_client(client: Client, calls: Calls) -> Client:
    """Connections for the Lease alone: no other request holds it up, and none hangs for long."""
    from ..kube.client import Client  # noqa: PLC0415 - loads the network

    limited = client.login._replace(timeout=_LEASE_TIMEOUT)
    return Client(limited, trace=calls.trace)


def _positive(flag: str, text: str) -> timedelta:
    length = waiting.of_flag(flag, text, parse_duration)
    if length.total_seconds() <= 0:
        raise UsageError(f"{flag} must be longer than nothing")
    return length
