"""A session with several Repositories: each has its own result."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import REPOSITORY

from .world import World

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def two(tmp_path: Path) -> World:
    """A volume with something in it, and two Repositories."""
    world = World(tmp_path, repositories=("first", "second"))
    (world.volume / "a").write_text("a")
    return world


def test_ff_9_3_a_wrong_password_for_one_repository_does_not_spoil_the_other(two: World) -> None:
    assert two.backup(two.start_session())
    two.secret("other", {"RESTIC_PASSWORD": "not that one"})
    two.client.patch(
        REPOSITORY, two.key("first"), {"spec": {"encryptionSecret": {"name": "other"}}}
    )
    session = two.start_session()

    assert not two.backup(session)

    assert "exit code 12" in two.component(session, "first")["error"]
    good = two.component(session, "second")
    assert (good["phase"], good.get("error")) == ("Succeeded", None)
    assert set(two.ids(session, "second")) <= set(two.stored("second"))


@pytest.mark.cluster
def test_a_full_backend_of_one_repository_does_not_spoil_the_other(two: World) -> None:
    (two.volume / "big").write_bytes(os.urandom(4 << 20))
    full = two.backend / "first"
    full.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(full)], check=True)
    try:
        session = two.start_session()
        succeeded = two.backup(session)
    finally:
        subprocess.run(["umount", "--lazy", str(full)], check=True)

    assert not succeeded
    assert "no space left on device" in two.component(session, "first")["error"]
    assert two.component(session, "second")["phase"] == "Succeeded"
    assert two.ids(session, "second") == two.stored("second")
