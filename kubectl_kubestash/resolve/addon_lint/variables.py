"""Has every variable of a task a value?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import SubstitutionError
from ..substitution import expand, variables_in
from .subject import OF_OPERATOR, OF_TARGET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..findings import Finding
    from .subject import Subject


def variable_problems(subject: Subject) -> Iterator[Finding]:
    """Objections to the variables in the task's volumes and in its Function."""
    without_value: dict[str, tuple[str, str]] = {}
    with_default: dict[str, str] = {}
    for field, where, text in subject.places:
        try:
            named = variables_in(text)
        except SubstitutionError as error:
            if field != "function":
                yield subject.finding("InvalidTemplate", field, error.message)
            continue
        for name in named:
            if needs_value(text, name):
                without_value.setdefault(name, (field, where))
            else:
                with_default.setdefault(name, where)
    yield from _never_set(subject, without_value)
    yield from _undeclared(subject, with_default.keys() - without_value.keys(), with_default)


def needs_value(text: str, name: str) -> bool:
    """Whether the text cannot do without a value of this variable."""
    others = dict.fromkeys(variables_in(text), "any")
    del others[name]
    try:
        expand(text, others)
    except SubstitutionError:
        return True
    return False


def _never_set(subject: Subject, names: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    parameters = {each.name: (index, each) for index, each in enumerate(subject.task.parameters)}
    known = subject.built_in | OF_TARGET
    for name, (field, where) in names.items():
        if name in known:
            continue
        if name not in parameters:
            message = (
                f"nobody sets the variable {name} of {where} in a {subject.kind}; declare it as a "
                f"required parameter, or write ${{{name}:=default}}."
            )
            yield subject.finding("UnresolvableVariable", field, message)
            continue
        index, parameter = parameters[name]
        if parameter.default is None and not parameter.required:
            message = (
                f"{name!r} has no default, here or in {where}, and need not be set: without it the "
                "task cannot run. Make it required, or give it a default."
            )
            yield subject.finding("ParameterNeverSet", f"parameters[{index}]", message)


def _undeclared(subject: Subject, names: set[str], where: dict[str, str]) -> Iterator[Finding]:
    declared = {parameter.name for parameter in subject.task.parameters}
    for name in sorted(names - declared - subject.built_in - OF_TARGET - OF_OPERATOR):
        message = f"{where[name]} uses {name}, which is not declared as a parameter."
        yield subject.finding("UndeclaredVariable", "parameters", message)
