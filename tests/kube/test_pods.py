"""Logs and commands of a real pod."""

from __future__ import annotations

import threading
import time
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from kubectl_kubestash.api.resources import POD, ObjectKey
from kubectl_kubestash.errors import ClusterError, Forbidden, NotFound
from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.exec import Streams, run
from kubectl_kubestash.kube.request import Selection
from tests.cluster.image_archive import BUSYBOX_IMAGE
from tests.kube.forwarder import Forwarder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.handle import Cluster

pytestmark = pytest.mark.cluster

TALKS = "echo first; n=0; while true; do n=$((n+1)); echo line $n; sleep 0.2; done"


@pytest.fixture(scope="module")
def node_client(cluster: Cluster) -> Iterator[Client]:
    with Client(config.load(kubeconfig=str(cluster.kubeconfig))) as client:
        yield client


@pytest.fixture(scope="module")
def pod(cluster: Cluster, node_client: Client) -> Iterator[ObjectKey]:
    """A pod with two containers: one counts, the other is silent."""
    key = ObjectKey(cluster.namespace("kube"), "talker")
    containers = [
        {"name": "talks", "image": BUSYBOX_IMAGE, "command": ["sh", "-c", TALKS]},
        {"name": "silent", "image": BUSYBOX_IMAGE, "command": ["sleep", "3600"]},
    ]
    spec = {"containers": containers, "terminationGracePeriodSeconds": 0}
    metadata = {"namespace": key.namespace, "name": key.name}
    node_client.create(POD, {"metadata": metadata, "spec": spec})
    wait_until_running(node_client, key)
    yield key
    cluster.remove_namespace(key.namespace)


def wait_until_running(client: Client, key: ObjectKey) -> None:
    version = client.snapshot(POD, key.namespace).resource_version
    if client.get(POD, key)["status"]["phase"] == "Running":
        return
    selection = Selection(key.namespace)
    stream = client.open_watch(POD, selection, resource_version=version, timeout_seconds=60)
    for event in stream:
        if event.object["status"]["phase"] == "Running":
            stream.stop()
            return
    raise AssertionError(client.get(POD, key)["status"])


def test_a_log_that_is_followed_comes_line_by_line(node_client: Client, pod: ObjectKey) -> None:
    lines = node_client.logs(pod, container="talks", follow=True)

    assert [next(lines) for _ in range(4)] == [b"first\n", b"line 1\n", b"line 2\n", b"line 3\n"]


def test_the_last_lines_of_a_log(node_client: Client, pod: ObjectKey) -> None:
    lines = list(node_client.logs(pod, container="talks", tail=2, timestamps=True))

    assert len(lines) == 2
    assert lines[0].split()[0].endswith(b"Z")


def test_a_log_needs_a_container_where_there_are_two(node_client: Client, pod: ObjectKey) -> None:
    with pytest.raises(ClusterError, match="a container name must be specified"):
        list(node_client.logs(pod))


def test_the_log_of_nobody_is_not_found(node_client: Client, pod: ObjectKey) -> None:
    with pytest.raises(NotFound):
        list(node_client.logs(ObjectKey(pod.namespace, "nobody")))


def test_a_command_has_two_outputs_and_an_exit_code(node_client: Client, pod: ObjectKey) -> None:
    script = "echo out; echo err >&2; exit 7"

    done = run(node_client, pod, ["sh", "-c", script], container="silent")

    assert done == (7, b"out\n", b"err\n")


def test_a_command_that_succeeds_gives_zero(node_client: Client, pod: ObjectKey) -> None:
    assert run(node_client, pod, ["true"], container="silent").exit_code == 0


def test_stdin_arrives_whole_and_ends(node_client: Client, pod: ObjectKey) -> None:
    content = bytes(range(256)) * 1000

    done = run(
        node_client,
        pod,
        ["sh", "-c", "cat > /tmp/in; sha256sum /tmp/in"],
        container="silent",
        streams=Streams(stdin=content),
        timeout=30,
    )

    assert done.exit_code == 0
    assert done.stdout.split()[0].decode() == sha256(content).hexdigest()


def test_much_output_is_complete_and_can_go_elsewhere(node_client: Client, pod: ObjectKey) -> None:
    pieces: list[bytes] = []

    done = run(
        node_client,
        pod,
        ["sh", "-c", "head -c 3000000 /dev/zero"],
        container="silent",
        streams=Streams(stdout=pieces.append),
    )

    assert sum(map(len, pieces)) == 3_000_000
    assert done.stdout == b""


def test_a_command_that_is_not_there_is_told_in_the_servers_words(
    node_client: Client, pod: ObjectKey
) -> None:
    with pytest.raises(ClusterError, match="no-such-program"):
        run(node_client, pod, ["no-such-program"], container="silent")


def test_a_command_that_takes_too_long_is_left(node_client: Client, pod: ObjectKey) -> None:
    began = time.monotonic()

    with pytest.raises(ClusterError, match="has not ended in time"):
        run(node_client, pod, ["sleep", "20"], container="silent", timeout=0.5)

    assert time.monotonic() - began < 15


def test_a_command_in_no_pod_is_not_found(node_client: Client, pod: ObjectKey) -> None:
    with pytest.raises(NotFound):
        run(node_client, ObjectKey(pod.namespace, "nobody"), ["true"])


def test_a_command_runs_as_whom_the_login_acts(cluster: Cluster, pod: ObjectKey) -> None:
    login = config.load(kubeconfig=str(cluster.kubeconfig), as_user="nobody")

    with Client(login) as client, pytest.raises(Forbidden, match='User "nobody"'):
        run(client, pod, ["true"], container="silent")


def test_a_command_goes_through_the_proxy_of_the_login(cluster: Cluster, pod: ObjectKey) -> None:
    login = config.load(kubeconfig=str(cluster.kubeconfig))
    url = urlsplit(login.server)
    with Forwarder((url.hostname or "", url.port or 0), proxy=True) as proxy:
        through = login._replace(proxy=f"http://{proxy.host}:{proxy.port}")
        with Client(through) as client:
            done = run(client, pod, ["echo", "hello"], container="silent")

        assert done.stdout == b"hello\n"
        assert proxy.asked == [f"{url.hostname}:{url.port}"]


def test_several_commands_run_at_once(node_client: Client, pod: ObjectKey) -> None:
    outputs: list[bytes] = []

    def start(number: int) -> None:
        command = ["sh", "-c", f"sleep 0.2; echo {number}"]
        outputs.append(run(node_client, pod, command, container="silent").stdout)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outputs) == [b"0\n", b"1\n", b"2\n", b"3\n"]


def test_the_key_of_the_login_never_reaches_the_disk(
    node_client: Client, pod: ObjectKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    run(node_client, pod, ["true"], container="silent")

    assert list(tmp_path.iterdir()) == []
