"""The same flows against a real API server, and what only a real one shows."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    BACKUP_SESSION,
    LEASE,
    POD,
    REPOSITORY,
    SERVICE_ACCOUNT,
    SNAPSHOT,
)
from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.resolve import names
from tests import tools

from .world import PATH, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.api_server import ApiServer

pytestmark = pytest.mark.cluster
CRDS = Path(__file__).parents[2] / "crds"


@pytest.fixture(scope="module")
def client(api_server: ApiServer) -> Iterator[Client]:
    api_server.kubectl("apply", "--server-side", "-f", str(CRDS))
    established = ("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
    api_server.kubectl.wait_for(*established, within=60)
    made = Client(config.load(kubeconfig=str(api_server.kubeconfig)))
    yield made
    made.close()


@pytest.fixture
def real(client: Client, tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """A world in a namespace of its own."""
    name = f"r{abs(hash(request.node.name)) % 10**10}"
    made = World(tmp_path, client=client, namespace=name)
    for number in range(30):
        (made.volume / f"file-{number}").write_bytes(os.urandom(200_000))
    return made


def test_a_whole_round_on_a_real_api_server(real: World) -> None:
    first, second = real.back_up(), real.back_up()
    name = real.mark(first, by=second)

    result = real.finish(second)["files"]
    (real.volume / "file-1").unlink()
    restored = real.restore(second)

    assert (result["removed"], result["retention"]) == ([name], "Applied"), result
    assert restored["phase"] == "Succeeded", restored
    assert (real.volume / "file-1").stat().st_size == 200_000
    assert real.client.list(LEASE, real.namespace) == []
    # What the schema does not know would be gone.
    component = real.component(second)
    assert component["repositoryID"]
    assert component["claim"]["uid"] == "uid-of-pod-a"
    assert component["resticStats"][0]["summary"]["bytes"] == 6_000_000


def test_the_disaster_drill_on_a_real_api_server(real: World) -> None:
    session = real.back_up()
    real.finish(session)
    name = names.snapshot("files", session)
    real.client.delete(SNAPSHOT, real.key(name))
    real.client.delete(REPOSITORY, real.key("files"))

    result = real.init_storage()

    repository = real.client.get(REPOSITORY, real.key("files"))
    snapshot = real.snapshot(session)
    assert result["repositories"][0]["synced"] is True, result
    assert snapshot["status"]["phase"] == "Succeeded"
    assert snapshot["metadata"]["ownerReferences"][0]["uid"] == repository["metadata"]["uid"]


def test_of_two_pods_that_start_together_one_makes_the_backup(real: World) -> None:
    session = real.start_session()
    results: list[bool] = []
    # Both pods exist, so neither is taken for gone.
    uids = {name: make_pod(real, name) for name in ("pod-a", "pod-b")}

    def start(pod: str) -> None:
        results.append(real.backup(session, pod=pod, uid=uids[pod]))

    pods = [threading.Thread(target=start, args=(pod,)) for pod in uids]
    for thread in pods:
        thread.start()
    for thread in pods:
        thread.join()

    assert results == [True, True]
    assert len(real.stored()) == 1
    assert real.component(session)["phase"] == "Succeeded"


def make_pod(world: World, name: str) -> str:
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": world.namespace},
        "spec": {
            "containers": [{"name": "runner", "image": "none"}],
            "automountServiceAccountToken": False,
        },
    }
    deadline = time.monotonic() + 90
    while world.client.find(SERVICE_ACCOUNT, world.key("default")) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return str(world.client.create(POD, body)["metadata"]["uid"])


@contextmanager
def runner(
    world: World, api_server: ApiServer, *arguments: str, pod: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The real program, as the container runs it."""
    environment = {
        "PATH": os.environ["PATH"],
        "KUBECONFIG": str(api_server.kubeconfig),
        "POD_NAME": pod,
        "POD_UID": f"uid-of-{pod}",
        "POD_NAMESPACE": world.namespace,
        "COMPONENT_NAME": "dump",
        "KUBESTASH_RESTIC": str(tools.restic_with_cheap_keys()),
        "KUBESTASH_TERMINATION_FILE": str(world.folder / "termination"),
        "KUBESTASH_POLL_INTERVAL": "0.2",
        "KUBESTASH_PROGRESS_INTERVAL": "0.2",
        "KUBESTASH_LOCK_TIMEOUT": "20",
        **world.environment,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "kubectl_kubestash.runner", *arguments],
        env=environment,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def backup_arguments(world: World, session: str) -> list[str]:
    return [
        "backup",
        f"--namespace={world.namespace}",
        f"--backupsession={session}",
        f"--paths={world.volume}",
        f"--scratch-dir={world.scratch}",
        "--enable-cache=true",
    ]


def repository(world: World) -> Path:
    return world.backend / "files" / PATH


def is_claimed(world: World, session: str) -> bool:
    return str(world.component(session)["phase"]) == "Running"


def has_repository(world: World, _session: str) -> bool:
    return (repository(world) / "config").exists()


def has_lock(world: World, _session: str) -> bool:
    return (repository(world) / "locks").is_dir() and any((repository(world) / "locks").iterdir())


def has_stored(world: World, _session: str) -> bool:
    folder = repository(world) / "snapshots"
    return folder.is_dir() and any(folder.iterdir())


def is_on_record(world: World, session: str) -> bool:
    return bool(world.component(session).get("repositoryID"))


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(is_claimed, id="claimed"),
        pytest.param(has_repository, id="repository made"),
        pytest.param(has_lock, id="locked"),
        pytest.param(has_stored, id="stored"),
        pytest.param(is_on_record, id="on record"),
    ],
)
def test_a_runner_killed_at_any_write_leaves_what_the_next_completes(
    real: World, api_server: ApiServer, moment: Callable[[World, str], bool]
) -> None:
    session = real.start_session()
    arguments = backup_arguments(real, session)
    with runner(real, api_server, *arguments, pod=socket.gethostname()) as process:
        deadline = time.monotonic() + 120
        while not moment(real, session):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()

    with runner(real, api_server, *arguments, pod="second") as process:
        code = process.wait()

    component = real.component(session)
    assert (code, component["phase"]) == (0, "Succeeded"), component
    assert real.stored() == real.ids(session)
    assert real.locks() == []


@pytest.mark.parametrize("moment", ["marked", "forgotten", "recorded"])
def test_finishing_killed_at_any_write_ends_well_the_second_time(
    real: World, api_server: ApiServer, moment: str
) -> None:
    first, second = real.back_up(), real.back_up()
    name = real.mark(first, by=second)
    arguments = ["finish", f"--namespace={real.namespace}", f"--backupsession={second}"]

    def has_come() -> bool:
        match moment:
            case "marked":
                return real.client.list(LEASE, real.namespace) != []
            case "forgotten":
                return sum(1 for _ in (repository(real) / "snapshots").iterdir()) == 1
        return (real.backend / "metadata.yaml").exists()

    with runner(real, api_server, *arguments, pod="killed") as process:
        deadline = time.monotonic() + 120
        while not has_come():
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()

    with runner(real, api_server, *arguments, pod="second") as process:
        code = process.wait()

    result = real.message("finish", f"{real.namespace}/{second}")["repositories"]["files"]
    assert (code, result["removed"]) == (0, [name]), result
    assert real.stored() == real.ids(second)
    assert real.client.list(LEASE, real.namespace) == []
    assert real.locks() == []


def test_sigterm_stops_restic_removes_its_lock_and_says_why(
    real: World, api_server: ApiServer
) -> None:
    real.back_up()
    (real.volume / "big").write_bytes(os.urandom(1 << 20) * 300)
    session = real.start_session()
    with runner(real, api_server, *backup_arguments(real, session), pod="evicted") as process:
        deadline = time.monotonic() + 120
        while not has_lock(real, session):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        code = process.wait(90)

    message = real.message("backup", f"{real.namespace}/{session}")
    assert code == 1
    assert "was asked to stop" in real.component(session)["error"]
    assert message["snapshots"][names.snapshot("files", session)]["phase"] == "Failed"
    assert real.locks() == []


def test_ff_4_2_a_result_outlives_an_api_server_that_is_away(
    real: World, api_server: ApiServer
) -> None:
    session = real.start_session()
    with runner(real, api_server, *backup_arguments(real, session), pod="patient") as process:
        deadline = time.monotonic() + 120
        while not has_lock(real, session):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        api_server.stop_api_server()
        termination = real.folder / "termination"
        while not termination.exists():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        api_server.start_api_server()
        code = process.wait(90)

    recorded = json.loads(termination.read_text())["snapshots"]
    assert code == 0
    assert recorded[names.snapshot("files", session)]["phase"] == "Succeeded"
    assert real.component(session)["phase"] == "Succeeded"


def test_a_full_backend_is_named(real: World) -> None:
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(real.backend)], check=True
    )
    try:
        session = real.start_session()
        succeeded = real.backup(session)
        component = real.component(session)
    finally:
        subprocess.run(["umount", "--lazy", str(real.backend)], check=True)

    assert not succeeded
    assert component["phase"] == "Failed"
    assert "no space left on device" in component["error"]


def test_progress_is_reported_while_it_runs(real: World) -> None:
    # restic says how far it is once a second, so this has to take several.
    with (real.volume / "big").open("wb") as file:
        for _ in range(12):
            file.write(os.urandom(100 << 20))
    real.environment["KUBESTASH_PROGRESS_INTERVAL"] = "0.2"
    session = real.start_session()
    seen: list[dict[str, Any]] = []
    thread = threading.Thread(target=real.backup, args=(session,))
    thread.start()
    while thread.is_alive():
        stats = real.component(session).get("resticStats") or []
        seen.extend(entry["progress"] for entry in stats if "progress" in entry)
        time.sleep(0.1)
    thread.join()

    assert any(progress.get("percentDone", "").endswith("%") for progress in seen), seen
    assert "progress" not in real.component(session)["resticStats"][0]
    assert real.client.get(BACKUP_SESSION, real.key(session))["spec"]["session"] == "daily"
