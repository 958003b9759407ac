"""`lint`: what is wrong with manifests, before a cluster sees them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from . import diagnostics, manifest_files, output
from .exit_codes import ExitCode
from .frame import settings_of, single

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resolve.lint.manifests import LintFinding, Manifest

FORMS = ("table", "json", "github")


def lint(
    context: typer.Context,
    *,
    files: Annotated[
        list[str],
        typer.Option(
            "--filename", "-f", metavar="FILE", help="File, folder, or - for stdin; repeatable."
        ),
    ],
    form: Annotated[
        str, typer.Option("--output", "-o", metavar="FORM", help="One of: table, json, github.")
    ] = "table",
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
    if form not in FORMS:
        raise UsageError(f"-o {form} is not known", f"choose one of: {', '.join(FORMS)}")
    settings.json_errors = form == "json"
    manifests, findings = _judged(files)
    {"table": _table, "json": _json, "github": _github}[form](findings)
    diagnostics.note(_summary(manifests, findings), quiet=settings.quiet)
    if any(one.level == "error" for one in findings):
        raise typer.Exit(int(ExitCode.FAILURE))


def _judged(files: Sequence[str]) -> tuple[list[Manifest], list[LintFinding]]:
    from ..catalog import documents  # noqa: PLC0415 - reads files
    from ..resolve.lint.judgement import judge  # noqa: PLC0415 - loads the models
    from ..resolve.lint.manifests import manifests_in  # noqa: PLC0415 - as above

    manifests: list[Manifest] = []
    findings: list[LintFinding] = []
    order: dict[str, int] = {}
    for file in manifest_files.texts(files):
        order[file.name] = len(order)
        if file.problem:
            findings.append(manifest_files.unreadable(file))
            continue
        found, wrong = manifests_in(file.name, file.text)
        manifests += found
        findings += wrong
    findings += judge(manifests, catalogue=documents())
    return manifests, sorted(findings, key=lambda one: (order[one.file], one.place))


def _table(findings: Sequence[LintFinding]) -> None:
    rows = [(_where(one), one.level, one.finding.reason, one.finding.message) for one in findings]
    if rows:
        output.table(rows, headers=("PLACE", "LEVEL", "REASON", "MESSAGE"))


def _json(findings: Sequence[LintFinding]) -> None:
    shown = [
        {
            "file": one.file,
            "line": one.place.line,
            "column": one.place.column,
            "level": one.level,
            "reason": one.finding.reason,
            "object": one.about,
            "field": one.finding.field,
            "message": one.finding.message,
        }
        for one in findings
    ]
    output.line(json.dumps(shown, indent=4, ensure_ascii=False))


def _github(findings: Sequence[LintFinding]) -> None:
    """As docs.github.com/actions/reference/workflow-commands-for-github-actions has it."""
    for one in findings:
        properties = {
            "file": one.file,
            "line": str(one.place.line),
            "col": str(one.place.column),
            "title": one.finding.reason,
        }
        shown = ",".join(f"{key}={_escaped(value, ',:')}" for key, value in properties.items())
        output.line(f"::{one.level} {shown}::{_escaped(one.finding.message)}")


def _escaped(text: str, more: str = "") -> str:
    for sign in f"%\r\n{more}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _where(one: LintFinding) -> str:
    return f"{one.file}:{one.place.line}:{one.place.column}"


def _summary(manifests: Sequence[Manifest], findings: Sequence[LintFinding]) -> str:
    ours = sum(manifest.resource is not None for manifest in manifests)
    levels = [one.level for one in findings]
    counts = [(ours, "manifest"), (levels.count("error"), "error")]
    counts.append((levels.count("warning"), "warning"))
    return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts)


app = single(lint)
