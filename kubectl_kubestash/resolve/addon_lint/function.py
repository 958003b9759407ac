"""Can a container be made from this Function?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import SubstitutionError
from ..findings import Finding
from ..substitution import variables_in
from ..task_support import can_run
from ..task_values import texts
from ..wording import not_supported
from .variables import needs_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.addons.function import Function

_VERSION = "DB_VERSION"


def function_problems(function: Function) -> list[Finding]:
    """Everything that is wrong with this Function, whoever uses it."""
    owner = f"Function {function.metadata.name}"
    found = [*_image(owner, function), *_templates(owner, function), *_versions(owner, function)]
    if not can_run(function):
        found.append(not_supported(owner, "spec.args[0]", f"the command {function.spec.args[0]}"))
    return found


def _image(owner: str, function: Function) -> Iterator[Finding]:
    if not function.spec.image:
        yield Finding("ImageMissing", f"{owner}: spec.image: name the image.", "spec.image")


def _templates(owner: str, function: Function) -> Iterator[Finding]:
    for field, text in _texts(function):
        try:
            variables_in(text)
        except SubstitutionError as error:
            yield Finding("InvalidTemplate", f"{owner}: {field}: {error.message}", field)


def _versions(owner: str, function: Function) -> Iterator[Finding]:
    """The version that is chosen and the choice belong together."""
    used = [(field, text) for field, text in _texts(function) if _VERSION in _variables(text)]
    versions = function.spec.available_versions
    for field, text in used:
        if not versions and needs_value(text, _VERSION):
            message = f"{owner}: {field}: {_VERSION} has no value without spec.availableVersions."
            yield Finding("VersionsMissing", message, field)
    if versions and not used:
        field = "spec.availableVersions"
        message = f"{owner}: {field}: no text of the Function uses {_VERSION}."
        yield Finding("UnusedVersions", message, field)


def _texts(function: Function) -> list[tuple[str, str]]:
    spec = function.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return list(texts(spec, "spec"))


def _variables(text: str) -> tuple[str, ...]:
    try:
        return variables_in(text)
    except SubstitutionError:
        return ()
