"""Task of Stash: Functions that are run one after the other."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..embedded import Volume
from ..meta import KubeModel, KubeResource
from .invocation import Param
from .resources import TASK


class Step(KubeModel):
    """One Function, with values for it."""

    name: str = ""
    """Name of the Function."""

    params: tuple[Param, ...] = ()
    """Values for the Function."""


class TaskSpec(KubeModel):
    """Functions that become the containers of one Job.

    The last one becomes its main container, those before it init containers in their order.
    """

    steps: tuple[Step, ...] = ()
    """The Functions in order."""

    volumes: tuple[Volume, ...] = ()
    """Volumes of the Job's pod."""


class Task(KubeResource):
    """Functions that are run one after the other."""

    resource: ClassVar = TASK

    spec: TaskSpec = Field(default_factory=TaskSpec)
    """The Functions and their volumes."""
