from __future__ import annotations

import json
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


@pytest.mark.parametrize("message", ["", "Killed", "[]", '"text"', "{}", '{"v": 2}', "1"])
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


def test_too_many_texts_are_said_to_be_too_many() -> None:
    message = encode("backup", "demo/run", {str(n): "x" for n in range(2000)})
    assert json.loads(message)["error"] == "result too large"
