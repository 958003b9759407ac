"""Start and end: what outlives a kill, and what keeps a server from starting."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.errors import Refused
from kubectl_kubestash.sandbox.server import Server

from .world import World

if TYPE_CHECKING:
    from pathlib import Path

_SERVE = """
import sys, threading
from pathlib import Path
from kubectl_kubestash.sandbox.server import Server
server = Server(Path(sys.argv[1]))
server.start()
print(server.port, flush=True)
threading.Event().wait()
"""
_SECRETS = "/api/v1/namespaces/default/secrets"


def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process:
        world = World(tmp_path)
        world.server = Server(tmp_path)
        world.server.port = int(process.stdout.readline())
        versions = []
        for number in range(50):
            _, made, _ = world.ask("POST", _SECRETS, {"metadata": {"name": f"s{number}"}})
            versions.append(int(made["metadata"]["resourceVersion"]))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        world.forget_connection()
    token = world.login_token()
    world.up()
    try:
        _, found, _ = world.ask("GET", _SECRETS)
        assert len(found["items"]) == 50
        assert int(found["metadata"]["resourceVersion"]) >= versions[-1]
        _, made, _ = world.ask("POST", _SECRETS, {"metadata": {"name": "after"}}, token=token)
        assert int(made["metadata"]["resourceVersion"]) > versions[-1]
        assert versions == sorted(set(versions))
    finally:
        world.down()


def test_only_the_owner_can_read_keys_and_login(tmp_path: Path) -> None:
    world = World(tmp_path).up()
    world.down()
    files = [tmp_path / "kubeconfig", *(tmp_path / "pki").iterdir()]
    assert len(files) == 4
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused, match=f"port {port} is taken"):
            Server(tmp_path, port=port).start()


def test_a_second_server_of_a_folder_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path).up()
    try:
        with pytest.raises(Refused, match="locked") as refusal:
            Server(tmp_path).start()
        assert "look for a sandbox that runs" in refusal.value.hints[0]
    finally:
        world.down()


def test_a_file_of_another_version_is_refused_by_name(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db")) as other:
        other.execute("PRAGMA user_version=77")
    with pytest.raises(Refused, match=r"state.db was written by another version .*77") as refusal:
        Server(tmp_path).start()
    assert refusal.value.hints == ("kubectl kubestash sandbox reset",)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("no database at all, but a text" * 100)
    with pytest.raises(Refused, match="not a database"):
        Server(tmp_path).start()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pki").write_text("in the way")
    with pytest.raises(Refused, match="keys cannot be made"):
        Server(tmp_path).start()


def test_a_full_disk_is_an_answer_and_nothing_is_half_written(tmp_path: Path) -> None:
    world = World(tmp_path).up()
    try:
        store = world.server._api._store
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count={pages}")
        big = {"metadata": {"name": "big"}, "stringData": {"x": "y" * 500_000}}
        code, status, _ = world.ask("POST", _SECRETS, big)
        assert (code, status["reason"]) == (500, "InternalError")
        assert "full" in status["message"]
        assert str(tmp_path) in status["message"]
        store._db.execute("PRAGMA max_page_count=1000000")
        assert world.ask("GET", f"{_SECRETS}/big")[0] == 404
        assert world.ask("POST", _SECRETS, big)[0] == 201
    finally:
        world.down()


def test_the_whole_sandbox_ends_even_when_it_is_asked_in_the_moment_it_is_ready(
    tmp_path: Path,
) -> None:
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-m", "kubectl_kubestash.sandbox", str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with process:
            assert process.stdout.readline() == "{}\n"
            process.terminate()
            assert process.wait(60) == 0
