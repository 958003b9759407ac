"""A parameter that a task or a hook template declares."""

from __future__ import annotations

from .meta import KubeModel


class Parameter(KubeModel):
    """A value that whoever uses the task or template may set."""

    name: str = ""
    """Name of the parameter, and of the variable that carries its value."""

    usage: str = ""
    """What it does, for people."""

    required: bool = False
    """Whether it must be set. Default: false."""

    default: str | None = None
    """The value when it is not set."""
