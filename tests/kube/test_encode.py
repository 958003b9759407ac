"""What we send says the same to a reader of JSON and to a reader of YAML."""

from __future__ import annotations

import json

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kubectl_kubestash.kube.encode import encode, encode_for_yaml


@given(text=st.text(max_size=20))
@example(text="😀 \x00 \x1b \x7f \x85 \u2028 \ufeff \uffff \\ud83d \" '")
def test_every_text_arrives_as_it_is(text: str) -> None:
    value = {"metadata": {"annotations": {text: text}}}

    assert json.loads(encode(value)) == json.loads(encode_for_yaml(value)) == value
    assert yaml.safe_load(encode_for_yaml(value)) == value


def test_a_sign_of_two_halves_is_sent_whole_where_yaml_is_read() -> None:
    assert b"\\ud83d" in encode({"a": "😀"})
    assert encode_for_yaml({"a": "😀\x7f"}) == '{"a":"😀\\u007f"}'.encode()
