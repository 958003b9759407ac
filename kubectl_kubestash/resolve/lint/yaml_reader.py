"""What is in a YAML text, and where? Made for texts that may be hostile.

Built from the parser's events without recursion; what aliases unfold to is counted before anybody
walks through it, so that a few lines cannot become gigabytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from .yaml_scalars import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100
MAX_VALUES = 100_000
"""How many values a document may have when all aliases are written out."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLLECTIONS = {"!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_LAST_STEP = re.compile(r"(\.[^.\[\]]*|\[\d+\])$")


class Place(NamedTuple):
    """Line and column of a text, from 1."""

    line: int = 1
    column: int = 1


BEGINNING = Place()


class YamlProblem(NamedTuple):
    """Why a text cannot be read, or can be misread."""

    reason: str
    message: str
    place: Place


@dataclass
class Document:
    """One document of a YAML text."""

    value: Any = None
    start: Place = BEGINNING
    places: dict[str, Place] = field(default_factory=dict)
    """Where each field stands, by its path, such as `spec.sessions[0].name`."""

    def place(self, path: str) -> Place:
        """Where a field stands; where the nearest field around it stands, when it is missing."""
        while path and path not in self.places:
            shorter = _LAST_STEP.sub("", path)
            path = shorter if shorter != path else ""
        return self.places.get(path, self.start)

    def objects(self) -> Iterator[tuple[Any, str]]:
        """What it holds, each with its path: itself, or the items of a List of whatever kind.

        kubectl takes `kind: List` and typed lists such as BackupConfigurationList alike:
        https://kubernetes.io/docs/reference/using-api/api-concepts/#collections
        """
        match self.value:
            case {"kind": str(kind), "items": list(items)} if kind.endswith("List"):
                yield from ((item, f"items[{index}]") for index, item in enumerate(items))
            case None:
                return
            case value:
                yield value, ""


def read(text: str) -> tuple[list[Document], list[YamlProblem]]:
    """The documents of a text, and its problems. Nothing is read behind a mistake of syntax."""
    problems: list[YamlProblem] = []
    documents: list[Document] = []
    try:
        for builder in _builders(text):
            documents.append(builder.document)
            problems += builder.problems
    except _Unreadable as error:
        problems.append(_last(error.problem, text))
    except yaml.YAMLError as error:
        problems.append(_last(_syntax(error), text))
    return documents, problems


def _last(problem: YamlProblem, text: str) -> YamlProblem:
    """The problem that ends the reading; it says so when documents are left."""
    if any(line.startswith("---") for line in text.splitlines()[problem.place.line :]):
        return problem._replace(message=f"{problem.message}; no document behind it was read")
    return problem


class _Unreadable(Exception):
    def __init__(self, reason: str, message: str, place: Place) -> None:
        super().__init__(message)
        self.problem = YamlProblem(reason, message, place)


def _builders(text: str) -> Iterator[_Builder]:
    builder = _Builder(BEGINNING)
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentStartEvent):
            builder = _Builder(_place(event))
        elif isinstance(event, yaml.DocumentEndEvent):
            yield builder
        else:
            builder.feed(event)


def _syntax(error: yaml.YAMLError) -> YamlProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(mark.line + 1, mark.column + 1) if mark else BEGINNING
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    message = " ".join(str(said).split())
    if "cannot start any token" in message:
        message += " (tabs cannot indent, and texts that begin with a special sign need quotes)"
    return YamlProblem("InvalidYaml", message, place)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else BEGINNING


@dataclass
class _Frame:
    """A map or list that is not complete yet."""

    value: dict[str, Any] | list[Any]
    path: str
    anchor: str | None
    size: int = 1
    keys: set[str] = field(default_factory=set)
    key: str | None = None
    key_place: Place = BEGINNING
    merges: bool = False


class _Builder:
    """Makes one document of its events."""

    def __init__(self, start: Place) -> None:
        self.document = Document(start=start)
        self.problems: list[YamlProblem] = []
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}

    def feed(self, event: yaml.Event) -> None:
        """Take the next event. Raises _Unreadable."""
        place = _place(event)
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, place)
            case yaml.AliasEvent():
                self._alias(event, place)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._open(event, place)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                frame = self._frames.pop()
                self._complete(frame.value, frame.size, frame.anchor, place)
            case _:
                pass

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        frame = self._frames[-1] if self._frames else None
        plain = event.style in (None, "") and event.implicit[0]
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event.value, place, merges=plain and event.value == "<<")
            return
        self._note(place)
        try:
            value = scalar(event.value, event.tag, plain=plain)
        except ValueError as error:
            raise _Unreadable("InvalidYaml", str(error), place) from None
        self._complete(value, 1, event.anchor, place)

    def _key(self, frame: _Frame, key: str, place: Place, *, merges: bool) -> None:
        if key in frame.keys and not merges:
            message = f"the key {key[:80]!r} stands here twice; only one of them would count"
            self.problems.append(YamlProblem("DuplicateKey", message, place))
        frame.keys.add(key)
        frame.key, frame.key_place, frame.merges = key, place, merges

    def _alias(self, event: yaml.AliasEvent, place: Place) -> None:
        if event.anchor not in self._anchors:
            message = f"the alias *{event.anchor} refers to nothing that is complete before it"
            raise _Unreadable("InvalidYaml", message, place)
        self._note(place)
        value, size = self._anchors[event.anchor]
        self._complete(value, size, None, place)

    def _open(self, event: yaml.CollectionStartEvent, place: Place) -> None:
        parent = self._frames[-1] if self._frames else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            raise _Unreadable("InvalidYaml", "a key must be a text", place)
        if len(self._frames) >= MAX_DEPTH:
            raise _Unreadable("TooDeep", f"nested deeper than {MAX_DEPTH} levels", place)
        if event.tag and event.tag not in _COLLECTIONS:
            message = f"the tag {event.tag} has no meaning in a manifest"
            raise _Unreadable("InvalidYaml", message, place)
        self._note(place)
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._frames.append(_Frame(value, self._path(), event.anchor))

    def _path(self) -> str:
        """Where the next value goes."""
        if not self._frames:
            return ""
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            return f"{frame.path}[{len(frame.value)}]"
        return f"{frame.path}.{frame.key}" if frame.path else str(frame.key)

    def _note(self, place: Place) -> None:
        in_map = self._frames and isinstance(self._frames[-1].value, dict)
        self.document.places[self._path()] = self._frames[-1].key_place if in_map else place

    def _complete(self, value: Any, size: int, anchor: str | None, place: Place) -> None:
        if anchor:
            self._anchors[anchor] = (value, size)
        if not self._frames:
            self.document.value = value
            return
        frame = self._frames[-1]
        frame.size += size
        if frame.size > MAX_VALUES:
            message = f"more than {MAX_VALUES} values, aliases written out"
            raise _Unreadable("TooLarge", message, place)
        if isinstance(frame.value, list):
            frame.value.append(value)
            return
        if frame.merges:
            self._merge(frame.value, value, place)
        else:
            frame.value[str(frame.key)] = value
        frame.key = None

    def _merge(self, into: dict[str, Any], value: Any, place: Place) -> None:
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                raise _Unreadable("InvalidYaml", "`<<` takes in maps only", place)
            for name, inner in source.items():
                into.setdefault(name, inner)
