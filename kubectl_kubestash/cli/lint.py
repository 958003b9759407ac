"""`lint`: what is wrong with manifests, before a cluster sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from . import lint_output
from .frame import settings_of, single
from .lint_files import Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resolve.lint.manifests import LintFinding
    from .settings import Settings

    Judged = tuple[list[LintFinding], tuple[int, str]]


def lint(
    context: typer.Context,
    *,
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--filename", "-f", metavar="FILE", help="File, folder, or - for stdin; repeatable."
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Also look at what is in the cluster.")
    ] = False,
    form: lint_output.Form = "table",
) -> None:
    """Find what is wrong with manifests, without a cluster.

    Fields, types and values are checked as the API server would, and what refers to what as the
    operator would, among the manifests that are given and the addons that install brings. Objects
    that are nowhere among them may be in the cluster, and are no mistake. A warning says that
    something is right, but is not supported yet, or should be written otherwise.

    With --live, what is not among the manifests has to be in the cluster; without -f, the cluster's
    own objects are judged, of one namespace or, with -A, of all. Nothing is changed, Secrets are
    not read, and what your rights do not show is named and left out.

    The exit code is 0 when there are no errors, 1 when there are, and 2 when nothing could be
    judged, because a file cannot be read, for example.
    With -o github, findings become annotations of the lines of a pull request.

    Examples:
    # all manifests below a folder
    kubectl kubestash lint -f manifests/

    # what a generator prints
    kustomize build overlays/production | kubectl kubestash lint -f - -o json

    # would it run in this cluster?
    kubectl kubestash lint -f manifests/ --live -n demo

    # everything that is in the cluster
    kubectl kubestash lint --live -A
    """
    settings = settings_of(context)
    lint_output.check_form(settings, form)
    if not files and not live:
        raise UsageError("Missing option '--filename' / '-f'", "or --live for what is in a cluster")
    if settings.all_namespaces and (files or not live):
        raise UsageError("-A goes with --live, and not with -f")
    lint_output.report(settings, form, *_judged(settings, files or (), live=live))


def _judged(settings: Settings, files: Sequence[str], *, live: bool) -> Judged:
    if live:
        from .lint_cluster import judged  # noqa: PLC0415 - loads models and the client

        return judged(settings, files)
    from ..catalog import documents  # noqa: PLC0415 - reads files
    from ..resolve.lint.judgement import judge  # noqa: PLC0415 - loads the models

    read = Read(files, home=settings.namespace_flag or "default")
    findings = read.findings + judge(read.manifests, catalogue=documents())
    ours = sum(manifest.resource is not None for manifest in read.manifests)
    return read.in_order(findings), (ours, "manifest")


app = single(lint)
