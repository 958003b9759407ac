"""The S3 server of the tests accepts its keys and refuses all others."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import obstore
import pytest
from obstore.exceptions import PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from .s3 import BUCKET, S3Ports

if TYPE_CHECKING:
    from .s3 import S3Server


def store(s3: S3Server, *, secret_key: str) -> S3Store:
    return S3Store(
        BUCKET,
        endpoint=s3.endpoint,
        region="us-east-1",
        access_key_id=s3.access_key,
        secret_access_key=secret_key,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )


def test_it_gives_back_what_was_put(s3: S3Server) -> None:
    bucket = store(s3, secret_key=s3.secret_key)
    obstore.put(bucket, "folder/file", b"content")

    assert bytes(obstore.get(bucket, "folder/file").bytes()) == b"content"


def test_it_refuses_a_wrong_key(s3: S3Server) -> None:
    bucket = store(s3, secret_key="wrong")

    with pytest.raises((PermissionDeniedError, UnauthenticatedError)):
        obstore.put(bucket, "folder/file", b"content")


def test_making_a_bucket_twice_is_no_error(s3: S3Server) -> None:
    assert [s3.make_bucket("again"), s3.make_bucket("again")] == ["again", "again"]


def test_clusters_side_by_side_share_no_port_but_that_of_s3() -> None:
    one, other = (asdict(S3Ports.of_slot(slot)) for slot in (0, 1))

    shared = [name for name, port in one.items() if port in other.values()]
    assert shared == ["s3"]
