"""YAML is read as kubectl reads it, with the place of each field, however hostile it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.resolve.lint.yaml_reader import MAX_VALUES, Place, read

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{chr(ord(name) - 1)}'] * 9)}]\n" for name in "bcdefgh"
)


def only(text: str) -> Any:
    documents, problems = read(text)
    assert problems == []
    [document] = documents
    return document.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", True),
        ("Off", False),
        ("~", None),
        ("''", ""),
        ("017", 15),
        ("0o17", 15),
        ("-0x1F", -31),
        ("0b11", 3),
        ("1_000", 1000),
        ("08", 8.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.2.3", "1.2.3"),
        ("2026-01-02", "2026-01-02"),
        ("12:30", "12:30"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int '1'", 1),
        ("|\n a\n b\n", "a\nb\n"),
        ("1" * 60, "1" * 60),
    ],
)
def test_a_word_means_what_kubectl_makes_of_it(text: str, value: Any) -> None:
    read_value = only(f"key: {text}")["key"]

    assert (read_value, type(read_value)) == (value, type(value))


def test_each_field_has_its_place() -> None:
    text = "---\nspec:\n  sessions:\n  - name: a\n    tasks: [{name: b}]\n  - name: c\n"
    [document], _ = read(text)

    assert document.place("spec.sessions[1].name") == Place(6, 5)
    assert document.place("spec.sessions[0].tasks[0].name") == Place(5, 14)
    assert document.place("spec.sessions[1].missing.deeper") == Place(6, 5)
    assert document.place("nowhere") == document.place("") == Place(2, 1)


def test_anchors_aliases_and_merges_are_written_out() -> None:
    text = "base: &base {a: 1, b: 2}\nother: {<<: *base, b: 3}\nlist: [*base]\n"

    assert only(text) == {
        "base": {"a": 1, "b": 2},
        "other": {"a": 1, "b": 3},
        "list": [{"a": 1, "b": 2}],
    }


def test_several_documents_and_empty_ones() -> None:
    documents, problems = read("a: 1\n---\n---\n# nothing\n---\nb: 2\n...\n")

    assert [document.value for document in documents] == [{"a": 1}, None, None, {"b": 2}]
    assert problems == []


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "DuplicateKey", 3),
        ("a:\n\tb: 1\n", "InvalidYaml", 2),
        ("a: [1, 2\n", "InvalidYaml", 2),
        ("a: 'b\n", "InvalidYaml", 2),
        ("a: b: c\n", "InvalidYaml", 1),
        ("a: *b\n", "InvalidYaml", 1),
        ("a: &a [*a]\n", "InvalidYaml", 1),
        ("? {a: 1}\n: 2\n", "InvalidYaml", 1),
        ("<<: 1\n", "InvalidYaml", 1),
        ("a: !!python/object/apply:os.system [x]\n", "InvalidYaml", 1),
        ("a: !!int b\n", "InvalidYaml", 1),
        ("a: @b\n", "InvalidYaml", 1),
        ("a: \x00\n", "InvalidYaml", 1),
        (BOMB, "TooLarge", 6),
        ("[" * 5000, "TooDeep", 1),
        ("a: " * 3, "InvalidYaml", 1),
        ("\n".join("  " * depth + "a:" for depth in range(200)), "TooDeep", 101),
        (f"[{'1,' * (MAX_VALUES + 1)}]", "TooLarge", 1),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, reason: str, line: int) -> None:
    _, problems = read(text)

    assert [(one.reason, one.place.line) for one in problems] == [(reason, line)]


def test_a_mistake_in_the_second_document_does_not_hide_the_first() -> None:
    documents, problems = read("a: 1\n---\nb: [\n")

    assert [document.value for document in documents] == [{"a": 1}]
    assert len(problems) == 1
    assert "behind it" not in problems[0].message


def test_documents_behind_a_mistake_are_told_to_be_unread() -> None:
    _, (problem,) = read("a: 1\n---\nb: : c\n---\nc: 1\n")

    assert problem.message.endswith("; no document behind it was read")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(value=st.dictionaries(st.text(max_size=6), JSON, max_size=3))
def test_json_is_read_as_json(value: dict[str, Any]) -> None:
    documents, problems = read(json.dumps(value))

    if not problems:
        assert [document.value for document in documents] == [value]


@given(text=st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"%@`#?,. \t\n<0123"), max_size=40))
def test_any_text_is_read_or_refused_and_mappings_agree_with_another_reader(text: str) -> None:
    documents, problems = read(text)

    if not problems:
        theirs = list(yaml.load_all(text, Loader=yaml.CBaseLoader))
        assert [isinstance(one.value, dict) for one in documents] == [
            isinstance(one, dict) for one in theirs
        ]
