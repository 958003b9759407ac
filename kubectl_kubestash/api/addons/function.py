"""Function: the container that runs one task."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..container_template import ContainerTemplate
from ..meta import KubeResource
from ..resources import FUNCTION


class FunctionSpec(ContainerTemplate):
    """The container. Texts may hold variables such as ${DB_VERSION}."""

    available_versions: tuple[str, ...] = ()
    """Versions of the application that there are images for; the nearest one becomes DB_VERSION."""


class Function(KubeResource):
    """The container that runs one task, one hook, or one verification."""

    resource: ClassVar = FUNCTION

    spec: FunctionSpec = Field(default_factory=FunctionSpec)
    """The container."""
