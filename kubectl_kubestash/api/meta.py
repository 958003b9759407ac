"""What all kinds share: the base of the models, object metadata, references, conditions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from .resources import ObjectKey, Resource

JsonObject = Mapping[str, Any]
"""A JSON object that we pass on unread: a type of Kubernetes' own inside one of our kinds."""


class KubeModel(BaseModel):
    """Base of every API type: camelCase on the wire, frozen in memory.

    A model is a view of raw JSON for taking a decision. Unknown fields are ignored by the view and
    live on in the raw object, which is what gets patched; a model is never written back whole.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore"
    )


class OwnerReference(KubeModel):
    """Who an object belongs to, for garbage collection."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool = False


class ObjectMeta(KubeModel):
    """Those fields of metav1.ObjectMeta that we read."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    finalizers: tuple[str, ...] = ()
    owner_references: tuple[OwnerReference, ...] = ()


class KubeResource(KubeModel):
    """Base of every kind: an object with metadata and an address."""

    resource: ClassVar[Resource]

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta

    @property
    def key(self) -> ObjectKey:
        """Namespace and name."""
        return ObjectKey(self.metadata.namespace, self.metadata.name)

    @property
    def is_being_deleted(self) -> bool:
        """Whether somebody has asked for the object to be deleted."""
        return self.metadata.deletion_timestamp is not None


class Condition(KubeModel):
    """One observation about an object, with the time at which it last changed."""

    type: str
    status: str
    """`True`, `False` or `Unknown`."""

    last_transition_time: datetime | None = None
    reason: str = ""
    message: str = ""
    observed_generation: int | None = None
    severity: str | None = None


class TypedObjectReference(KubeModel):
    """An object of any kind, in any namespace."""

    api_group: str | None = None
    kind: str | None = None
    name: str
    namespace: str | None = None

    def key(self, home: str) -> ObjectKey:
        """Where it is; an empty namespace means `home`."""
        return ObjectKey(self.namespace or home, self.name)


class ObjectReference(KubeModel):
    """An object whose kind is known from the field."""

    name: str
    namespace: str | None = None

    def key(self, home: str) -> ObjectKey:
        """Where it is; an empty namespace means `home`."""
        return ObjectKey(self.namespace or home, self.name)
