"""How does one JSON value become another? As a JSON patch (RFC 6902), smallest steps first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Operation(NamedTuple):
    """One step of a patch: `add` or `replace`; nothing is ever taken away."""

    op: str
    path: str
    value: Any

    def document(self) -> dict[str, Any]:
        """As it is sent."""
        return self._asdict()


def json_patch(before: Any, after: Any) -> list[Operation]:
    """What makes `after` of `before`; fields that `after` lacks are left as they are."""
    return list(_steps(before, after, ""))


def _steps(before: Any, after: Any, path: str) -> Iterator[Operation]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in after.items():
            where = f"{path}/{_escaped(name)}"
            if name in before:
                yield from _steps(before[name], value, where)
            else:
                yield Operation("add", where, value)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _steps(old, new, f"{path}/{index}")
    else:
        yield Operation("replace", path, after)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
