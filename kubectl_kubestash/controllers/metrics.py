"""Which requests does the operator send? Counted by verb and kind."""

from __future__ import annotations

import threading
from collections import Counter

_WATCHES = {"watch=1", "watch=true"}


class Calls:
    """Counts requests. `trace` is what `kube.client.Client(trace=…)` wants."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._answers: Counter[tuple[str, str]] = Counter()

    def trace(self, method: str, target: str, status: int, milliseconds: float) -> None:
        """One request has been answered, or not (status 0)."""
        del milliseconds
        with self._lock:
            self._answers[method, str(status) if status else "<error>"] += 1
            self._counts[name_of(method, target)] += 1

    def counts(self) -> dict[str, int]:
        """How many requests of each verb and kind were sent, such as `patch snapshots/status`."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    def answers(self) -> dict[tuple[str, str], int]:
        """How many requests of each HTTP method got which status; `<error>` is no answer."""
        with self._lock:
            return dict(self._answers)


def name_of(method: str, target: str) -> str:
    """Verb and resource of a request, as an audit log names them."""
    path, _, query = target.partition("?")
    segments = [segment for segment in path.split("/") if segment]
    rest = segments[2:] if segments[:1] == ["api"] else segments[3:]
    if rest[:1] == ["namespaces"] and len(rest) > 2:
        rest = rest[2:]
    resource = "/".join(rest[:1] + rest[2:3]) or "/".join(segments)
    return f"{_verb(method, named=len(rest) > 1, query=query)} {resource}"


def _verb(method: str, *, named: bool, query: str) -> str:
    if method == "GET":
        if not _WATCHES.isdisjoint(query.split("&")):
            return "watch"
        return "get" if named else "list"
    return {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[method]
