"""Do the parameters that a task declares end up somewhere, and can they be set?"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ...errors import SubstitutionError
from ..substitution import variables_in
from ..task_values import BUILTINS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.parameter import Parameter
    from ..findings import Finding
    from .subject import Subject

_NAME = re.compile(r"\w+")


def parameter_problems(subject: Subject) -> Iterator[Finding]:
    """Objections to what a task declares."""
    used = None if subject.function is None else used_variables(subject)
    counts = Counter(parameter.name for parameter in subject.task.parameters)
    for index, parameter in enumerate(subject.task.parameters):
        field, name = f"parameters[{index}]", parameter.name
        yield from _name(subject, f"{field}.name", name, counts[name])
        if used is not None and name and name not in used:
            message = (
                f"nothing uses {name!r}: neither Function {subject.task.function} nor a volume."
            )
            yield subject.finding("UnusedParameter", f"{field}.name", message)
        yield from _default(subject, f"{field}.default", parameter)


def used_variables(subject: Subject) -> set[str]:
    """The names of all variables that the task and its Function use."""
    found: set[str] = set()
    for _, _, text in subject.places:
        try:
            found.update(variables_in(text))
        except SubstitutionError:
            continue
    return found


def _name(subject: Subject, field: str, name: str, count: int) -> Iterator[Finding]:
    if not name:
        yield subject.finding("ParameterNameMissing", field, "the parameter has no name.")
    elif not _NAME.fullmatch(name):
        message = f"{name!r} cannot be the name of a variable: letters, digits and '_' only."
        yield subject.finding("InvalidParameterName", field, message)
    elif name in BUILTINS:
        message = f"{name!r} is set by KubeStash; a session cannot set it."
        yield subject.finding("ReservedParameter", field, message)
    elif count > 1:
        yield subject.finding(
            "DuplicateParameter", field, f"{count} parameters are named {name!r}."
        )


def _default(subject: Subject, field: str, parameter: Parameter) -> Iterator[Finding]:
    if parameter.required and parameter.default:
        message = f"{parameter.name!r} is required, but has a default, so that it is never missing."
        yield subject.finding("RequiredHasDefault", field, message)
