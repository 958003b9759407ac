"""Bodies that kubectl's typed commands send, made here by the rules of the wire format."""

from __future__ import annotations

import pytest

from kubectl_kubestash.sandbox.server.protobuf import decode


def number(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def field(place: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return number(place << 3) + number(value % (1 << 64))
    raw = value.encode() if isinstance(value, str) else value
    return number(place << 3 | 2) + number(len(raw)) + raw


def envelope(version: str, kind: str, body: bytes) -> bytes:
    return b"k8s\0" + field(1, field(1, version) + field(2, kind)) + field(2, body)


def test_texts_maps_bytes_and_flags() -> None:
    entry = field(1, "key") + field(2, b"\x00\xff")
    metadata = field(1, "s") + field(11, field(1, "a") + field(2, "b"))
    body = field(1, metadata) + field(2, entry) + field(3, "Opaque") + field(5, 1)
    assert decode(envelope("v1", "Secret", body)) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "labels": {"a": "b"}},
        "data": {"key": "AP8="},
        "type": "Opaque",
        "immutable": True,
    }


def test_lists_numbers_times_and_what_stands_inline() -> None:
    secret = field(1, "vol") + field(2, field(6, field(1, "of-secret")))
    container = field(1, "c") + field(3, "sh") + field(3, "-c") + field(18, 0)
    pod = field(1, secret) + field(2, container) + field(4, -1) + field(21, 0)
    metadata = field(1, "p") + field(8, field(1, 1_767_225_600))
    made = decode(envelope("v1", "Pod", field(1, metadata) + field(2, pod)))
    assert made["metadata"] == {"name": "p", "creationTimestamp": "2026-01-01T00:00:00Z"}
    assert made["spec"]["volumes"] == [{"name": "vol", "secret": {"secretName": "of-secret"}}]
    assert made["spec"]["containers"] == [{"name": "c", "command": ["sh", "-c"]}]
    assert made["spec"]["terminationGracePeriodSeconds"] == -1
    assert made["spec"]["automountServiceAccountToken"] is False


def test_a_port_by_number_or_name_and_a_quantity() -> None:
    ports = [
        field(3, 80) + field(4, field(2, 8080)),
        field(3, 81) + field(4, field(1, 1) + field(3, "http")),
    ]
    made = decode(envelope("v1", "Service", field(2, b"".join(field(1, one) for one in ports))))
    assert [one["targetPort"] for one in made["spec"]["ports"]] == [8080, "http"]
    limit = field(1, field(1, "cpu") + field(2, field(1, "100m")))
    pod = field(2, field(2, field(1, "c") + field(8, limit)))
    made = decode(envelope("v1", "Pod", pod))
    assert made["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "100m"}}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"k8s\0\x0a", b"k8s\0\x0d", envelope("v1", "Nope", field(1, "x"))]
)
def test_what_is_no_protobuf_is_an_error(body: bytes) -> None:
    with pytest.raises((ValueError, KeyError, IndexError)):
        decode(body)
