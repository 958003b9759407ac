"""Who is the operator? Against an API that keeps one Lease in memory."""

from __future__ import annotations

import copy
import threading
import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.controllers.lease import Lease, Timing
from kubectl_kubestash.errors import AlreadyExists, Conflict, NotFound, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubectl_kubestash.kube.client import Client

KEY = ObjectKey("demo", "kubestash-operator")
TIMING = Timing(duration=15, renew_deadline=10, retry_period=2)


class OneLease:
    """An API server that holds one Lease, with preconditions, and can be away."""

    def __init__(self) -> None:
        self.lease: dict[str, Any] | None = None
        self.is_away = False
        self.version = self.reads = 0
        self.before_it_answers: Callable[[], None] = lambda: None

    def get(self, resource: object, key: object) -> dict[str, Any]:
        found = self.find(resource, key)
        if found is None:
            raise NotFound("no Lease")
        return found

    def find(self, _resource: object, _key: object) -> dict[str, Any] | None:
        if self.is_away:
            raise Unreachable("away")
        self.reads += 1
        return copy.deepcopy(self.lease)

    def create(self, _resource: object, body: dict[str, Any]) -> dict[str, Any]:
        if self.lease is not None:
            raise AlreadyExists("there")
        self.lease = copy.deepcopy(body)
        return self._changed()

    def patch(
        self, _resource: object, _key: object, patch: dict[str, Any], *, resource_version: str
    ) -> dict[str, Any]:
        if self.is_away:
            raise Unreachable("away")
        if self.lease is None:
            raise NotFound("no Lease")
        if resource_version != self.lease["metadata"]["resourceVersion"]:
            raise Conflict("changed")
        self.lease["spec"].update(patch["spec"])
        return self._changed()

    def _changed(self) -> dict[str, Any]:
        assert self.lease is not None
        self.version += 1
        self.lease["metadata"]["resourceVersion"] = str(self.version)
        self.before_it_answers()
        return copy.deepcopy(self.lease)

    @property
    def holder(self) -> str:
        return "" if self.lease is None else str(self.lease["spec"]["holderIdentity"])


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Case:
    def __init__(self) -> None:
        self.api, self.clock = OneLease(), Clock()

    def lease(self, identity: str) -> Lease:
        client = cast("Client", self.api)
        return Lease(client, KEY, identity, timing=TIMING, clock=self.clock)

    def leading(self, identity: str) -> Lease:
        lease = self.lease(identity)
        assert lease.acquire()
        return lease


@pytest.fixture
def case() -> Case:
    return Case()


def test_the_first_one_takes_the_lease(case: Case) -> None:
    first = case.leading("first")

    assert first.held()
    assert case.api.holder == "first"


def test_a_renewal_counts_from_when_it_was_asked_for_however_late_the_answer_is(case: Case) -> None:
    """The server, and with it every other operator, may have counted from any time since."""
    first = case.leading("first")

    def six_seconds_pass() -> None:
        case.clock.now += 6

    case.api.before_it_answers = six_seconds_pass
    assert first.attempt()

    case.clock.now += 3.9
    assert first.held()
    case.clock.now += 0.2
    assert not first.held()


def test_a_second_one_does_not_take_it_while_the_first_renews(case: Case) -> None:
    first, second = case.leading("first"), case.lease("second")

    for _ in range(20):
        case.clock.now += 2
        assert first.attempt()
        assert not second.attempt()

    assert first.held()


def test_it_is_renewed_with_one_request_and_read_again_when_somebody_has_written_it(
    case: Case,
) -> None:
    first = case.leading("first")
    assert first.attempt()
    assert case.api.reads == 1

    case.api.patch(None, None, {"spec": {"holderIdentity": "second"}}, resource_version="2")
    renewed = first.attempt()

    assert not renewed
    assert case.api.reads == 2
    assert case.api.holder == "second"


def test_a_second_one_takes_it_when_it_has_run_out_and_not_before(case: Case) -> None:
    first, second = case.leading("first"), case.lease("second")
    second.attempt()

    case.clock.now += 14
    too_early = second.attempt()
    case.clock.now += 1
    taken = second.attempt()

    assert (too_early, taken) == (False, True)
    assert not first.held()


def test_who_could_not_renew_stops_before_others_may_begin(case: Case) -> None:
    first, second = case.leading("first"), case.lease("second")
    second.attempt()
    case.api.is_away = True

    case.clock.now += 9
    before = first.attempt() or first.held()
    case.clock.now += 1
    after = first.held()

    case.api.is_away = False
    assert (before, after) == (True, False)
    assert not second.attempt()


def test_who_slept_through_the_deadline_does_not_hold_it_any_more(case: Case) -> None:
    first = case.leading("first")

    case.clock.now += 60

    assert not first.held()
    assert not first.keep()


def test_who_lost_it_to_another_does_not_take_it_back(case: Case) -> None:
    first, second = case.leading("first"), case.lease("second")
    second.attempt()
    case.clock.now += 15
    second.attempt()

    assert not first.attempt()
    assert case.api.holder == "second"


def test_a_lease_that_is_given_back_can_be_taken_at_once(case: Case) -> None:
    first, second = case.leading("first"), case.lease("second")

    first.stop()
    first.release()

    assert second.attempt()
    assert not first.held()


def test_who_does_not_hold_it_gives_nothing_back(case: Case) -> None:
    case.leading("first")
    second = case.lease("second")

    second.release()

    assert case.api.holder == "first"


def test_of_two_that_try_in_the_same_moment_one_wins(case: Case) -> None:
    first, second = case.leading("first"), case.lease("second")
    second.attempt()
    case.clock.now += 20
    seen = case.api.find(None, None)

    assert second.attempt()
    case.api.find = lambda *_: seen  # type: ignore[method-assign]
    assert not first.attempt()
    assert case.api.holder == "second"


def test_a_request_that_gets_no_answer_does_not_hold_up_the_end() -> None:
    api, never = OneLease(), threading.Event()
    timing = Timing(duration=3, renew_deadline=1, retry_period=0.1)
    lease = Lease(cast("Client", api), KEY, "first", timing=timing)
    assert lease.acquire()

    def hang(*_: object, **__: object) -> dict[str, Any]:
        never.wait(60)
        raise Unreachable("away")

    api.find = api.patch = hang  # type: ignore[method-assign]
    started = time.monotonic()
    kept = lease.keep()
    took = time.monotonic() - started
    never.set()

    assert not kept
    assert took < 30


def test_it_is_known_whether_the_server_answers(case: Case) -> None:
    case.leading("first")
    second = case.lease("second")
    assert not second.is_heard()

    second.attempt()
    assert second.is_heard()
    case.api.is_away = True
    case.clock.now += TIMING.duration
    second.attempt()

    assert not second.is_heard()
