"""Do two servers answer the same? Field by field, less uids, times and versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exchange import Exchange
    from .target import Answer

_OWN = frozenset(
    (
        *("uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink"),
        *("deletionTimestamp", "continue", "remainingItemCount"),
    )
)
"""Names of fields whose values are each server's own."""

_OF_A_SERVER = ("ca.crt", "clusterIP", "clusterIPs", "token")
"""Names of fields whose values differ from server to server."""

_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
_AGE = re.compile(r"^(\d+[smhdy])+$|^<(unknown|invalid)>$")
_UID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^kube-api-access-[a-z0-9]{5}$")


class Difference(NamedTuple):
    """One field that is not the same."""

    request: str
    field: str
    real: Any
    sandbox: Any

    def __str__(self) -> str:
        return f"{self.request}\n    {self.field}: {self.real!r} / sandbox: {self.sandbox!r}"


def differences(exchange: Exchange, real: Answer, sandbox: Answer) -> list[Difference]:
    """Everything that is not the same; status code and media type, too."""
    request = str(exchange)
    if real.status != sandbox.status:
        text = (real.status, real.content), (sandbox.status, sandbox.content)
        return [Difference(request, "status code", _cut(text[0]), _cut(text[1]))]
    found = []
    if real.media_type != sandbox.media_type:
        found.append(Difference(request, "media type", real.media_type, sandbox.media_type))
    if exchange.query.get("watch") and real.status == 200:
        pair = _unified(real.events), _unified(sandbox.events)
    elif exchange.place is None:
        if exchange.path.startswith("/openapi"):
            return []  # far smaller here: docs/sandbox.md says what kubectl makes of it
        pair = described(real.content, sandbox.content)
    else:
        pair = _unified(real.content), _unified(sandbox.content)
    found += [Difference(request, *each) for each in _compared("", *pair)]
    return found


def described(real: Any, sandbox: Any) -> tuple[Any, Any]:
    """Lists of groups, versions and resources by name, and of the real one only what both have."""
    return _of_both(_by_name(real), _by_name(sandbox)), _by_name(sandbox)


def _by_name(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _by_name(v) for k, v in value.items() if k != "storageVersionHash"}
    if not isinstance(value, list):
        return value
    if not all(isinstance(part, dict) for part in value):
        return sorted(value)
    return {_title(part): _by_name(part) for part in value}


def _title(part: dict[str, Any]) -> str:
    found = [part.get(k) for k in ("name", "resource", "subresource", "version", "groupVersion")]
    return str(found) + str((part.get("metadata") or {}).get("name"))


def _of_both(real: Any, sandbox: Any) -> Any:
    if not (isinstance(real, dict) and isinstance(sandbox, dict)):
        return real
    names = [k for k in real if k in sandbox or not k.startswith("[")]
    return {name: _of_both(real[name], sandbox.get(name)) for name in names}


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) < 400 else f"{text[:400]}…"


def _unified(value: Any, name: str = "") -> Any:
    """Times, ages and generated names are told by their form alone."""
    if isinstance(value, dict):
        return {key: _unified(part, key) for key, part in value.items() if key not in _OWN}
    if isinstance(value, list):
        return [_unified(part, name) for part in value if not _is_bookmark(part)]
    if isinstance(value, str) and (name in _OF_A_SERVER or _UID.match(value)):
        return "its own"
    if isinstance(value, str) and _TIME.match(value):
        return "a time"
    if isinstance(value, str) and name == "cells" and _AGE.match(value):
        return "an age"
    return value


def _is_bookmark(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "BOOKMARK"


def _compared(path: str, real: Any, sandbox: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(real, dict) and isinstance(sandbox, dict):
        for key in sorted({*real, *sandbox}):
            yield from _compared(f"{path}.{key}", real.get(key), sandbox.get(key))
    elif isinstance(real, list) and isinstance(sandbox, list) and len(real) == len(sandbox):
        for number, (one, other) in enumerate(zip(real, sandbox, strict=True)):
            yield from _compared(f"{path}[{number}]", one, other)
    elif real != sandbox:
        yield path or ".", _cut(real), _cut(sandbox)
