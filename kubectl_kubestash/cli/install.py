"""`install`: kinds, roles, the catalogue, and the operator if that is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ..api.resources import CUSTOM_RESOURCE_DEFINITION, NAMESPACE, ObjectKey
from ..errors import UsageError
from ..resolve.operator_manifests import OperatorSettings
from . import (
    bundle,
    catalogue_owner,
    diagnostics,
    guards,
    install_operator,
    load_image,
    output,
    waiting,
)
from .applying import Applying, wait_until_established
from .exit_codes import ExitCode
from .frame import settings_of, single
from .help_page import PROGRAM
from .running_operator import running_operator
from .wait_for_operator import wait_for_operator

if TYPE_CHECKING:
    from ..kube.client import Client, Object
    from .settings import Settings


def install(
    context: typer.Context,
    *,
    image: Annotated[
        str,
        typer.Option("--image", metavar="IMAGE", help=f"Image of Jobs, else {load_image.DEFAULT}."),
    ] = "",
    operator: Annotated[
        bool, typer.Option("--operator", help="Also the operator, as a Deployment.")
    ] = False,
    replicas: Annotated[
        int, typer.Option("--replicas", metavar="N", help="Operators; one works, others stand by.")
    ] = 2,
    allow_cross_namespace: Annotated[
        bool,
        typer.Option("--allow-cross-namespace", help="Let objects refer to other namespaces."),
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until the operator works.")
    ] = True,
    timeout: waiting.Timeout = "5m",
    dry_run: waiting.DryRun = "",
    form: Annotated[
        str, typer.Option("--output", "-o", metavar="FORM", help="One of: yaml, json, name.")
    ] = "",
) -> None:
    """Install kinds, addons and roles in the cluster.

    Can be repeated: what is there is brought up to date. It stops (exit code 8) where another
    KubeStash operator or catalogue is present. With --operator, the operator comes, too: it runs in
    the namespace kubestash, or that of -n. "kubectl kubestash controller run" runs one here.

    Examples:
    kubectl kubestash install --operator --image registry.example.com/backup/kubectl-kubestash:0.1.0

    # kinds, addons and roles alone
    kubectl kubestash install

    # what would be applied, without a cluster
    kubectl kubestash install --operator --dry-run=client -o yaml
    """
    settings = settings_of(context)
    how = waiting.check_dry_run(dry_run)
    shape = output.parse_format(form, allowed=("yaml", "json", "name"))
    wanted = OperatorSettings(
        image=image or load_image.DEFAULT,
        namespace=settings.namespace_flag or install_operator.DEFAULT_NAMESPACE,
        replicas=replicas,
        allow_cross_namespace=allow_cross_namespace,
    )
    parts = install_operator.documents(wanted) if operator else []
    if how == "client":
        output.documents([*bundle.crds(), *bundle.roles(), *bundle.catalogue(image), *parts], shape)
        return
    limit = _limit(timeout)
    there = install_operator.installed(settings.client)
    if operator:
        install_operator.refuse_elsewhere(there, wanted.namespace)
        chosen = install_operator.choose_image(image, there)
        wanted = replace(wanted, image=chosen)
        parts = install_operator.documents(wanted)
    apply = Applying(settings, shape, dry_run=how == "server")
    _apply_kinds(apply, image)
    if how == "server":
        apply.all([part for part in parts if _is_known(settings.client, part)])
        diagnostics.note("Addons and Functions are checked once their kinds are installed.")
        return
    if not operator:
        _say_what_is_next(settings, image, there)
        return
    apply.all(install_operator.prepare(settings.client, parts, there))
    if wait:
        _wait(settings, wanted, limit)


def bring(settings: Settings) -> None:
    """Kinds, roles and catalogue, brought up to date without a word."""
    _apply_kinds(Applying(settings, None, dry_run=False), "")


def _missing_kinds(client: Client) -> list[Object]:
    """AppBinding, KubeDB's kind, where nobody has brought it: targets may be of it."""
    kind = bundle.app_binding()
    key = ObjectKey("", kind["metadata"]["name"])
    return [kind] if client.find_metadata(CUSTOM_RESOURCE_DEFINITION, key) is None else []


def _apply_kinds(apply: Applying, image: str) -> None:
    """Kinds, roles and, once the kinds are served, the catalogue; the guards go first."""
    client = apply.settings.client
    kinds, catalogue = bundle.crds(), bundle.catalogue(image)
    guards.refuse_foreign_operator(client)
    catalogue_owner.refuse_foreign_catalogue(client, catalogue)
    kinds += _missing_kinds(client)
    apply.all([*kinds, *bundle.roles()])
    if not apply.dry_run:
        wait_until_established(client, kinds)
        apply.all(catalogue)


def _say_what_is_next(settings: Settings, image: str, there: Object | None) -> None:
    client = settings.client
    if there is not None:
        home = there["metadata"]["namespace"]
        text = f"the operator in namespace {home} was left as it is; to bring it up to date:"
        flag = "" if home == install_operator.DEFAULT_NAMESPACE else f" -n {home}"
        diagnostics.note(f"{text} {PROGRAM} install --operator{flag}", quiet=settings.quiet)
        return
    load_image.warn_if_missing(client, image or load_image.DEFAULT, client.login.context)
    if holder := running_operator(client):
        diagnostics.note(f"the operator {holder} looks after it", quiet=settings.quiet)
        return
    flag = f" --image {image}" if image else ""
    diagnostics.note(f"next: {PROGRAM} controller run{flag}", quiet=settings.quiet)


def _wait(settings: Settings, wanted: OperatorSettings, limit: float) -> None:
    namespace = wanted.namespace
    leader = wait_for_operator(settings, namespace, image=wanted.image, limit=limit)
    if leader is None:
        diagnostics.warn(f"after {limit:.0f}s the operator in namespace {namespace} does not work")
        raise typer.Exit(int(ExitCode.STILL_RUNNING))
    text = f"the operator works in namespace {namespace}; {leader} leads"
    diagnostics.note(text, quiet=settings.quiet)


def _limit(timeout: str) -> float:
    seconds = waiting.seconds(timeout)
    if seconds is None:
        raise UsageError("--timeout needs a time, such as 5m")
    return seconds


def _is_known(client: Client, document: Object) -> bool:
    """Whether the server can check it: what goes into a new namespace it can not."""
    namespace = document["metadata"].get("namespace", "")
    return not namespace or client.find(NAMESPACE, ObjectKey("", namespace)) is not None


app = single(install)
