"""Events are counted up instead of repeated, and never stop the work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from kubectl_kubestash.controllers.events import Events
from kubectl_kubestash.controllers.metrics import Calls, name_of
from kubectl_kubestash.errors import Forbidden

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Client

ABOUT = {
    "apiVersion": "core.kubestash.com/v1alpha1",
    "kind": "BackupSession",
    "metadata": {"namespace": "demo", "name": "run", "uid": "u"},
}


class Board:
    """Takes Events, or refuses them."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.created: list[dict[str, Any]] = []
        self.patched: list[dict[str, Any]] = []
        self.refuses = refuses

    def create(self, _: object, body: dict[str, Any]) -> None:
        if self.refuses:
            raise Forbidden("the namespace is being terminated")
        self.created.append(body)

    def patch(self, _resource: object, _key: object, changes: dict[str, Any]) -> None:
        self.patched.append(changes)


class Case:
    def __init__(self, *, refuses: bool = False, leading: bool = True) -> None:
        self.board, self.now = Board(refuses=refuses), 0.0
        self.events = Events(
            cast("Client", self.board),
            now=lambda: datetime(2025, 6, 1, tzinfo=UTC),
            may_write=lambda: leading,
            clock=lambda: self.now,
        )


def test_the_same_event_in_short_order_is_told_once() -> None:
    case = Case()

    for _ in range(100):
        case.events.warning(ABOUT, "BackupFailed", "no")

    assert len(case.board.created) == 1
    assert case.board.created[0]["involvedObject"]["name"] == "run"
    assert case.board.patched == []


def test_the_same_event_later_is_counted_up() -> None:
    case = Case()
    case.events.warning(ABOUT, "BackupFailed", "no")

    case.now += 61
    case.events.warning(ABOUT, "BackupFailed", "no")

    assert len(case.board.created) == 1
    assert [changes["count"] for changes in case.board.patched] == [2]


def test_another_reason_is_another_event() -> None:
    case = Case()

    case.events.warning(ABOUT, "BackupFailed", "no")
    case.events.normal(ABOUT, "BackupSucceeded", "yes")

    assert [body["type"] for body in case.board.created] == ["Warning", "Normal"]
    assert len({body["metadata"]["name"] for body in case.board.created}) == 2


def test_an_event_that_cannot_be_written_stops_nobody() -> None:
    case = Case(refuses=True)

    case.events.warning(ABOUT, "BackupFailed", "no")

    assert case.board.created == []


def test_who_does_not_lead_tells_nothing() -> None:
    case = Case(leading=False)

    case.events.warning(ABOUT, "BackupFailed", "no")

    assert case.board.created == []


def test_calls_are_counted_by_verb_and_kind() -> None:
    calls = Calls()
    base = "/apis/core.kubestash.com/v1alpha1"
    for method, target in (
        ("GET", f"{base}/backupsessions?limit=500"),
        ("GET", f"{base}/backupsessions?watch=1&resourceVersion=4"),
        ("PATCH", f"{base}/namespaces/demo/backupsessions/run/status"),
        ("PATCH", f"{base}/namespaces/demo/backupsessions/run/status"),
        ("POST", "/api/v1/namespaces/demo/events"),
        ("GET", "/api/v1/namespaces/demo"),
        ("DELETE", "/apis/batch/v1/namespaces/demo/jobs/j"),
    ):
        calls.trace(method, target, 200, 1.0)

    assert calls.counts() == {
        "create events": 1,
        "delete jobs": 1,
        "get namespaces": 1,
        "list backupsessions": 1,
        "patch backupsessions/status": 2,
        "watch backupsessions": 1,
    }


def test_an_unknown_path_is_counted_as_it_is() -> None:
    assert name_of("GET", "/version") == "list version"
