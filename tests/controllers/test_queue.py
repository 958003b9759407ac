"""The work queue: one place for each key, delays, back-off."""

from __future__ import annotations

import threading

from kubectl_kubestash.controllers.queue import WorkQueue


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_queue(clock: Clock | None = None, **options: float) -> WorkQueue[str]:
    return WorkQueue(clock=clock or Clock(), jitter=lambda: 1.0, **options)


def ready(queue: WorkQueue[str]) -> list[str]:
    found = []
    while (key := queue.get(timeout=0)) is not None:
        found.append(key)
        queue.done(key)
    return found


def test_a_key_that_is_added_twice_is_handed_out_once() -> None:
    queue = a_queue()

    for key in ("a", "b", "a"):
        queue.add(key)

    assert ready(queue) == ["a", "b"]


def test_a_key_that_is_added_while_it_is_worked_on_comes_back_after() -> None:
    queue = a_queue()
    queue.add("a")
    assert queue.get(timeout=0) == "a"

    queue.add("a")
    assert queue.get(timeout=0) is None
    queue.done("a")

    assert ready(queue) == ["a"]


def test_a_delayed_key_waits_for_its_time() -> None:
    clock = Clock()
    queue = a_queue(clock)

    queue.add_after("a", 5)
    before = ready(queue)
    clock.now += 5

    assert (before, ready(queue)) == ([], ["a"])


def test_an_earlier_wish_wins_and_the_later_one_is_forgotten() -> None:
    clock = Clock()
    queue = a_queue(clock)

    queue.add_after("a", 50)
    queue.add_after("a", 5)
    queue.add_after("a", 9)
    clock.now += 5
    first = ready(queue)
    clock.now += 60

    assert (first, ready(queue)) == (["a"], [])


def test_the_back_off_doubles_up_to_its_limit_and_ends_with_success() -> None:
    queue = a_queue(first_delay=1.0, longest_delay=5.0)

    delays = [queue.retry("a") for _ in range(4)]
    queue.succeeded("a")

    assert delays == [1.0, 2.0, 4.0, 5.0]
    assert queue.retry("a") == 1.0
    assert queue.failures("b") == 0


def test_the_back_off_of_one_key_leaves_others_alone() -> None:
    queue = a_queue(first_delay=1.0)

    queue.retry("a")
    queue.add("b")

    assert ready(queue) == ["b"]


def test_a_stopped_queue_hands_out_nothing_and_wakes_its_workers() -> None:
    queue: WorkQueue[str] = WorkQueue()
    got: list[str | None] = []
    worker = threading.Thread(target=lambda: got.append(queue.get()))
    worker.start()

    queue.stop()
    worker.join(30)
    queue.add("a")

    assert got == [None]
    assert queue.get(timeout=0) is None


def test_a_queue_is_idle_only_when_nothing_is_ready_and_nobody_works() -> None:
    queue = a_queue()
    queue.add("a")
    waiting = queue.is_idle()
    key = queue.get(timeout=0)
    working = queue.is_idle()
    assert key is not None
    queue.done(key)

    assert (waiting, working, queue.is_idle()) == (False, False, True)


def test_many_workers_never_work_on_one_key_at_the_same_time() -> None:
    queue: WorkQueue[int] = WorkQueue()
    busy: set[int] = set()
    clashes: list[int] = []
    lock = threading.Lock()
    passes = 0

    def work() -> None:
        nonlocal passes
        while (key := queue.get()) is not None:
            with lock:
                if key in busy:
                    clashes.append(key)
                busy.add(key)
            with lock:
                busy.discard(key)
                passes += 1
            queue.done(key)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for number in range(2000):
        queue.add(number % 7)
    while not queue.is_idle():
        pass
    queue.stop()
    for worker in workers:
        worker.join(30)

    assert clashes == []
    assert passes >= 7


def test_what_it_has_done_is_counted() -> None:
    now = [100.0]
    queue: WorkQueue[str] = WorkQueue(clock=lambda: now[0], jitter=lambda: 1.0)
    queue.add("a")
    queue.add("a")
    now[0] += 2
    assert queue.get() == "a"
    now[0] += 3
    longest = queue.longest_running()
    queue.retry("a")
    queue.done("a")

    assert (queue.adds, queue.retries, longest) == (1, 1, 3.0)
    assert queue.waited.counted().total == 2.0
    assert queue.worked.counted().total == 3.0
    assert sum(queue.worked.counted().buckets) == 1
    assert queue.longest_running() == 0.0
