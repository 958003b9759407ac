"""What all kinds share: the base of the models, object metadata, references, conditions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from ..errors import Invalid
from .markers import REQUIRED, UNREAD, Described, Int64
from .resources import ObjectKey, Resource

JsonObject = Mapping[str, Any]
"""A JSON object that we pass on unread: a type of Kubernetes' own inside one of our kinds."""

RawObject = Annotated[JsonObject, UNREAD]
"""A JSON object of any shape."""


class OpenEnum(StrEnum):
    """An enumeration that also takes values which this version does not know, and keeps them.

    The API server checks values when they are written. A view of an object that another version
    has written must not fail; who acts on a value refuses those that it does not know.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the value is one of those named here."""
        return self._value_ in type(self)._value2member_map_


class KubeModel(BaseModel):
    """Base of every API type: camelCase on the wire, frozen in memory.

    A model is a view of raw JSON for taking a decision. Unknown fields are ignored by the view and
    live on in the raw object, which is what gets patched; a model is never written back whole.
    Null means absent, as everywhere in Kubernetes.

    The text under a field is its description in the CustomResourceDefinition.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        extra="ignore",
    )

    is_atomic: ClassVar[bool] = False
    """Whether server-side apply gives all fields to one manager, as with a reference, whose parts
    mean nothing alone."""

    inlined: ClassVar[str] = ""
    """A definition of Kubernetes' own whose fields stand beside those of the model."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, raw: Any) -> Any:
        # The first question alone is answered quickly, and hardly ever with no.
        if (type(raw) is dict or isinstance(raw, Mapping)) and None in raw.values():
            return {name: value for name, value in raw.items() if value is not None}
        return raw


class OwnerReference(KubeModel):
    """Who an object belongs to, for garbage collection."""

    is_atomic = True

    api_version: str
    """apiVersion of the owner."""

    kind: str
    """Kind of the owner."""

    name: str
    """Name of the owner."""

    uid: str
    """UID of the owner, which tells it from a namesake made later."""

    controller: bool = False
    """Whether the owner manages this object. At most one owner does. Default: false."""

    block_owner_deletion: bool = False
    """Whether a foreground deletion of the owner waits for this object. Default: false."""


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

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """A view of an object that may be wrong, such as one from a file.

        Raises `Invalid`, naming the object and the fields that do not fit. `model_validate` is for
        objects that the API server has checked.
        """
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise Invalid(f"{_name_of(cls, raw)} is not valid: {_wrong_fields(error)}") from error

    @property
    def key(self) -> ObjectKey:
        """Namespace and name."""
        return ObjectKey(self.metadata.namespace, self.metadata.name)

    @property
    def is_being_deleted(self) -> bool:
        """Whether somebody has asked for the object to be deleted."""
        return self.metadata.deletion_timestamp is not None


def _name_of(model: type[KubeResource], raw: Mapping[str, Any]) -> str:
    metadata = raw.get("metadata")
    names = metadata if isinstance(metadata, Mapping) else {}
    key = ObjectKey(str(names.get("namespace") or ""), str(names.get("name") or "?"))
    return f"{model.resource.kind} {key}"


def _wrong_fields(error: ValidationError) -> str:
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong)


class Condition(KubeModel):
    """One observation about an object, with the time at which it last changed."""

    type: str
    """What is observed, in CamelCase. At most one condition of a type exists."""

    status: str
    """`True`, `False` or `Unknown`."""

    last_transition_time: Annotated[datetime | None, REQUIRED] = None
    """When status, reason or message last changed."""

    reason: str = ""
    """Why, as one CamelCase word for programs."""

    message: str = ""
    """Why, as a sentence for people."""

    observed_generation: Int64 | None = None
    """The metadata.generation that was looked at; an older one is out of date."""

    severity: str | None = None
    """How bad a condition that is not as it should be is; empty means an error."""


Conditions = tuple[Annotated[JsonObject, Described(Condition)], ...]
"""Conditions as the API holds them, for `resolve.conditions`."""


class TypedObjectReference(KubeModel):
    """An object of any kind, in any namespace."""

    api_group: str | None = None
    """API group of the object; empty for the core group."""

    kind: str | None = None
    """Kind of the object."""

    name: str
    """Name of the object."""

    namespace: str | None = None
    """Namespace of the object; empty means the namespace of the object that refers to it."""

    def key(self, home: str) -> ObjectKey:
        """Where it is; an empty namespace means `home`."""
        return ObjectKey(self.namespace or home, self.name)


class ObjectReference(KubeModel):
    """An object whose kind is known from the field."""

    name: str
    """Name of the object."""

    namespace: str | None = None
    """Namespace of the object; empty means the namespace of the object that refers to it."""

    def key(self, home: str) -> ObjectKey:
        """Where it is; an empty namespace means `home`."""
        return ObjectKey(self.namespace or home, self.name)


class ResourceFoundStatus(TypedObjectReference):
    """An object that another one depends on, and whether it is there."""

    found: bool | None = None
    """Whether the object exists; empty when nobody has looked yet."""
