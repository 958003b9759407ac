"""Frozen views of JSON objects: classes whose annotated fields pydantic-core reads and writes.

pydantic-core is the compiled part of pydantic and does all of the reading. The part in Python
makes schemas for it of whatever annotation there may be, and takes longer to load than everything
else that a model needs. Fields of our kinds have few types, for which `field_schema` is enough.
The schema of a class is made when its first object is read: most classes that a process loads
never are. (https://docs.pydantic.dev/latest/api/pydantic_core_schema/)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import (
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    NoReturn,
    Self,
    dataclass_transform,
)

from pydantic_core import SchemaSerializer, SchemaValidator, ValidationError, core_schema

from .field_schema import annotated_schema

_ABSENT: Any = object()
_fill = object.__setattr__


class FieldInfo(NamedTuple):
    """What a class says about one of its fields."""

    default: Any = _ABSENT
    """The value of a missing field."""

    default_factory: Callable[[], Any] | None = None
    """Makes that value."""

    alias: str = ""
    """Name on the wire."""

    annotation: str = ""
    """Its type, as it stands in the source."""

    module: str = ""
    """Where the names in the annotation mean something."""

    def is_required(self) -> bool:
        """Whether an object without the field is refused."""
        return self.default is _ABSENT and self.default_factory is None


def Field(  # noqa: N802 - as pydantic calls it
    *,
    default: Any = _ABSENT,
    default_factory: Callable[[], Any] | None = None,
    alias: str = "",
) -> Any:
    """A field whose default is made anew each time, or whose name on the wire is a special one."""
    return FieldInfo(default, default_factory, alias)


def to_camel(name: str) -> str:
    """`name_of_a_field` as `nameOfAField`."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
class Model(metaclass=type):  # noqa: UP050 - mypy takes __hash__ for that of the class, else
    """Base of the views: camelCase on the wire, frozen in memory, fields in the order of the class.

    Annotations are those of a module with `from __future__ import annotations`. The constructor
    takes fields by their names in Python and checks them as those of an object are checked.
    """

    # What pydantic-core fills in, and what it looks for; the names are its own.
    __slots__ = (
        "__dict__",
        "__pydantic_extra__",
        "__pydantic_fields_set__",
        "__pydantic_private__",
    )
    __pydantic_extra__: dict[str, Any] | None
    __pydantic_fields_set__: set[str]

    model_fields: ClassVar[Mapping[str, FieldInfo]] = {}
    """The fields by their names in Python; those of the bases come first."""

    keeps_unknown: ClassVar[bool] = False
    """Whether fields that the class does not have are kept, in `model_extra`, or ignored."""

    def __init_subclass__(cls) -> None:
        """Collect the fields; their annotations are not looked at before an object is read."""
        fields: dict[str, FieldInfo] = {}
        for base in reversed(cls.__mro__[1:]):
            fields.update(getattr(base, "model_fields", {}))
        for name, annotation in cls.__annotations__.items():
            if not annotation.startswith("ClassVar"):
                fields[name] = _declared(cls, name, annotation)
        cls.model_fields = fields

    def __init__(self, **values: Any) -> None:
        _validator(type(self)).validate_python(values, self_instance=self)

    @classmethod
    def model_validate(cls, raw: Any) -> Self:
        """The view of an object. Raises `ValidationError`, which tells each field that is wrong."""
        view: Self = _validator(cls).validate_python(raw)
        return view

    @classmethod
    def prepared(cls, raw: Any) -> Any:
        """What the fields are read from: the object, unless a class has something to put right."""
        return raw

    @classmethod
    @cache
    def model_schema(cls) -> core_schema.CoreSchema:
        """How pydantic-core reads and writes the class."""
        fields = {name: _schema(info) for name, info in cls.model_fields.items()}
        whole = core_schema.model_fields_schema(fields, model_name=cls.__name__)
        config = core_schema.CoreConfig(
            title=cls.__name__,
            extra_fields_behavior="allow" if cls.keeps_unknown else "ignore",
            validate_by_alias=True,
            validate_by_name=True,
        )
        prepared = core_schema.no_info_before_validator_function(cls.prepared, whole)
        return core_schema.model_schema(cls, prepared, config=config)

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """The same view but for some fields, by their names in Python; they are not checked."""
        other = type(self).__new__(type(self))
        _fill(other, "__dict__", {**self.__dict__, **update})
        _fill(other, "__pydantic_extra__", self.__pydantic_extra__)
        _fill(other, "__pydantic_fields_set__", self.__pydantic_fields_set__ | update.keys())
        return other

    def model_dump(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """The fields in plain maps. `json` has lists for tuples and texts for times and enums."""
        plain: dict[str, Any] = _serializer(type(self)).to_python(
            self,
            mode=mode,
            by_alias=by_alias,
            exclude_unset=exclude_unset,
            exclude_none=exclude_none,
        )
        return plain

    def model_dump_json(self) -> str:
        """The fields as JSON, by their names in Python."""
        return _serializer(type(self)).to_json(self).decode()

    @property
    def model_extra(self) -> dict[str, Any] | None:
        """The fields that the class does not have; None when it does not keep them."""
        return self.__pydantic_extra__

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        wrong: Any = {"type": "frozen_instance", "loc": (name,), "input": value}
        raise ValidationError.from_exception_data(type(self).__name__, [wrong])

    def __delattr__(self, name: str) -> NoReturn:
        self.__setattr__(name, None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model) or type(self) is not type(other):
            return NotImplemented
        return self.__dict__ == other.__dict__ and self.model_extra == other.model_extra

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        values = {**self.__dict__, **(self.model_extra or {})}
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in values.items())})"


def _declared(cls: type[Model], name: str, annotation: str) -> FieldInfo:
    value = cls.__dict__.get(name, _ABSENT)
    info = value if isinstance(value, FieldInfo) else FieldInfo(value)
    alias = info.alias or to_camel(name)
    return info._replace(alias=alias, annotation=annotation, module=cls.__module__)


def _schema(info: FieldInfo) -> core_schema.ModelField:
    schema = annotated_schema(info.module, info.annotation)
    if info.default_factory is not None:
        schema = core_schema.with_default_schema(schema, default_factory=info.default_factory)
    elif not info.is_required():
        schema = core_schema.with_default_schema(schema, default=info.default)
    return core_schema.model_field(
        schema, validation_alias=info.alias, serialization_alias=info.alias
    )


def _validator(cls: type[Model]) -> SchemaValidator:
    made: SchemaValidator | None = cls.__dict__.get("_reads")
    if made is None:
        made = SchemaValidator(cls.model_schema())
        type.__setattr__(cls, "_reads", made)
    return made


def _serializer(cls: type[Model]) -> SchemaSerializer:
    made: SchemaSerializer | None = cls.__dict__.get("_writes")
    if made is None:
        made = SchemaSerializer(cls.model_schema())
        type.__setattr__(cls, "_writes", made)
    return made
