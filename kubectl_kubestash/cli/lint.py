"""`lint`: what is wrong with manifests, before a cluster sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from . import lint_output
from .frame import settings_of, single
from .lint_files import Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resolve.lint.manifests import LintFinding


def lint(
    context: typer.Context,
    *,
    files: Annotated[
        list[str],
        typer.Option(
            "--filename", "-f", metavar="FILE", help="File, folder, or - for stdin; repeatable."
        ),
    ],
    form: lint_output.Form = "table",
) -> None:
    """Find what is wrong with manifests, without a cluster.

    Fields, types and values are checked as the API server would, and what refers to what as the
    operator would, among the manifests that are given and the addons that install brings. Objects
    that are nowhere among them may be in the cluster, and are no mistake. A warning says that
    something is right, but is not supported yet, or should be written otherwise.

    The exit code is 0 when there are no errors, 1 when there are, and 2 when a file cannot be read.
    With -o github, findings become annotations of the lines of a pull request.

    Examples:
    # all manifests below a folder
    kubectl kubestash lint -f manifests/

    # what a generator prints
    kustomize build overlays/production | kubectl kubestash lint -f - -o json
    """
    settings = settings_of(context)
    lint_output.check_form(settings, form)
    lint_output.report(settings, form, *_judged(files))


def _judged(files: Sequence[str]) -> tuple[list[LintFinding], tuple[int, str]]:
    from ..catalog import documents  # noqa: PLC0415 - reads files
    from ..resolve.lint.judgement import judge  # noqa: PLC0415 - loads the models

    read = Read(files)
    findings = read.findings + judge(read.manifests, catalogue=documents())
    ours = sum(manifest.resource is not None for manifest in read.manifests)
    return read.in_order(findings), (ours, "manifest")


app = single(lint)
