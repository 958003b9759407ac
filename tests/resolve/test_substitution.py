from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.errors import SubstitutionError
from kubectl_kubestash.resolve.substitution import expand, expand_tree, variables_in

SET = {"name": "hello/World.tar.gz", "empty": "", "n": "-3", "ü1_": "umlaut", "wide": "aé€"}

EXAMPLES = [
    ("plain text stays", "plain text", "plain text"),
    ("a value", "a ${name} b", "a hello/World.tar.gz b"),
    ("an empty value", "<${empty}>", "<>"),
    ("a name with other letters", "${ü1_}", "umlaut"),
    ("a default with a colon", "${none:=text}", "text"),
    ("a default without a colon", "${none=text}", "text"),
    ("a default with a minus", "${none:-text}", "text"),
    ("an empty default", "<${none:=}>", "<>"),
    ("a set value wins over the default", "${n:=7}", "-3"),
    ("an empty value wins over a default", "<${empty:=text}>", "<>"),
    ("an empty value wins over := and =", "<${empty=text}${empty:-text}>", "<>"),
    ("quotes in a default stay", '${none:="true"}', '"true"'),
    ("a question mark replaces an empty value", "${empty:?text}", "text"),
    ("a plus replaces an empty value", "${empty:+text}", "text"),
    ("a plus keeps a value", "${n:+text}", "-3"),
    ("first letter up", "${name^}", "Hello/World.tar.gz"),
    ("all letters up", "${name^^}", "HELLO/WORLD.TAR.GZ"),
    ("first letter down", "${name,}", "hello/World.tar.gz"),
    ("all letters down", "${name,,}", "hello/world.tar.gz"),
    ("length in bytes", "${#wide}", "6"),
    ("a part to the end", "${name:6}", "World.tar.gz"),
    ("a part with a length", "${name:6:5}", "World"),
    ("a part past the end", "${name:6:500}", "World.tar.gz"),
    ("a part behind the end", "<${name:600}>", "<>"),
    ("a part from the end", "${name:${n}}", ".gz"),
    ("a part from before the start", "${name:${none:=-600}:5}", "hello"),
    ("words are not a position", "${name:six}", "hello/World.tar.gz"),
    ("words are not a length", "${name:6:five}", "hello/World.tar.gz"),
    ("shortest beginning", "${name#*o}", "/World.tar.gz"),
    ("longest beginning", "${name##*o}", "rld.tar.gz"),
    ("shortest end", "${name%.*}", "hello/World.tar"),
    ("longest end", "${name%%.*}", "hello/World"),
    ("a beginning that does not match", "${name#x*}", "hello/World.tar.gz"),
    ("first occurrence", "${name/l/L}", "heLlo/World.tar.gz"),
    ("all occurrences", "${name//l/L}", "heLLo/WorLd.tar.gz"),
    ("only at the start", "${name/#hello/bye}", "bye/World.tar.gz"),
    ("not elsewhere than at the start", "${name/#World/x}", "hello/World.tar.gz"),
    ("only at the end", "${name/%gz/xz}", "hello/World.tar.xz"),
    ("not elsewhere than at the end", "${name/%tar/x}", "hello/World.tar.gz"),
    ("an escaped slash", r"${name/\//-}", "hello-World.tar.gz"),
    ("an escaped backslash", r"${name/hello/\\}", r"\/World.tar.gz"),
    ("replaced by nothing", "${name/hello/}", "/World.tar.gz"),
    ("two dollars are one", "a$$b", "a$b"),
    ("an escaped reference stays", "$${name}", "${name}"),
    ("an escaped dollar before a reference", "$$${n}", "$-3"),
    ("a shell variable stays", "$name", "$name"),
    ("a lone dollar stays", "costs 5$", "costs 5$"),
    ("a variable of Kubernetes stays", "$(POD_NAME)", "$(POD_NAME)"),
    ("a default holds a reference", "${none:=<${n}>}", "<-3>"),
    ("defaults nest", "${none:=${nil:=${nought:=deep}}}", "deep"),
    ("a default ends at the first brace", "${none:=a{b}c}", "a{bc}"),
    ("dollars in a default are text", "${none:=$$}", "$$"),
]


@pytest.mark.parametrize(
    ("text", "expanded"), [e[1:] for e in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_the_grammar_reads(text: str, expanded: str) -> None:
    assert expand(text, SET) == expanded


@pytest.mark.parametrize(
    "text",
    [
        *("${none}", "${none:?x}", "${none:+x}", "${none^^}", "${#none}"),
        *("${none:1}", "${none#x}", "${none/a/b}", "${name:=${none}}"),
    ],
)
def test_a_variable_that_nobody_sets_is_named_with_its_text(text: str) -> None:
    with pytest.raises(SubstitutionError) as caught:
        expand(f"--flag={text}", SET)
    assert "variable none" in caught.value.message
    assert f"--flag={text}" in caught.value.message


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("${name", "closing brace behind ${name"),
        ("${name:=text", "closing brace behind ${name"),
        ("${name-text}", "closing brace"),
        ("${name+text}", "closing brace"),
        ("${none:=${n}", "closing brace behind ${none"),
        ("${}", "without the name"),
        ("${ name }", "without the name"),
        ("${:=x}", "without the name"),
        ("${name/a}", "no second '/'"),
        ("${name:0:-1}", "negative"),
        ("${a:=" * 33 + "}" * 33, "nests too many"),
    ],
)
def test_a_text_that_is_not_well_formed_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(SubstitutionError) as caught:
        expand(text, SET)
    assert complaint in caught.value.message


def test_a_long_text_is_cut_in_the_error() -> None:
    with pytest.raises(SubstitutionError) as caught:
        expand("x" * 5000 + "${none}", {})
    assert len(caught.value.message) < 250


def test_variables_are_named_once_and_in_order() -> None:
    assert variables_in("${b} ${a:=${c}} $d $${e} ${b^^} ${#f}") == ("b", "a", "c", "f")


def test_a_part_may_cut_a_letter_without_a_crash() -> None:
    assert expand("${wide:0:2}", SET) == "a�"


def test_a_number_of_thousands_of_digits_is_no_position() -> None:
    assert expand("${name:" + "9" * 5000 + "}", SET) == SET["name"]


def test_nested_replacements_do_not_fill_the_memory() -> None:
    """Who may write a BackupConfiguration could otherwise stop the operator of the cluster."""
    text = "${many}"
    for _ in range(30):
        text = f"${{many//a/{text}}}"

    with pytest.raises(SubstitutionError, match="becomes too long"):
        expand(text, {"many": "a" * 10})


def test_a_pattern_that_would_take_for_ever_is_refused() -> None:
    with pytest.raises(SubstitutionError, match="too long a pattern"):
        expand("${many%${many}}", {"many": "*a" * 50_000})


def test_a_long_value_is_put_in_whole() -> None:
    assert expand("<${many}>", {"many": "a" * 100_000}) == f"<{'a' * 100_000}>"


def test_only_texts_of_a_tree_are_expanded() -> None:
    tree = {"${n}": ["${n}", 1, None, True, {"deep": "${n}"}], "number": 1.5}
    assert expand_tree(tree, SET) == {
        "${n}": ["-3", 1, None, True, {"deep": "-3"}],
        "number": 1.5,
    }


def test_a_value_with_quotes_and_newlines_stays_one_value() -> None:
    value = 'a"b\\c\nd'
    assert expand_tree({"args": ["--x=${v}"]}, {"v": value}) == {"args": ["--x=" + value]}


pieces = st.sampled_from(
    ["${", "$$", ":=", ":-", "##", "//", "name", "none", *"${}:=#%/\\^,[]*?-7é "]
)
texts = st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(texts, st.dictionaries(st.sampled_from(["name", "none", "7"]), texts))
def test_any_text_is_expanded_or_refused(text: str, variables: dict[str, str]) -> None:
    try:
        result = expand(text, variables)
    except SubstitutionError:
        return
    assert isinstance(result, str)


@given(texts.filter(lambda text: "${" not in text and "$$" not in text))
def test_a_text_without_references_is_unchanged(text: str) -> None:
    assert expand(text, SET) == text


@given(texts)
def test_doubled_dollars_give_the_text_back(text: str) -> None:
    assert expand(text.replace("$", "$$"), {}) == text


@given(st.text())
def test_a_value_is_put_in_as_it_is(value: str) -> None:
    assert expand("<${v}>", {"v": value}) == f"<{value}>"


def _texts_away(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    if isinstance(value, dict):
        return {key: _texts_away(item) for key, item in value.items()}
    return [_texts_away(item) for item in value] if isinstance(value, list) else value


@given(json_values)
def test_a_tree_keeps_everything_but_its_texts(tree: Any) -> None:
    try:
        expanded = expand_tree(tree, SET)
    except SubstitutionError:
        return
    assert _texts_away(expanded) == _texts_away(tree)
