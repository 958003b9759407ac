from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.resolve import object_size
from kubectl_kubestash.resolve.object_size import fitting_error, objection, shortened, size


def components(count: int, name: str = "dump-pod-{}") -> dict[str, str]:
    names = [name.format(number) for number in range(count)]
    return {each: f"repository/v1/daily/{each}" for each in names}


def test_a_thousand_small_components_are_no_objection() -> None:
    assert objection(components(1000), ["/data"]) == ""


def test_more_components_than_are_stored_are_refused_with_their_number() -> None:
    said = objection(components(1300), ["/data"])
    assert "1300 components" in said
    assert "divide the pods" in said


@pytest.mark.parametrize(
    ("name", "paths"),
    [("dump-{}-" + "n" * 240, ["/data"]), ("dump-pod-{}", ["/a", "/b", "/c", "/d"])],
    ids=["long names", "many paths"],
)
def test_long_names_and_many_paths_count(name: str, paths: list[str]) -> None:
    assert objection(components(1000, name), paths)


def test_many_paths_may_be_divided_among_sessions() -> None:
    assert "divide the paths" in objection(components(900), ["/a", "/b", "/c", "/d"])


def test_places_that_a_repository_knows_already_count() -> None:
    former = [f"repository/v1/session-{number}/dump-pod-{number}" for number in range(5000)]
    assert "would know 5001 places" in objection(components(1), ["/data"], remembered=former)


def test_errors_of_all_components_fit_together() -> None:
    error = "<é" * 3000
    for count in (1, 10, 500, 1000):
        taken = object_size.component_size("dump-pod-0", "repository/v1/daily/dump-pod-0")
        one = fitting_error(error, among=count, taken=taken)
        assert count * (taken + size(one)) <= object_size.ROOM


def test_a_single_error_is_told_at_length() -> None:
    assert fitting_error("x" * 1500, among=1, taken=1000) == "x" * 1500


@given(st.text(max_size=400), st.integers(20, 300))
def test_a_shortened_text_fits_and_keeps_both_ends(text: str, room: int) -> None:
    found = shortened(text, room)
    assert size(found) <= room
    assert found == text or text.startswith(found.partition("…")[0])
