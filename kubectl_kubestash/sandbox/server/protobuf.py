"""kubectl's typed commands send protobuf and nothing else: how to read it.

An object is `k8s`, a zero byte, and a message Unknown{1: TypeMeta{1: apiVersion, 2: kind}, 2: the
object} (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding-idl).
`protobuf.json` has name and type of each field by its number, from Kubernetes' own .proto files.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..moment import text

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"k8s\0"
_INLINE = {
    *("volumeSource", "persistentVolumeSource", "localObjectReference", "handler"),
    "ephemeralContainerCommon",
}
# Sent even when nobody has set them; of all others, a zero is meant.
_ZERO_IS_NOTHING = {
    *(
        "generation",
        "observedGeneration",
        "stdin",
        "stdinOnce",
        "tty",
        "readOnly",
        "minReadySeconds",
    ),
    *("hostNetwork", "hostPID", "hostIPC", "hostPort", "nodePort", "initialDelaySeconds"),
    *("publishNotReadyAddresses", "active", "succeeded", "failed"),
}


def decode(body: bytes) -> dict[str, Any]:
    """The object in a protobuf body. Raises ValueError, KeyError or IndexError."""
    if not body.startswith(_MAGIC):
        raise ValueError("no protobuf of Kubernetes'")
    envelope = dict(_fields(body[len(_MAGIC) :]))
    type_meta = dict(_fields(envelope[1]))
    kind = type_meta[2].decode()
    return {
        "apiVersion": type_meta[1].decode(),
        "kind": kind,
        **_message(kind, envelope.get(2, b"")),
    }


@cache
def _messages() -> dict[str, dict[str, tuple[str, str, str]]]:
    file = Path(__file__).with_name("protobuf.json")
    return dict(json.loads(file.read_bytes()))


def _message(name: str, data: bytes) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for number, raw in _fields(data):
        field, type_, shape = _messages()[name].get(str(number), ("", "", ""))
        if shape == "map":
            entry = dict(_fields(raw))
            key = entry.get(1, b"").decode()
            made.setdefault(field, {})[key] = _value(type_, entry.get(2, b""))
        elif shape == "repeated":
            made.setdefault(field, []).append(_value(type_, raw))
        elif field in _INLINE:
            made |= _value(type_, raw)
        elif field and _says_something(field, value := _value(type_, raw)):
            made[field] = value
    return made


def _says_something(field: str, value: Any) -> bool:
    return value not in ("", None) and bool(value or field not in _ZERO_IS_NOTHING)


def _value(type_: str, raw: Any) -> Any:  # noqa: PLR0911 - one for each type
    match type_:
        case "string":
            return raw.decode()
        case "bytes":
            return base64.b64encode(raw).decode()
        case "bool":
            return bool(raw)
        case "int32" | "int64":
            return raw - (1 << 64) if raw >> 63 else raw
        case "Time" | "MicroTime":
            seconds = dict(_fields(raw)).get(1)
            return seconds and text(datetime.fromtimestamp(seconds, UTC))
        case "Quantity":
            return dict(_fields(raw)).get(1, b"").decode()
        case "IntOrString":
            parts = dict(_fields(raw))
            return parts.get(3, b"").decode() if parts.get(1) else parts.get(2, 0)
    return _message(type_, raw)


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        if tag & 7 == 0:
            value, at = _number(data, at)
            yield tag >> 3, value
        elif tag & 7 == 2:
            size, at = _number(data, at)
            yield tag >> 3, data[at : at + size]
            at += size
        else:
            raise ValueError(f"wire type {tag & 7}")


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at
