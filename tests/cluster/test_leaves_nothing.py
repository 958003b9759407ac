"""A cluster that is removed leaves the machine as it was, however it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from . import cluster, footprint
from .image_archive import BUSYBOX_IMAGE
from .instance import Instance, existing
from .paths import PROJECT, clusters_root
from .process import ProcessId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.cluster

_BUSY = f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data}}
spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Mi}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: busy}}
spec:
  volumes: [{{name: data, persistentVolumeClaim: {{claimName: data}}}}]
  containers:
    - name: main
      image: {BUSYBOX_IMAGE}
      command: [sh, -c, "echo content > /data/file; sleep 1000"]
      volumeMounts: [{{name: data, mountPath: /data}}]
      ports: [{{containerPort: 80, hostPort: 18080}}]
"""


@pytest.fixture
def name() -> Iterator[str]:
    """A cluster of the test's own, removed whatever happens."""
    name = f"leaves-{os.getpid()}"
    yield name
    cluster.down(name)


def busy_cluster(name: str) -> cluster.LocalCluster:
    """A cluster with a pod that has a volume, a port on the node, and a process."""
    started = cluster.up(name)
    started.kubectl("apply", "-f", "-", stdin=_BUSY)
    started.kubectl("wait", "--for=condition=Ready", "pod/busy", "--timeout=120s")
    return started


def test_a_cluster_with_running_pods_goes_without_a_trace(name: str) -> None:
    before = footprint.of_any_cluster()
    instance = busy_cluster(name).instance
    assert footprint.of_cluster(instance)

    cluster.down(name)

    assert footprint.of_cluster(instance) == []
    assert footprint.of_any_cluster() == before


def test_a_node_that_was_killed_is_cleaned_up_and_replaced_by_the_next_start(name: str) -> None:
    first = busy_cluster(name).instance
    node = ProcessId.read(first.node_process_file)
    assert node is not None
    node.end(signal.SIGKILL)

    second = cluster.up(name)

    pods = second.kubectl("get", "pods", "--all-namespaces", "-o", "name")
    assert (pods, second.instance.volumes.exists()) == ("", True)


@pytest.mark.parametrize(
    "reached",
    [
        pytest.param(lambda folder: folder.exists(), id="its folder was made"),
        pytest.param(lambda folder: (folder / "instance.json").exists(), id="it had its addresses"),
        pytest.param(lambda folder: (folder / "namespaces.json").exists(), id="namespaces came up"),
        pytest.param(lambda folder: (folder / "node.json").exists(), id="the node came up"),
        pytest.param(lambda folder: (folder / "containerd.sock").exists(), id="programs came up"),
    ],
)
def test_a_start_that_was_killed_half_way_leaves_nothing_after_down(
    name: str, reached: Callable[[Path], bool]
) -> None:
    before = footprint.of_any_cluster()
    folder = clusters_root() / name
    command = [sys.executable, "-m", "tests.cluster", "--name", name, "up"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as start:
        while not reached(folder) and start.poll() is None:
            time.sleep(0.001)
        start.kill()
    instance = next((one for one in existing() if one.name == name), Instance(name, 99))

    cluster.down(name)

    time.sleep(0.5)  # for what the killed start may have left on its way
    assert footprint.of_cluster(instance) == []
    assert footprint.of_any_cluster() == before


def test_a_cluster_whose_owner_has_ended_is_removed_by_whoever_comes_next(name: str) -> None:
    with subprocess.Popen(["sleep", "1000"]) as owner:
        started = cluster.up(name, owner=ProcessId.of(owner.pid))
        owner.kill()

    cluster.down("there-is-none-of-this-name")

    assert footprint.of_cluster(started.instance) == []


def test_removing_a_cluster_twice_is_no_error(name: str) -> None:
    cluster.up(name)

    assert [cluster.down(name), cluster.down(name)] == [True, False]
