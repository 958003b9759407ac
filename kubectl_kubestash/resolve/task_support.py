"""Has this version what a task of an Addon needs?

A Function of our catalogue that needs a sub-command which our image does not have yet bears its
name as an annotation. The mark counts as long as the Function runs that very sub-command: whoever
puts another Function in its place, from KubeStash's catalogue for example, gets theirs run, even
where the annotation was left on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .labels import UNSUPPORTED_COMMAND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.addons.function import Function

DRIVER, EXECUTOR = "Restic", "Job"
"""What a task is run with when it does not say so; so far, there is nothing else."""


def lacks(driver: str | None, executor: str | None) -> str:
    """What of these this version does not have, in words; empty when it has both."""
    if (driver or DRIVER) != DRIVER:
        return f"the driver {driver}"
    if (executor or EXECUTOR) != EXECUTOR:
        return f"the executor {executor}"
    return ""


def missing_command(annotations: Mapping[str, str], args: Sequence[str]) -> str:
    """The sub-command of our image that a Function needs and that is not there yet, or empty."""
    marked = annotations.get(UNSUPPORTED_COMMAND, "")
    return marked if marked and list(args[:1]) == [marked] else ""


def can_run(function: Function | None) -> bool:
    """Whether this version has what the Function needs; one that is not there needs nothing."""
    if function is None:
        return True
    return not missing_command(function.metadata.annotations, function.spec.args)
