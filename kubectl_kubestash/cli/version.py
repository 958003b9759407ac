"""`version`: what runs here, in the cluster, and as operator."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .. import __version__
from ..errors import KubeStashError
from . import output
from .frame import settings_of, single

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .output import Format
    from .settings import Settings


def version(
    context: typer.Context,
    *,
    client: Annotated[bool, typer.Option("--client", help="Only this program.")] = False,
    form: Annotated[
        str, typer.Option("--output", "-o", metavar="FORM", help="One of: json, yaml.")
    ] = "",
) -> None:
    """Show the versions of client, server and operator.

    Examples:
    kubectl kubestash version --client
    kubectl kubestash version -o json
    """
    settings = settings_of(context)
    shape = output.parse_format(form, allowed=("json", "yaml"))
    settings.json_errors = shape.name == "json"
    facts: dict[str, str] = {
        "client": __version__,
        "python": platform.python_version(),
        "platform": f"{sys.platform}/{platform.machine()}",
    }
    try:
        facts |= {} if client else _of_cluster(settings)
    except KubeStashError:
        _show(facts, shape)  # as kubectl does: what is known, then what went wrong
        raise
    _show(facts, shape)


def _show(facts: Mapping[str, str], shape: Format) -> None:
    if shape.name:
        output.document(facts, shape)
    else:
        output.table([(f"{name}:", value) for name, value in facts.items()])


def _of_cluster(settings: Settings) -> dict[str, str]:
    from ..errors import ClusterError  # noqa: PLC0415 - not for --client
    from .installed import installed_kinds, operator  # noqa: PLC0415 - not for --client

    found = settings.client
    server = str(found.read("/version").get("gitVersion", "unknown"))
    try:
        return {"server": server, "kinds": installed_kinds(found), "operator": operator(found)}
    except ClusterError as error:
        return {"server": server, "kinds": f"unknown: {error.message}"}


app = single(version)
