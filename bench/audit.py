"""What the API server was asked, from its audit log.

https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Call(NamedTuple):
    """One request that was answered."""

    verb: str
    resource: str
    """Plural, and the subresource after a slash."""

    namespace: str
    name: str
    user: str
    """Who acted; for a request on behalf of another user, that one."""

    agent: str
    code: int
    received: datetime
    answered: datetime

    @property
    def kind(self) -> str:
        """How calls are counted: `patch snapshots/status`."""
        return f"{self.verb} {self.resource}"


def read(log: Path, *, offset: int = 0) -> Iterator[Call]:
    """The calls of the log from this byte on, in the order of their answers."""
    with log.open("rb") as file:
        file.seek(offset)
        for line in file:
            if line.endswith(b"\n"):
                yield _call(json.loads(line))


def by_kind(calls: Iterable[Call]) -> Counter[str]:
    """How many calls of each verb and resource."""
    return Counter(call.kind for call in calls)


def _call(event: dict[str, Any]) -> Call:
    what = event.get("objectRef") or {}
    parts = (what.get("resource") or event["requestURI"].partition("?")[0], what.get("subresource"))
    user = event.get("impersonatedUser") or event["user"]
    return Call(
        verb=event["verb"],
        resource="/".join(part for part in parts if part),
        namespace=what.get("namespace", ""),
        name=what.get("name", ""),
        user=user.get("username", ""),
        agent=event.get("userAgent", ""),
        code=(event.get("responseStatus") or {}).get("code", 0),
        received=datetime.fromisoformat(event["requestReceivedTimestamp"]),
        answered=datetime.fromisoformat(event["stageTimestamp"]),
    )
