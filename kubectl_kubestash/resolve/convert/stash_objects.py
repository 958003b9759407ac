"""Which objects are there beside the one that is converted?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...api.stash.resources import BACKUP_CONFIGURATION, FUNCTION, GROUP, REPOSITORY, TASK

Raw = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user says beside the manifests."""

    encryption_secret: Mapping[str, str] = field(default_factory=dict)
    """Name and namespace of the Secret with RESTIC_PASSWORD; that of each storage when empty."""

    namespace: str = "default"
    """For what has none in Stash."""

    functions_of_others: frozenset[str] = frozenset()
    """Names of Functions that install brings; a converted one must not replace them."""


@dataclass(frozen=True, eq=False)
class StashObjects:
    """All objects of the manifests, Stash's and those of others."""

    objects: Sequence[Raw]
    options: Options = field(default_factory=Options)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str, str], Raw]:
        return {
            (group_of(raw), str(raw.get("kind")), namespace_of(raw), name_of(raw)): raw
            for raw in reversed(self.objects)
        }

    def of_stash(self, kind: str) -> list[Raw]:
        """All of a kind of Stash's."""
        return [raw for raw in self.objects if (group_of(raw), raw.get("kind")) == (GROUP, kind)]

    def repository(self, reference: Any, home: str) -> Raw | None:
        """The Repository that a reference means."""
        name, namespace = named(reference, home)
        return self._by_name.get((GROUP, REPOSITORY.kind, namespace, name))

    def task(self, name: str) -> Raw | None:
        """The Task of this name."""
        return self._by_name.get((GROUP, TASK.kind, "", name))

    def function(self, name: str) -> Raw | None:
        """The Function of this name."""
        return self._by_name.get((GROUP, FUNCTION.kind, "", name))

    def configurations(self) -> list[Raw]:
        """All BackupConfigurations."""
        return self.of_stash(BACKUP_CONFIGURATION.kind)

    def target(self, reference: Raw, home: str) -> Raw | None:
        """The application that a target reference means."""
        group = str(reference.get("apiVersion") or "").rpartition("/")[0]
        name, namespace = named(reference, home)
        return self._by_name.get((group, str(reference.get("kind")), namespace, name))


def group_of(raw: Raw) -> str:
    """The API group of an object."""
    return str(raw.get("apiVersion") or "").rpartition("/")[0]


def name_of(raw: Raw) -> str:
    """The name of an object."""
    return str(_part(raw, "metadata").get("name") or "")


def namespace_of(raw: Raw) -> str:
    """The namespace of an object, or an empty text."""
    return str(_part(raw, "metadata").get("namespace") or "")


def spec_of(raw: Raw | None) -> Raw:
    """The spec of an object, or an empty one."""
    return _part(raw or {}, "spec")


def _part(raw: Raw, name: str) -> Raw:
    """A part of an object that may be anything: those of others are not checked."""
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def named(reference: Any, home: str) -> tuple[str, str]:
    """Name and namespace of what a reference means."""
    given = reference or {}
    return str(given.get("name") or ""), str(given.get("namespace") or home)


def reference(name: str, namespace: str) -> dict[str, str]:
    """A reference as KubeStash writes it."""
    return {"name": name, **({"namespace": namespace} if namespace else {})}


def valid_name(text: str) -> str:
    """The nearest thing that is a name in Kubernetes."""
    return re.sub(r"[^a-z0-9.-]+", "-", text.lower()).strip("-.")[:200].rstrip("-.") or "unnamed"
