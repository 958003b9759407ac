from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.resolve.glob import trim_prefix, trim_suffix


@pytest.mark.parametrize(
    ("pattern", "shortest", "longest"),
    [
        ("a*c", "abc", ""),
        ("a?c", "abc", "abc"),
        ("[a-b][^c]", "cabc", "cabc"),
        ("[^a]", "abcabc", "abcabc"),
        ("[]", "abcabc", "abcabc"),
        ("[a", "abcabc", "abcabc"),
        ("[a-", "abcabc", "abcabc"),
        ("*", "bcabc", ""),
        ("", "abcabc", "abcabc"),
        ("\\a", "bcabc", "bcabc"),
        ("\\", "abcabc", "abcabc"),
        ("[\\a]", "bcabc", "bcabc"),
        ("**b", "cabc", "c"),
    ],
)
def test_a_beginning_is_trimmed(pattern: str, shortest: str, longest: str) -> None:
    assert trim_prefix("abcabc", pattern, longest=False) == shortest
    assert trim_prefix("abcabc", pattern, longest=True) == longest


def test_an_end_is_trimmed_from_the_right() -> None:
    assert trim_suffix("a/b/c", "/*", longest=False) == "a/b"
    assert trim_suffix("a/b/c", "/*", longest=True) == "a"
    assert trim_suffix("a/b/c", "/[b-c]", longest=False) == "a/b"


@given(st.text("ab/", max_size=8), st.text("ab/*?", max_size=5))
def test_it_agrees_with_the_standard_library(text: str, pattern: str) -> None:
    lengths = [n for n in range(1, len(text) + 1) if fnmatch.fnmatchcase(text[:n], pattern)]
    shortest = text[min(lengths, default=0) :]
    longest = text[max(lengths, default=0) :]
    assert trim_prefix(text, pattern, longest=False) == shortest
    assert trim_prefix(text, pattern, longest=True) == longest


def test_a_hostile_pattern_takes_no_time() -> None:
    started = time.monotonic()
    assert trim_prefix("a" * 2000, "*a" * 30 + "b", longest=True) == "a" * 2000
    assert time.monotonic() - started < 5
