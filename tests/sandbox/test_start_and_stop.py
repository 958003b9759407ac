"""`sandbox start` and its kin: one process for each folder, and no other is ever touched."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import ADDON, NAMESPACE
from kubectl_kubestash.cli import sandbox_programs
from kubectl_kubestash.cli.sandbox_process import Sandbox
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from kubectl_kubestash.process_id import ProcessId
from kubectl_kubestash.sandbox.record import Record
from tests import tools
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.api.resources import Resource

PLUGIN = Path(sys.executable).with_name("kubectl-kubestash")


class Commands:
    """`kubectl kubestash sandbox …` on one folder, with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "sandbox"

    def __call__(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PLUGIN, "sandbox", *words, "--folder", self.folder],
            env=os.environ | {"HOME": str(self.home), "KUBECONFIG": "/nowhere"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def start(self, *words: str) -> subprocess.CompletedProcess[str]:
        """An empty cluster."""
        return self("start", "--no-operator", *words)

    @property
    def record(self) -> Record:
        found = Record.read(self.folder)
        assert found is not None
        return found

    @property
    def client(self) -> Client:
        return Client(load(environment={}, kubeconfig=str(self.folder / "kubeconfig")))


def names(client: Client, resource: Resource) -> set[str]:
    return {item["metadata"]["name"] for item in client.list(resource)}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """One that runs; a test that ends it starts it again."""
    commands = Commands(tmp_path_factory.mktemp("home"))
    answer = commands.start()
    assert answer.returncode == 0, answer.stderr
    yield commands
    commands("reset", "--yes")
    assert not commands.folder.exists()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Commands]:
    """One that does not run yet."""
    commands = Commands(tmp_path)
    yield commands
    commands("reset", "--yes")


def test_start_says_what_to_type_next_and_leaves_the_kubeconfig_of_the_user_alone(
    sandbox: Commands,
) -> None:
    answer = sandbox.start()

    assert answer.returncode == 0
    assert "runs already" in answer.stderr
    assert "export KUBECONFIG=$(kubectl kubestash sandbox kubeconfig --folder" in answer.stderr
    assert sandbox("kubeconfig").stdout.strip() == str(sandbox.folder / "kubeconfig")
    assert {path.name for path in sandbox.home.iterdir()} == {"sandbox"}
    assert sandbox.folder.stat().st_mode & 0o777 == 0o700


def test_what_was_made_is_there_after_it_was_killed_and_started_again(sandbox: Commands) -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}}
    sandbox.client.create(NAMESPACE, body)
    before = sandbox.record
    os.kill(before.process.pid, signal.SIGKILL)
    eventually(lambda: not before.process.is_alive, what="it is dead")
    assert sandbox("status").returncode == 7

    answer = sandbox.start()

    assert answer.returncode == 0, answer.stderr
    assert "is ready after" in answer.stderr
    assert sandbox.record.process != before.process
    assert sandbox.record.port == before.port
    assert "kept" in names(sandbox.client, NAMESPACE)
    assert sandbox("status").returncode == 0


def test_another_port_is_refused_while_it_runs(sandbox: Commands) -> None:
    answer = sandbox.start("--port", str(sandbox.record.port + 1))

    assert answer.returncode == 8
    assert f"runs already, on port {sandbox.record.port}" in answer.stderr


def test_a_sandbox_of_another_version_is_not_taken_over(sandbox: Commands) -> None:
    record = sandbox.record
    record._replace(version="0.0.1").write(sandbox.folder)

    answer = sandbox.start()
    record.write(sandbox.folder)

    assert answer.returncode == 8
    assert "a sandbox of version 0.0.1 runs there" in answer.stderr
    assert "kubectl kubestash sandbox stop" in answer.stderr


def test_two_starts_at_once_make_one_sandbox(other: Commands) -> None:
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: other.start(), range(2)))

    assert [answer.returncode for answer in answers] == [0, 0]
    assert sorted("runs already" in answer.stderr for answer in answers) == [False, True]
    process = other.record.process
    assert other("stop").stderr == "ended: the sandbox\n"
    assert not process.is_alive
    assert other("stop").stderr == "the sandbox did not run\n"


def test_start_brings_kubestash_and_an_operator_that_goes_with_the_sandbox(
    other: Commands,
) -> None:
    found = f"{tools.restic().parent}:{os.environ['PATH']}"

    answer = other("start", PATH=found)

    assert answer.returncode == 0, answer.stderr
    assert "the operator works" in answer.stderr
    assert "pvc-addon" in names(other.client, ADDON)
    operator = Sandbox(other.folder, {}).operator
    assert operator is not None
    assert f"Operator     runs as process {operator.process.pid}\n" in other("status").stdout
    again = other("start", PATH=found)
    assert Sandbox(other.folder, {}).operator == operator, again.stderr
    assert other("stop").stderr == "ended: the operator and the sandbox\n"
    assert not operator.process.is_alive


def test_a_port_that_is_taken_is_named(other: Commands) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        answer = other.start("--port", str(port))

    assert answer.returncode == 8
    assert f"error: port {port} is taken" in answer.stderr
    assert "--port" in answer.stderr


def test_a_folder_of_another_format_is_kept_until_it_is_reset(other: Commands) -> None:
    other.folder.mkdir(parents=True)
    Record(ProcessId(1, 1), 1, version="0.0.1", format=0).write(other.folder)

    answer = other.start()

    assert answer.returncode == 8
    assert "was made by version 0.0.1 and cannot be read" in answer.stderr
    assert "kubectl kubestash sandbox reset" in answer.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "sandbox").write_text("a file, not a folder")

    answer = Commands(tmp_path).start()

    assert answer.returncode == 8
    assert f"the folder {tmp_path / 'sandbox'} cannot be used" in answer.stderr


def test_a_folder_that_takes_no_programs_is_named(tmp_path: Path) -> None:
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "programs").write_text("a file, where restic is to be put")

    answer = Commands(tmp_path).start()

    assert answer.returncode == 8
    assert f"the folder {tmp_path / 'sandbox'} cannot be written: File exists" in answer.stderr
    assert answer.stderr.endswith("hint: choose another: --folder\n")


def test_a_process_that_came_later_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        found = ProcessId.of(sleeper.pid)
        Record(found._replace(started=found.started - 1), 1).write(tmp_path)
        there = Sandbox(tmp_path, {})

        ended = there.stop()

        assert ended == []
        assert there.running is None
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_reset_deletes_what_is_its_own_and_nothing_else(tmp_path: Path) -> None:
    own = ("state.db", "state.db-wal", "pods/a", "volumes/b/data", "sandbox.json", "kubeconfig")
    for name in (*own, "thesis.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")

    Sandbox(tmp_path, {}).remove()

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_reset_of_a_folder_without_a_sandbox_is_refused(tmp_path: Path) -> None:
    answer = Commands(tmp_path)("reset", "--yes")

    assert answer.returncode == 7
    assert "there is no sandbox in" in answer.stderr
    assert f"sandbox start --folder {tmp_path / 'sandbox'}\n" in answer.stderr


def test_what_backups_cannot_do_without_is_named_before_anything_starts(tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    old = empty / "restic"
    old.write_text("#!/bin/sh\necho restic 0.14.0 compiled with go\n")
    old.chmod(0o755)
    environment = {"PATH": str(empty), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    answer = Commands(tmp_path)("start", **environment)

    assert answer.returncode == 8
    assert "bubblewrap, in which containers run; restic 0.17.1 or newer" in answer.stderr
    assert "apt-get install bubblewrap" in answer.stderr
    assert not (tmp_path / "sandbox").exists()


def test_programs_for_images_are_given_by_their_whole_path() -> None:
    found = sandbox_programs.images(["docker.io/example/tool:1=/bin/sh", "tool=/bin/sh"])

    assert found["docker.io/example/tool:1"] == "/bin/sh"
    assert found["docker.io/library/tool:latest"] == "/bin/sh"
    assert next(iter(found.values())).endswith("/kubestash-runner")


def test_half_a_record_is_none(tmp_path: Path) -> None:
    (tmp_path / "sandbox.json").write_text(json.dumps({"pid": 1})[:-3])

    assert Record.read(tmp_path) is None
