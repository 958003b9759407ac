"""Which environment does a container get?

https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
"""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING, Any

from ...api.resources import CONFIG_MAP, SECRET, ObjectKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...api.resources import Resource
    from ...kube.client import Object

    Find = Callable[[Resource, ObjectKey], Object | None]

ADDRESS = "127.0.0.1"
"""Of the node and of all pods: they share the network of the host."""

_VARIABLE = re.compile(r"\$\$|\$\(([^()$]+)\)")
_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")


class NotYet(Exception):
    """A container cannot start as things are; it is tried again. `reason` as a kubelet says it."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message

    @property
    def event(self) -> str:
        """The reason of the Event about it."""
        return "FailedMount" if self.reason == "ContainerCreating" else "Failed"


def environment(
    container: Mapping[str, Any], pod: Object, find: Find, *, base: Mapping[str, str]
) -> dict[str, str]:
    """All variables. Raises NotYet when a Secret or ConfigMap, or a key in it, is not there."""
    found = dict(base)
    for source in container.get("envFrom") or ():
        for kind, resource in (("secretRef", SECRET), ("configMapRef", CONFIG_MAP)):
            if reference := source.get(kind):
                content = contents(resource, reference, pod, find)
                prefix = source.get("prefix") or ""
                found |= {f"{prefix}{name}": os.fsdecode(value) for name, value in content.items()}
    for entry in container.get("env") or ():
        given = entry.get("valueFrom")
        value = _value(given, pod, find) if given else expanded(entry.get("value"), found)
        if value is not None:
            found[entry["name"]] = value
    return found


def expanded(template: object, variables: Mapping[str, str]) -> str:
    """With $(NAME) replaced where the name is known; $$ stands for one $."""

    def replaced(match: re.Match[str]) -> str:
        return "$" if match[1] is None else variables.get(match[1], match[0])

    return _VARIABLE.sub(replaced, str(template or ""))


def contents(
    resource: Resource, reference: Mapping[str, Any], pod: Object, find: Find
) -> dict[str, bytes]:
    """What is in a Secret or ConfigMap of the pod's namespace. Raises NotYet."""
    name = str(reference.get("name") or reference.get("secretName"))
    found = find(resource, ObjectKey(pod["metadata"]["namespace"], name))
    if found is None:
        if reference.get("optional"):
            return {}
        message = f'{resource.singular} "{name}" not found'
        raise NotYet("CreateContainerConfigError", message)
    plain, encoded = found.get("data") or {}, found.get("binaryData") or {}
    if resource == SECRET:
        plain, encoded = {}, plain
    return {key: value.encode() for key, value in plain.items()} | {
        key: base64.b64decode(value) for key, value in encoded.items()
    }


def field(path: str, pod: Object) -> str:
    """A field of the pod as the downward API has it."""
    metadata, spec = pod["metadata"], pod["spec"]
    if match := _SUBSCRIPT.fullmatch(path):
        return str((metadata.get(match[1]) or {}).get(match[2], ""))
    if path.startswith("status."):
        return ADDRESS
    holder = metadata if path.startswith("metadata.") else spec
    return str(holder.get(path.partition(".")[2]) or "")


def _value(given: Mapping[str, Any], pod: Object, find: Find) -> str | None:
    if reference := given.get("fieldRef"):
        return field(reference["fieldPath"], pod)
    resource = SECRET if "secretKeyRef" in given else CONFIG_MAP
    reference = given.get("secretKeyRef") or given.get("configMapKeyRef")
    if reference is None:
        source = f"{', '.join(given)} is not available in the sandbox"
        raise NotYet("CreateContainerConfigError", source)
    content = contents(resource, reference, pod, find)
    if reference["key"] in content:
        return os.fsdecode(content[reference["key"]])
    if reference.get("optional"):
        return None
    message = f"couldn't find key {reference['key']} in {resource.kind} {reference['name']}"
    raise NotYet("CreateContainerConfigError", message)
