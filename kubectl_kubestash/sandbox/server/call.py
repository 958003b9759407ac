"""What does a request ask for? Its path, query and body as one value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from . import failure, protobuf

if TYPE_CHECKING:
    from aiohttp.web import BaseRequest

    from .kinds import Kind, Kinds
    from .schema import Schemas
    from .wire import Object


@dataclass
class Call:
    """One request for a kind that is served."""

    kind: Kind
    namespace: str
    name: str
    subresource: str
    request: BaseRequest
    raw: bytes
    schemas: Schemas

    def __post_init__(self) -> None:
        self.method, self.query = self.request.method, self.request.query
        self.accept = self.request.headers.get("Accept", "")
        self.content_type = self.request.headers.get("Content-Type", "")
        self.is_watch = self.method == "GET" and not self.name and self.is_set("watch")
        self.strict = self.query.get("fieldValidation") == "Strict"
        """Whether unknown fields are refused; else they are dropped."""

    def is_set(self, name: str) -> bool:
        """Whether a switch in the query is on."""
        return self.query.get(name) in {"1", "true"}

    def body(self) -> Any:
        """The decoded body. Raises Failure."""
        if not self.raw:
            return {}
        try:
            if "protobuf" in self.content_type:
                return protobuf.decode(self.raw)
            if "yaml" in self.content_type and self.raw[:1] != b"{":  # JSON is quicker as JSON
                return yaml.safe_load(self.raw)
            return json.loads(self.raw)
        except (ValueError, KeyError, IndexError, TypeError, yaml.YAMLError) as error:
            raise failure.bad_request(f"the body cannot be read: {error}") from None

    def object(self) -> Object:
        """The decoded body, which has to be an object. Raises Failure."""
        decoded = self.body()
        if not isinstance(decoded, dict):
            raise failure.bad_request("the body of the request is not an object")
        return decoded


def locate(path: str, kinds: Kinds) -> tuple[Kind, str, str, str] | None:
    """Kind, namespace, name and subresource of a path; None when it is of another form."""
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in {"status", "finalize"}:
        namespace, rest = rest[1], rest[2:]
    kind = kinds.find(group, version, rest[0])
    if kind is None or len(rest) > 3 or (namespace and not kind.namespaced):
        return None
    name, subresource, *_ = [*rest[1:], "", ""]
    if subresource and subresource not in kind.subresources:
        return None
    return kind, namespace, name, subresource
