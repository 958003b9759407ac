"""What is sent is only what differs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.controllers.writer import difference, merged


@pytest.mark.parametrize(
    ("before", "wanted", "patch"),
    [
        pytest.param({}, {}, {}, id="nothing wanted, nothing sent"),
        pytest.param({"a": 1}, {"a": 1}, {}, id="already so"),
        pytest.param({"a": 1, "b": 2}, {"a": 3}, {"a": 3}, id="others stay"),
        pytest.param({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3}}, id="deep"),
        pytest.param({}, {"a": {}}, {"a": {}}, id="an empty map is made"),
        pytest.param({"a": 1}, {"a": None}, {"a": None}, id="None removes"),
        pytest.param({}, {"a": None}, {}, id="what is not there need not be removed"),
        pytest.param({"a": [1]}, {"a": (1,)}, {}, id="a tuple is a list"),
    ],
)
def test_a_patch_holds_what_differs(
    before: dict[str, Any], wanted: dict[str, Any], patch: dict[str, Any]
) -> None:
    assert difference(before, wanted) == patch


_values = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
_maps = st.dictionaries(st.text(max_size=2), _values, max_size=4)


@given(_maps, _maps)
def test_a_patch_gives_what_was_wanted_and_a_second_one_is_empty(
    before: dict[str, Any], wanted: dict[str, Any]
) -> None:
    after = merged(before, difference(before, wanted))

    assert difference(after, wanted) == {}
