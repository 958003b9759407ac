"""Logs, from the files that a node writes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from tests.waiting import eventually

from .world import MERGE, Object, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_RUNNING = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
_ENDED = {"terminated": {"exitCode": 0}}


@pytest.fixture
def report(world: World, place: str) -> Callable[..., Path]:
    """Report a state of the pod `p`, made when it is not there; the folder of its container."""
    spec = {"containers": [{"name": "c", "image": "x"}, {"name": "d", "image": "x"}]}
    _, pod, _ = world.ask("POST", f"{place}/pods", {"metadata": {"name": "p"}, "spec": spec})

    def change(state: Object, restarts: int = 0) -> Path:
        status = {"name": "c", "state": state, "restartCount": restarts}
        patch = {"status": {"phase": "Running", "containerStatuses": [status]}}
        path = f"{place}/pods/p/status"
        assert world.ask("PATCH", path, patch, content_type=MERGE)[0] == 200
        folder = "_".join(pod["metadata"][key] for key in ("namespace", "name", "uid"))
        made = world.folder / "pods" / folder / "c"
        made.mkdir(parents=True, exist_ok=True)
        return made

    return change


def lines(*texts: str, second: int = 0) -> str:
    return "".join(f"2026-01-01T00:00:{second:02}.5Z stdout F {text}\n" for text in texts)


def test_a_log_is_shown_as_it_was_asked_for(
    world: World, place: str, report: Callable[..., Path]
) -> None:
    folder = report(_ENDED, restarts=1)
    (folder / "0.log").write_text(lines("before"))
    long_line = "2026-01-01T00:00:02Z stderr P thr\n2026-01-01T00:00:02Z stderr F ee\n"
    (folder / "1.log").write_text(lines("one", "two") + long_line + lines("", second=3))

    def log(query: str) -> str:
        code, answer, _ = world.ask("GET", f"{place}/pods/p/log?container=c&{query}")
        assert code == 200
        return str(answer["text"])

    assert log("") == "one\ntwo\nthree\n\n"
    assert log("tailLines=1") == "\n"
    assert log("tailLines=0") == ""
    assert log("tailLines=99") == log("")
    assert log("previous=true") == "before\n"
    assert log("timestamps=true&tailLines=1") == "2026-01-01T00:00:03.5Z \n"


def test_a_log_that_is_not_there_is_explained(
    world: World, place: str, report: Callable[..., Path]
) -> None:
    report({"waiting": {"reason": "ErrImagePull"}})

    def refusal(query: str) -> str:
        code, status, _ = world.ask("GET", f"{place}/pods/p/log?{query}")
        assert code == 400
        return str(status["message"])

    assert "choose one of: [c d]" in refusal("")
    assert refusal("container=x") == "container x is not valid for pod p"
    assert "is waiting to start: ErrImagePull" in refusal("container=c")
    assert world.ask("GET", f"{place}/pods/nope/log")[0] == 404


def test_a_log_is_followed_to_the_end_of_the_container(
    world: World, place: str, report: Callable[..., Path]
) -> None:
    file = report(_RUNNING) / "0.log"
    file.write_text(lines("one"))
    found: list[bytes] = []
    key = ObjectKey(place.rpartition("/")[2], "p")

    def follow() -> None:
        found.extend(world.client.logs(key, container="c", follow=True))

    reader = threading.Thread(target=follow)
    reader.start()
    eventually(lambda: found == [b"one\n"])
    with file.open("a") as out:
        out.write(lines("two"))
    eventually(lambda: found[1:] == [b"two\n"])
    report(_ENDED)
    reader.join(30)
    assert not reader.is_alive()
