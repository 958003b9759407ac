"""One recorded request, with the objects that were there before it."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).with_name("requests.jsonl.gz")
Json = dict[str, Any]


class Place(NamedTuple):
    """What a path of the API names."""

    prefix: str
    """`/api/v1` or `/apis/GROUP/VERSION`."""

    namespace: str
    plural: str
    name: str
    subresource: str

    @classmethod
    def of(cls, path: str) -> Place | None:
        """None for a path that names no resource: discovery, /version, /openapi."""
        words = urlsplit(path).path.strip("/").split("/")
        size = {"api": 2, "apis": 3}.get(words[0], 0)
        if not size or len(words) <= size:
            return None
        prefix, rest = "/" + "/".join(words[:size]), words[size:]
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in {"status", "finalize"}:
            namespace, rest = rest[1], rest[2:]
        rest = [*rest, "", "", ""]
        return cls(prefix, namespace, rest[0], rest[1], "/".join(filter(None, rest[2:])))

    def path(self, namespace: str, name: str | None = None, subresource: str | None = None) -> str:
        """The same place in another namespace, or another object there."""
        parts = [self.prefix, *(["namespaces", namespace] if self.namespace else []), self.plural]
        parts += [self.name if name is None else name]
        parts += [self.subresource if subresource is None else subresource]
        return "/".join(filter(None, parts))


@dataclass(frozen=True)
class Exchange:
    """A request as it was sent."""

    method: str
    path: str
    accept: str = ""
    content_type: str = ""
    body: str = ""
    """Text, or base64 where `is_binary`."""

    is_binary: bool = False
    before: list[Json] = field(default_factory=list)
    """The objects that the request was about, as they were."""

    agent: str = ""
    status: int = 0

    @property
    def place(self) -> Place | None:
        return Place.of(self.path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def payload(self) -> bytes:
        """The body as it goes over the wire."""
        return base64.b64decode(self.body) if self.is_binary else self.body.encode()

    def __str__(self) -> str:
        kind = self.content_type.rpartition("/")[2]
        return f"{self.method} {self.path} {kind} {self.accept[:40]}".strip()


def load(file: Path = FILE) -> list[Exchange]:
    """All that were recorded."""
    with gzip.open(file, "rt") as lines:
        return [Exchange(**json.loads(line)) for line in lines]


def save(exchanges: Iterable[Exchange], file: Path = FILE) -> None:
    """Write them, sorted, so that two recordings of the same differ little."""
    lines = sorted(json.dumps(_slim(asdict(each)), sort_keys=True) for each in exchanges)
    with file.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write("".join(f"{line}\n" for line in lines).encode())


def _slim(entry: Json) -> Json:
    for item in entry["before"]:
        item["metadata"].pop("managedFields", None)
    return {name: value for name, value in entry.items() if value not in ("", [], False)}
