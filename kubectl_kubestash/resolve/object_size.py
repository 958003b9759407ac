"""Does what a run will record fit into the objects that it is recorded in?

etcd takes no request of more than 1.5 MiB (https://etcd.io/docs/latest/dev-guide/limit/), and all
components of a run are in one Snapshot. The bytes of a component are those that a real API server
was seen to store. Its `managedFields` are not counted: the API server leaves them out of an object
that would be too large with them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LIMIT = 1_572_864
"""Bytes of a request to etcd, unless its `--max-request-bytes` says otherwise."""

ROOM = 1_400_000
"""Bytes for all components of an object; the rest is for its metadata and conditions."""

LONGEST_ERROR = 2000
SHORTEST_ERROR = 200
"""Bytes of a component's error; the more components there are, the shorter it is."""

LONGEST_MESSAGE = 16_000
"""Bytes of a condition that may speak of all components."""

_COMPONENT = 750
"""Phase, figures, three ids and a claim, whose pod and node may have the longest names."""

_PATH = 300
"""What restic says about one path, without the path."""

_REMEMBERED = 200
"""What a Repository remembers of each place: two ids, beside its path, three times."""


def component_size(name: str, path: str, sources: Sequence[str] = ("",)) -> int:
    """Bytes of a component that has ended well: its name, its place, and the paths it is of."""
    return _COMPONENT + len(name) + len(path) + sum(_PATH + size(each) for each in sources)


def objection(
    components: Mapping[str, str], sources: Sequence[str], *, remembered: Iterable[str] = ()
) -> str:
    """Why a Snapshot of these components, by name with their place, cannot be; empty when it can.

    Each is of the paths `sources`; `remembered` are the places that the Repository knows already.
    """
    each = [component_size(name, path, sources or ("",)) for name, path in components.items()]
    largest = max(each, default=0) + SHORTEST_ERROR
    if sum(each) + len(each) * SHORTEST_ERROR > ROOM:
        return (
            f"The Snapshot would have {len(each)} components, and no more than about "
            f"{ROOM // largest} of this kind fit into what the API server stores (1.5 MiB): "
            f"{_ADVICE[len(sources) > 1]}"
        )
    places = {*components.values(), *remembered}
    if sum(_REMEMBERED + 3 * len(place) for place in places) > ROOM:
        return (
            f"The Repository would know {len(places)} places, which do not fit into what the API "
            "server stores (1.5 MiB). Let the sessions of the BackupConfiguration store in a "
            "Repository each."
        )
    return ""


_ADVICE = {
    False: "divide the pods among several workloads, with a BackupConfiguration for each.",
    True: "divide the paths among several sessions, or the pods among several workloads with a "
    "BackupConfiguration for each.",
}


def fitting_error(text: str, *, among: int, taken: int) -> str:
    """An error as long as it may be: one of `among` components, of which each has `taken` bytes."""
    room = ROOM // max(among, 1) - taken
    return shortened(text, max(SHORTEST_ERROR, min(room, LONGEST_ERROR)))


def shortened(text: str, room: int) -> str:
    """The text, or its beginning and its end, in at most `room` bytes of JSON as Go writes it."""
    if size(text) <= room:
        return text
    halves = range(1, room // 2 + 1)
    return _cut(text, bisect_right(halves, room, key=lambda half: size(_cut(text, half))))


def size(value: Any) -> int:
    """Bytes of a value as the API server stores it: `<`, `>` and `&` take six each."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "replace")) + 5 * sum(map(text.count, "<>&"))


def _cut(text: str, half: int) -> str:
    return f"{text[:half]}…{text[len(text) - half :]}"
