"""Objects as YAML in a backend: written so that any tool can read them, read with suspicion.

Whoever can write to the backend can write these files. So they are read as plain JSON-like data:
no aliases, which can make gigabytes of a few lines, no Python objects, no numbers as names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from ..errors import BackendError
from ..resolve.yaml_text import needs_quotes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kube.client import Object

_DROPPED = ("managedFields", "selfLink")
_DEEPEST = 100
_MAPS = ("metadata", "spec", "status")
_TIME = "tag:yaml.org,2002:timestamp"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves times as the texts that they are in JSON."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Repeats what occurs twice instead of referring to it."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _represent(dumper: Any, value: str) -> Any:
    """Texts that some readers of YAML take for numbers are quoted."""
    style = '"' if needs_quotes(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _represent)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIME]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def dump(raw: Mapping[str, Any], api_version: str, kind: str) -> bytes:
    """An object as YAML, without what only its cluster needs."""
    metadata = {name: value for name, value in raw["metadata"].items() if name not in _DROPPED}
    return text({**raw, "apiVersion": api_version, "kind": kind, "metadata": metadata})


def text(document: Mapping[str, Any]) -> bytes:
    """Any mapping as YAML."""
    written: str = yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return written.encode()


def load(data: bytes, path: str) -> Object:
    """The object in a YAML file; what it holds is of the kinds that JSON has.

    Raises BackendError, which names the file, for everything else.
    """
    try:
        _check_shape(data, path)
        document = yaml.load(data, Loader=_Loader)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise BackendError(f"{path} in the backend is not YAML: {reason}") from None
    if not isinstance(document, dict):
        raise BackendError(f"{path} in the backend holds no object.")
    _check_plain(document, path)
    for name in _MAPS:
        if not isinstance(document.get(name) or {}, dict):
            raise BackendError(f"{path} in the backend: {name} is no map.")
    return document


def _check_shape(data: bytes, path: str) -> None:
    """Before anything is built: no aliases, and no deeper than any object of ours."""
    depth = 0
    for event in yaml.parse(data, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise BackendError(f"{path} in the backend refers to itself: aliases are refused.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise BackendError(f"{path} in the backend is nested too deep.")


def _check_plain(value: object, path: str) -> None:
    if isinstance(value, dict):
        if odd := [name for name in value if not isinstance(name, str)]:
            raise BackendError(f"{path} in the backend: {odd[0]!r} is no name of a field.")
        for item in value.values():
            _check_plain(item, path)
    elif isinstance(value, list):
        for item in value:
            _check_plain(item, path)
    elif not isinstance(value, str | int | float | None):
        raise BackendError(f"{path} in the backend holds a {type(value).__name__}.")
