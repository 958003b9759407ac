from __future__ import annotations

import pytest

from kubectl_kubestash.views import fields, size

from .builders import NOW, at


def test_what_is_missing_or_of_another_type_is_empty() -> None:
    item = {"a": {"b": [1, {"c": True}]}}

    assert fields.text(item, "a", "b", "c") == ""
    assert fields.items(item, "a", "b") == [{"c": True}]
    assert fields.items(item, "a") == []
    assert fields.mapping(item, "a", "b") == {}
    assert fields.text(fields.items(item, "a", "b")[0], "c") == "true"


@pytest.mark.parametrize(
    ("duration", "shown"), [("10.595356615s", "11s"), ("1m5s", "1m5s"), ("later", "later")]
)
def test_durations_are_shown_in_whole_seconds(duration: str, shown: str) -> None:
    assert fields.short_duration(duration) == shown


def test_a_moment_says_how_far_away_it_is() -> None:
    assert fields.moment(at(90), NOW).endswith("(90s ago)")
    assert fields.moment(at(-3600), NOW).endswith("(in 60m)")
    assert fields.moment("whenever", NOW) == "whenever"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("10.240 MiB", 10737418),
        ("393.9MB", 393_900_000),
        ("12 B", 12),
        ("1KiB", 1024),
        ("much", None),
        ("", None),
    ],
)
def test_sizes_are_read_in_both_notations(text: str, count: int | None) -> None:
    assert size.read(text) == count


@pytest.mark.parametrize(
    ("count", "shown"),
    [(13, "13 B"), (812 << 20, "812 MiB"), (4402341478, "4.1 GiB"), (1000, "1.0 KiB")],
)
def test_sizes_are_shown_with_the_digits_that_matter(count: int, shown: str) -> None:
    assert size.show(count) == shown


def test_sizes_add_up_as_far_as_they_can_be_read() -> None:
    assert size.total(["1.000 MiB", "1.000 MiB", "?"]) == "2.0 MiB"
    assert size.total([]) == ""
