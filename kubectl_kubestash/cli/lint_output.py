"""How findings are shown: a table, JSON, or annotations of a pull request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from ..errors import ClusterError, UsageError
from ..resolve.wording import counted
from . import diagnostics, output
from .exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resolve.lint.manifests import LintFinding
    from .settings import Settings

FORMS = ("table", "json", "github")
Form = Annotated[
    str, typer.Option("--output", "-o", metavar="FORM", help="One of: table, json, github.")
]


class LintTrouble(UsageError):
    """Nothing could be judged, so that nothing is said to be right or wrong: exit code 2."""


def check_form(settings: Settings, form: str) -> None:
    """Raises UsageError for a form that is not known."""
    if form not in FORMS:
        raise UsageError(f"-o {form} is not known", f"choose one of: {', '.join(FORMS)}")
    settings.json_errors = form == "json"


def report(
    settings: Settings, form: str, findings: Sequence[LintFinding], judged: tuple[int, str]
) -> None:
    """Print the findings and how many there are; ends with 1 when there are errors.

    `judged` is how many objects were judged, and what they are called.
    """
    {"table": _table, "json": _json, "github": _github}[form](findings)
    diagnostics.note(_summary(judged, findings), quiet=settings.quiet)
    if any(one.level == "error" for one in findings):
        raise typer.Exit(int(ExitCode.FAILURE))


def trouble(error: ClusterError) -> NoReturn:
    """Raises LintTrouble for a cluster that does not let itself be judged."""
    raise LintTrouble(error.message, *error.hints) from None


def _table(findings: Sequence[LintFinding]) -> None:
    rows = [(_where(one), one.level, one.finding.reason, one.finding.message) for one in findings]
    if rows:
        output.table(rows, headers=("PLACE", "LEVEL", "REASON", "MESSAGE"))


def _json(findings: Sequence[LintFinding]) -> None:
    shown = [
        {
            **_place(one),
            "level": one.level,
            "reason": one.finding.reason,
            "object": one.about,
            "field": one.finding.field,
            "message": one.finding.message,
        }
        for one in findings
    ]
    output.line(json.dumps(shown, indent=4, ensure_ascii=False))


def _place(one: LintFinding) -> dict[str, Any]:
    """File, line and column; null for what was read from a cluster."""
    if not one.file:
        return {"file": None, "line": None, "column": None}
    return {"file": one.file, "line": one.place.line, "column": one.place.column}


def _github(findings: Sequence[LintFinding]) -> None:
    """As docs.github.com/actions/reference/workflow-commands-for-github-actions has it."""
    for one in findings:
        place = {
            "file": one.file,
            "line": str(one.place.line),
            "col": str(one.place.column),
        }
        properties = {**(place if one.file else {}), "title": one.finding.reason}
        shown = ",".join(f"{key}={_escaped(value, ',:')}" for key, value in properties.items())
        output.line(f"::{one.level} {shown}::{_escaped(one.finding.message)}")


def _escaped(text: str, more: str = "") -> str:
    for sign in f"%\r\n{more}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _where(one: LintFinding) -> str:
    return f"{one.file}:{one.place.line}:{one.place.column}" if one.file else one.about


def _summary(judged: tuple[int, str], findings: Sequence[LintFinding]) -> str:
    levels = [one.level for one in findings]
    counts = [judged, (levels.count("error"), "error"), (levels.count("warning"), "warning")]
    return ", ".join(counted(number, word) for number, word in counts)
