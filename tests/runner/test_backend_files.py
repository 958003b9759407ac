"""The backend's own files, on a folder and on a real S3 server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.errors import BackendError
from kubectl_kubestash.resolve.backend import StoreSettings
from kubectl_kubestash.runner.backend import Backend, Changed
from tests.cluster.s3 import ACCESS_KEY, BUCKET, SECRET_KEY, S3Server

from .world import World

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["folder", "s3"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "folder":
        return Backend(StoreSettings("local", str(tmp_path), {}, {}), name="The folder")
    server: S3Server = request.getfixturevalue("s3")
    config = {
        "bucket": BUCKET,
        "region": "us-east-1",
        "endpoint": server.endpoint,
        "access_key_id": ACCESS_KEY,
        "secret_access_key": SECRET_KEY,
        "virtual_hosted_style_request": False,
    }
    prefix = f"prefix-{os.urandom(4).hex()}"
    return Backend(StoreSettings("s3", prefix, config, {"allow_http": True}), name="The bucket")


def test_what_was_put_is_found_and_listed(backend: Backend) -> None:
    backend.put("metadata.yaml", b"one")
    backend.put("app/repository.yaml", b"two")
    backend.put("app/snapshots/s.yaml", b"three")

    found = backend.find("app/repository.yaml")
    assert found is not None
    assert found.data == b"two"
    assert backend.find("app/nothing") is None
    assert sorted(backend.names("app")) == ["app/repository.yaml", "app/snapshots/s.yaml"]
    assert backend.children("") == ("app",)
    assert backend.children("app") == ("snapshots",)


def test_of_two_writers_the_slower_one_is_told(backend: Backend) -> None:
    backend.put("metadata.yaml", b"one")
    before = backend.find("metadata.yaml")
    backend.put("metadata.yaml", b"from another cluster")

    with pytest.raises(Changed):
        backend.put_if_unchanged("metadata.yaml", b"mine", before)
    with pytest.raises(Changed):
        backend.put_if_unchanged("metadata.yaml", b"mine", None)

    current = backend.find("metadata.yaml")
    backend.put_if_unchanged("metadata.yaml", b"mine", current)
    after = backend.find("metadata.yaml")
    assert after is not None
    assert after.data == b"mine"


def test_a_directory_is_removed_without_its_neighbours(backend: Backend) -> None:
    for path in ("app/repository.yaml", "app/data/1", "app/data/2", "application/x"):
        backend.put(path, b"x")

    assert backend.delete_directory("app", keep="app/repository.yaml") == 2
    assert backend.names("app") == ["app/repository.yaml"]
    backend.delete("app/repository.yaml", "app/never was")

    assert backend.names("app") == []
    assert backend.names("application") == ["application/x"]


@pytest.mark.parametrize("path", ["", "/", ".", "./"])
def test_the_root_is_never_removed(backend: Backend, path: str) -> None:
    backend.put("file", b"x")

    with pytest.raises(BackendError, match="the root of a backend is never removed"):
        backend.delete_directory(path)
    assert backend.names("") == ["file"]


def test_more_objects_than_one_request_can_remove(backend: Backend) -> None:
    for number in range(1100):
        backend.put(f"many/{number}", b"")

    assert backend.delete_directory("many") == 1100
    assert backend.names("many") == []


def test_wrong_keys_are_told_without_the_keys(s3: S3Server) -> None:
    config = {
        "bucket": BUCKET,
        "region": "us-east-1",
        "endpoint": s3.endpoint,
        "access_key_id": ACCESS_KEY,
        "secret_access_key": "canary-wrong",
        "virtual_hosted_style_request": False,
    }
    backend = Backend(StoreSettings("s3", "p", config, {"allow_http": True}), name="The bucket")

    with pytest.raises(BackendError, match=r"^The bucket could not be read at x: ") as caught:
        backend.find("x")
    assert "canary-wrong" not in caught.value.message


@pytest.fixture
def bucket_world(tmp_path: Path, s3: S3Server) -> World:
    place = {
        "provider": "s3",
        "s3": {
            "endpoint": s3.endpoint,
            "bucket": BUCKET,
            "prefix": f"w-{os.urandom(4).hex()}",
            "region": "us-east-1",
            "secretName": "storage",
        },
    }
    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    made = World(tmp_path, storage=place, credentials=keys)
    for number in range(20):
        (made.volume / f"file-{number}").write_bytes(os.urandom(100_000))
    return made


def test_a_whole_round_through_s3(bucket_world: World) -> None:
    world = bucket_world
    assert world.init_storage()["initialized"] is True
    assert world.init_repository()["initialized"] is True
    first, second = world.back_up(), world.back_up()
    name = world.mark(first, by=second)

    result = world.finish(second)["files"]
    (world.volume / "file-7").unlink()
    restored = world.restore(second)
    fresh = World(
        world.folder, storage=world.storage, credentials=world.credentials, repositories=()
    )
    found = fresh.init_storage()
    wiped = world.cleanup("Repository", "files")

    assert (result["removed"], result["error"]) == ([name], "")
    assert restored["phase"] == "Succeeded", restored
    assert (world.volume / "file-7").stat().st_size == 100_000
    assert found["repositories"][0]["synced"] is True
    assert fresh.snapshot(second)["status"]["phase"] == "Succeeded"
    assert wiped["removed"] is True
