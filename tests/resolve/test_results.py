from __future__ import annotations

import base64
import hashlib
import json
import random
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.resolve.results import LIMIT, decode, encode

results = st.dictionaries(
    st.text(min_size=1, max_size=10).filter(lambda key: key not in {"v", "task", "owner"}),
    st.text(max_size=3000) | st.lists(st.text(max_size=100), max_size=50) | st.integers(),
    max_size=20,
)


def test_a_result_comes_back() -> None:
    message = encode("backup", "demo/run", {"component": "dump", "snapshots": {}})
    found = decode(message, "backup", "demo/run")
    assert found is not None
    assert found["component"] == "dump"


@pytest.mark.parametrize(
    ("task", "owner"), [("restore", "demo/run"), ("backup", "demo/other"), ("backup", "run")]
)
def test_a_result_of_another_task_or_owner_is_none(task: str, owner: str) -> None:
    assert decode(encode("backup", "demo/run", {}), task, owner) is None


@pytest.mark.parametrize(
    "message", ["", "Killed", "[]", '"text"', "{}", '{"v": 2}', "1", "[" * 4000]
)
def test_what_a_container_says_otherwise_is_none(message: str) -> None:
    assert decode(message, "backup", "demo/run") is None


@given(results)
def test_a_message_fits_and_says_whose_it_is(result: dict[str, Any]) -> None:
    message = encode("backup", "demo/run", result)
    assert len(message.encode()) <= LIMIT
    assert decode(message, "backup", "demo/run") is not None


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    error = "first line " + "x" * 9000 + " last line"
    found = decode(encode("backup", "demo/run", {"error": error}), "backup", "demo/run")
    assert found is not None
    assert found["error"].startswith("first line")
    assert found["error"].endswith("last line")


def test_the_results_of_a_hundred_repositories_come_back_with_their_figures() -> None:
    each = {"uploaded": True, "retention": "Applied", "removed": [], "orphans": 0, "error": ""}
    told = {f"repo-{n}": {**each, "size": n * 7_654_321} for n in range(100)}

    found = decode(encode("finish", "demo/run", {"repositories": told}), "finish", "demo/run")

    assert found is not None
    assert found["repositories"] == told


def test_an_error_that_has_no_room_is_still_one() -> None:
    letters = random.Random(1)
    texts = ["".join(letters.choices("abcdefghijklmnop0123456789", k=500)) for _ in range(100)]
    told = {f"repo-{n}": {"uploaded": False, "error": text} for n, text in enumerate(texts)}

    found = decode(encode("finish", "demo/run", {"repositories": told}), "finish", "demo/run")

    assert found is not None
    assert len(found["repositories"]) == 100
    assert all(entry["error"] for entry in found["repositories"].values())


def test_of_many_backups_in_one_result_all_come_back() -> None:
    ids = {name: hashlib.sha256(name.encode()).hexdigest() for name in map(str, range(12))}
    told = {
        f"s-{n}": {"phase": "Succeeded", "status": {"id": ids[n], "size": "1 MiB"}} for n in ids
    }
    told = {name: {**entry, "repositoryID": "f" * 64 * 5} for name, entry in told.items()}

    found = decode(encode("backup", "demo/run", {"snapshots": told}), "backup", "demo/run")

    assert found is not None
    assert found["snapshots"] == told


@pytest.mark.parametrize(
    "packed",
    ["", "~~~", "\u00e9", 1, None, base64.b85encode(b"junk").decode()],
)
def test_what_cannot_be_unpacked_is_none(packed: object) -> None:
    message = json.dumps({"v": 1, "task": "finish", "owner": "demo/run", "packed": packed})
    assert decode(message, "finish", "demo/run") is None


def test_a_result_that_never_ends_is_not_unpacked() -> None:
    text = json.dumps({"v": 1, "task": "finish", "owner": "demo/run", "x": "0" * (4 << 20)})
    data = zlib.compress(text.encode(), 9, wbits=-15)
    packed = base64.b85encode(data).decode()
    message = json.dumps({"v": 1, "task": "finish", "owner": "demo/run", "packed": packed})
    assert decode(message, "finish", "demo/run") is None


def test_a_result_that_is_packed_again_and_again_is_none() -> None:
    message = json.dumps({"v": 1, "task": "finish", "owner": "demo/run"})
    for _ in range(3):
        packed = base64.b85encode(zlib.compress(message.encode(), 9, wbits=-15)).decode()
        message = json.dumps({"v": 1, "task": "finish", "owner": "demo/run", "packed": packed})
    assert decode(message, "finish", "demo/run") is None


def test_too_many_texts_are_said_to_be_too_many() -> None:
    message = encode("backup", "demo/run", {f"{n * 7919 % 9973}": "x" for n in range(9000)})
    assert json.loads(message)["error"] == "result too large"
