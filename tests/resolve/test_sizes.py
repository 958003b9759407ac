from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.sizes import decimal_size, format_size, parse_size, sum_of_sizes


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (13, "13 B"),
        (1024, "1024 B"),
        (1025, "1.001 KiB"),
        (1 << 20, "1024.000 KiB"),
        (10 * (1 << 20), "10.000 MiB"),
        (3 * (1 << 30), "3.000 GiB"),
        (5 * (1 << 40), "5.000 TiB"),
        (5 * (1 << 50), "5120.000 TiB"),
    ],
)
def test_a_size_is_written_in_binary_units(size: int, text: str) -> None:
    assert format_size(size) == text
    assert parse_size(text) == pytest.approx(size, rel=0.001)


@pytest.mark.parametrize("text", ["", "12", "12MiB", "12  MiB", "12 MB", "-1 B", "1e3 B", "x B"])
def test_other_texts_are_no_sizes(text: str) -> None:
    with pytest.raises(UsageError, match="not a size"):
        parse_size(text)


@given(st.integers(min_value=0, max_value=1 << 60))
def test_a_written_size_is_read_to_its_precision(size: int) -> None:
    assert parse_size(format_size(size)) == pytest.approx(size, rel=0.001)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0B"), (999, "999B"), (1000, "1kB"), (393_900_000, "393.9MB"), (5.3e9, "5.3GB")],
)
def test_progress_is_written_in_decimal_units(size: float, text: str) -> None:
    assert decimal_size(size) == text


def test_the_largest_unit_is_the_end() -> None:
    assert decimal_size(2e27).endswith("YB")


def test_what_is_no_size_does_not_spoil_the_sum() -> None:
    """Others write a status as well: one text of theirs stopped all passes over a storage."""
    assert sum_of_sizes(["1.000 KiB", "12 parsecs", "9" * 400 + " TiB", 7, "24 B"]) == 1048
