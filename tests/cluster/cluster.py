"""Start, use and remove a whole cluster on this machine."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import cgroups, kubeconfig, mounts, network, programs
from .image_archive import BUSYBOX_IMAGE, busybox_layer, write_archive
from .instance import Instance, existing
from .kubectl import Kubectl, NotReady
from .needs import CLUSTER_PACKAGES, require_programs, require_root
from .node_agents import NODE, PAUSE_IMAGE, Node
from .paths import PROJECT, clusters_root
from .process import ProcessId, dies_with_this
from .s3 import S3Ports, wait_until_it_answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STANDARD_CLASS = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: kubernetes.io/host-path
"""


@dataclass(frozen=True)
class LocalCluster:
    """A cluster on this machine that is up."""

    instance: Instance

    @property
    def kubeconfig(self) -> Path:
        return self.instance.kubeconfig

    @property
    def host_address(self) -> str:
        """Where pods reach what listens on this machine."""
        return self.instance.host_address

    @property
    def kubectl(self) -> Kubectl:
        return Kubectl(programs.KUBERNETES.path.with_name("kubectl"), self.kubeconfig)

    @property
    def audit_log(self) -> Path:
        return self.instance.audit_log

    def load(self, archive: Path) -> None:
        """Make the images of an archive known to the node."""
        self.runtime("images", "import", str(archive))

    def runtime(self, *arguments: str) -> str:
        """Ask containerd, with its own tool `ctr`. Raises NotReady with what that said."""
        answer = self._ask_runtime(*arguments)
        if answer.returncode != 0:
            raise NotReady(f"ctr {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer.stdout

    def has_runtime(self) -> bool:
        """Whether containerd answers: its socket is there before all of its parts are."""
        return self._ask_runtime("images", "list", "--quiet").returncode == 0

    def _ask_runtime(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        socket = str(self.instance.runtime_socket)
        argv = ["ctr", "--address", socket, "--namespace", "k8s.io", *arguments]
        # One that waits for a containerd that went away would outlive a start that was killed.
        return subprocess.run(dies_with_this(argv), check=False, capture_output=True, text=True)

    @property
    def s3_endpoint(self) -> str:
        """The URL of the S3 server on the node, for pods and for this machine."""
        return f"http://{self.instance.node_address}:{S3Ports().s3}"

    @property
    def is_alive(self) -> bool:
        outer = ProcessId.read(self.instance.host_process_file)
        inner = ProcessId.read(self.instance.node_process_file)
        return outer is not None and outer.is_alive and (inner is None or inner.is_alive)


def up(
    name: str = "default",
    *,
    has_audit_log: bool = False,
    has_s3: bool = False,
    owner: ProcessId | None = None,
    within: float = 180,
) -> LocalCluster:
    """Start a cluster, or find it running, and wait until its node is Ready.

    A cluster with an owner is removed by the next `up` or `down` after its owner has ended.
    Raises Missing or NotReady; what was started so far then stays until `down`.
    """
    require_root()
    require_programs(CLUSTER_PACKAGES)
    for program in (programs.KUBERNETES, programs.DNS):
        program.ensure()
    with _one_at_a_time():
        remove_orphans()
        cluster = _found_running(name)
        if cluster is None:
            _remove(name)
            cluster = LocalCluster(Instance.new(name, has_audit_log=has_audit_log, has_s3=has_s3))
            _launch(cluster.instance, owner)
    _wait_until_ready(cluster, within)
    return cluster


def down(name: str = "default") -> bool:
    """Remove a cluster and everything that it may have left. False when there was nothing."""
    require_root()
    with _one_at_a_time():
        remove_orphans()
        return _remove(name)


def remove_orphans() -> None:
    """Remove the clusters whose owner has ended without removing them."""
    for instance in existing():
        owner = ProcessId.read(instance.owner_file)
        if owner is not None and not owner.is_alive:
            _remove(instance.name)


def _found_running(name: str) -> LocalCluster | None:
    for instance in existing():
        if instance.name == name and (cluster := LocalCluster(instance)).is_alive:
            return cluster
    return None


def _launch(instance: Instance, owner: ProcessId | None) -> None:
    instance.save()
    if owner is not None:
        owner.write(instance.owner_file)
    instance.logs.mkdir()
    _write_configuration(instance)
    with (instance.logs / "node.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cluster.namespaces", str(instance.folder)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    node = _wait_for_node(instance, process)
    network.plug_in(instance, node)


def _write_configuration(instance: Instance) -> None:
    node = Node(instance)
    names = ("localhost", *(f"kubernetes{tail}" for tail in ("", ".default", ".default.svc")))
    addresses = ("127.0.0.1", instance.node_address, instance.api_service_address)
    node.plane.keys.make(
        api_server_names=[*(f"IP:{one}" for one in addresses), *(f"DNS:{one}" for one in names)],
        node=NODE,
    )
    for user in ("admin", "controller-manager", "scheduler", "proxy", "node"):
        kubeconfig.write(
            node.plane.kubeconfig(user),
            server=node.plane.server,
            keys=node.plane.keys,
            user=user,
            context=f"kubestash-{instance.name}",
        )
    if instance.has_s3:
        node.s3.prepare()
    for file, content in node.files().items():
        (instance.folder / file).parent.mkdir(exist_ok=True)
        (instance.folder / file).write_text(content)


def _wait_for_node(
    instance: Instance, process: subprocess.Popen[bytes], within: float = 30
) -> ProcessId:
    end = time.monotonic() + within
    while (node := ProcessId.read(instance.node_process_file)) is None:
        if process.poll() is not None or time.monotonic() > end:
            raise NotReady(f"The node did not start.\n{_last_lines(instance)}")
        time.sleep(0.01)
    process.returncode = 0  # it is meant to live on: this keeps Popen from warning about it
    return node


def _wait_until_ready(cluster: LocalCluster, within: float) -> None:
    kubectl, seconds = cluster.kubectl, f"--timeout={within:g}s"
    try:
        _load_own_images(cluster, within)
        kubectl.wait_for("get", "--raw=/readyz", within=within)
        kubectl.wait_for("get", "node", NODE, within=within)
        kubectl("apply", "-f", "-", stdin=_STANDARD_CLASS)
        kubectl("wait", "--for=condition=Ready", f"node/{NODE}", seconds, within=within + 5)
        kubectl.wait_for("get", "serviceaccount", "default", within=within)
        if cluster.instance.has_s3:
            wait_until_it_answers(cluster.s3_endpoint, within=within)
    except Exception as error:
        raise NotReady(f"{error}\n{_last_lines(cluster.instance)}") from error


def _load_own_images(cluster: LocalCluster, within: float) -> None:
    end = time.monotonic() + within
    while not cluster.has_runtime():
        if time.monotonic() > end:
            raise NotReady("containerd did not start.")
        time.sleep(0.05)
    layer = busybox_layer()
    archive = cluster.instance.folder / "own-image.tar"
    for name, command in ((PAUSE_IMAGE, ("sleep", "infinity")), (BUSYBOX_IMAGE, ("sh",))):
        cluster.load(write_archive(archive, name=name, layer=layer, command=command))
    archive.unlink()


def _last_lines(instance: Instance, count: int = 5) -> str:
    lines = []
    for log in sorted(instance.logs.glob("*.log")):
        tail = log.read_text(errors="replace").splitlines()[-count:]
        lines += [f"--- {log}", *tail]
    return "\n".join(lines)


def _remove(name: str) -> bool:
    """Safe at any point of a start, and of an earlier removal."""
    folder = clusters_root() / name
    if not folder.exists():
        return False
    with suppress(FileNotFoundError, ValueError):
        instance = Instance.load(folder)
        for file in (instance.host_process_file, instance.node_process_file):
            if (process := ProcessId.read(file)) is not None:
                process.end()
        network.unplug(instance)
        cgroups.remove(instance.cgroup)
    subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)
    with suppress(OSError):  # another cluster may have volumes there
        mounts.PROVISIONED.rmdir()
    return True


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    clusters_root().mkdir(parents=True, exist_ok=True)
    folder = os.open(clusters_root(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
