"""What does a container look like once everybody has had a say?

Three may: the Function, the addon settings of the session, and the template of the Job. Who comes
later wins, field by field; environment variables are one field each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api.pod_template import PodTemplateSpecification
    from ..api.runtime_settings import ContainerRuntimeSettings
    from .manifest import Object

_OF_TEMPLATE = {
    "args": "args",
    "env": "env",
    "resources": "resources",
    "livenessProbe": "livenessProbe",
    "readinessProbe": "readinessProbe",
    "lifecycle": "lifecycle",
    "containerSecurityContext": "securityContext",
    "volumeMounts": "volumeMounts",
}
"""Fields of a Job's template that are meant for its main container."""

_JOINED = ("args", "envFrom", "volumeMounts")
"""Lists to which later ones add."""


def downward_env(component: str = "") -> list[Object]:
    """What every container of ours knows about itself, from Kubernetes' downward API."""
    sources = {
        "POD_NAME": "metadata.name",
        "POD_UID": "metadata.uid",
        "POD_NAMESPACE": "metadata.namespace",
        "NODE_NAME": "spec.nodeName",
    }
    env: list[Object] = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
        for name, path in sources.items()
    ]
    return [{"name": "COMPONENT_NAME", "value": component}, *env] if component else env


RESERVED_ENV = frozenset(entry["name"] for entry in downward_env("any"))
"""Variables that are ours: a user's value for one of them would not reach the container."""


def of_runtime_settings(settings: ContainerRuntimeSettings | None) -> Object:
    """The fields of a container that these settings ask for."""
    if settings is None:
        return {}
    fields: Object = settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
    nice = fields.pop("nice", None) or {}
    ionice = fields.pop("ionice", None) or {}
    priorities = {
        "NICE_ADJUSTMENT": nice.get("adjustment"),
        "IONICE_CLASS": ionice.get("class"),
        "IONICE_CLASS_DATA": ionice.get("classData"),
    }
    env = [{"name": k, "value": str(v)} for k, v in priorities.items() if v is not None]
    return {**fields, "env": [*fields.get("env", ()), *env]} if env else fields


def of_template(template: PodTemplateSpecification | None) -> Object:
    """The fields of the main container that this template asks for."""
    if template is None:
        return {}
    given = template.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {ours: given[theirs] for theirs, ours in _OF_TEMPLATE.items() if theirs in given}


def overlaid(container: Mapping[str, Any], *layers: Mapping[str, Any]) -> Object:
    """The container with these fields on top, the last layer uppermost."""
    result: Object = dict(container)
    for layer in layers:
        for field, value in layer.items():
            if field == "env":
                result[field] = env_by_name(result.get(field, ()), value)
            elif field in _JOINED:
                result[field] = [*result.get(field, ()), *value]
            elif field == "securityContext":
                result[field] = {**result.get(field, {}), **value}
            else:
                result[field] = value
    return result


def env_by_name(*lists: Iterable[Mapping[str, Any]]) -> list[Object]:
    """All variables, each once: the last value at the place of the first."""
    merged: dict[str, Object] = {}
    for entry in (entry for each in lists for entry in each):
        merged[str(entry.get("name", ""))] = dict(entry)
    return list(merged.values())
