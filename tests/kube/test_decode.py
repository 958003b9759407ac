from __future__ import annotations

import json
from typing import Any

import pytest

from kubectl_kubestash.kube.decode import decode


def nested(depth: int, *, text: str = "x") -> bytes:
    return b'{"a":' * depth + json.dumps(text).encode() + b"}" * depth


@pytest.mark.parametrize("depth", [0, 1, 50, 199])
def test_what_python_can_decode_is_decoded_whole(depth: int) -> None:
    assert decode(nested(depth)) == json.loads(nested(depth))


@pytest.mark.parametrize("depth", [5000, 10000])
def test_the_depths_of_a_value_are_left_out_and_its_neighbours_stay(depth: int) -> None:
    trap = json.dumps('} ] " \\ {[').encode()
    data = b'{"first":%s,"deep":[%s,%s],"last":{"n":[1,2]}}' % (trap, nested(depth), nested(depth))

    found: Any = decode(data)

    assert found["first"] == '} ] " \\ {['
    assert found["last"] == {"n": [1, 2]}
    inner, levels = found["deep"][1], 0
    while inner is not None:
        inner, levels = inner["a"], levels + 1
    assert levels == 198


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        decode(b"<html>")
