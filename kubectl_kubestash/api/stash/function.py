"""Function of Stash: the container of one step of a Task."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ..container_template import ContainerTemplate
from ..meta import KubeResource
from .resources import FUNCTION


class FunctionSpec(ContainerTemplate):
    """The container. Texts may hold variables such as ${TARGET_NAME}."""

    pod_security_policy_name: str = ""
    """PodSecurityPolicy of the Job; Kubernetes has none any more."""


class Function(KubeResource):
    """The container of one step of a Task."""

    resource: ClassVar = FUNCTION

    spec: FunctionSpec = Field(default_factory=FunctionSpec)
    """The container."""
