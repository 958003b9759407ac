"""Objects of one kind in few bytes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_kubestash.kube.packing import Packing

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


def a_snapshot(number: int, *, conditions: int = 5) -> dict[str, Any]:
    status = [
        {"type": f"Condition{each}", "status": "True", "reason": "Done", "message": f"{number}"}
        for each in range(conditions)
    ]
    metadata = {"namespace": "demo", "name": f"files-{number}", "resourceVersion": f"{number}7"}
    return {"metadata": metadata, "status": {"conditions": status}}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=4))
def test_every_object_comes_back_as_it_was(items: list[dict[str, Any]]) -> None:
    packing = Packing()

    packed = [packing.pack(item) for item in items]

    assert [packing.unpack(each) for each in packed] == items


def test_objects_that_are_much_alike_take_a_fraction_of_their_json() -> None:
    packing = Packing()
    items = [a_snapshot(number) for number in range(100)]

    packed = sum(len(packing.pack(item)) for item in items)

    assert packed < sum(len(json.dumps(item)) for item in items) / 5


def test_objects_that_have_grown_become_the_pattern_and_older_ones_can_still_be_read() -> None:
    packing = Packing()
    small, grown = a_snapshot(0, conditions=0), a_snapshot(1, conditions=40)
    before = packing.pack(small)
    packing.pack(grown)

    packed = packing.pack(a_snapshot(2, conditions=40))

    assert len(packed) < len(json.dumps(grown)) / 10
    assert packing.unpack(before) == small


def test_objects_that_are_longer_than_what_is_looked_through_come_back_whole() -> None:
    packing = Packing()
    items = [a_snapshot(number, conditions=1000) for number in range(12)]

    packed = [packing.pack(item) for item in items]

    assert [packing.unpack(each) for each in packed] == items
    assert sum(map(len, packing._patterns)) < 100_000
