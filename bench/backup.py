"""One small backup on a warm cluster, as a person waits for it: `backup now --wait`."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from tests.cluster import cluster as local
from tests.cluster import external, image
from tests.cluster.handle import Cluster
from tests.cluster.process import ProcessId
from tests.cluster.s3 import BUCKET, S3Server
from tests.flows import manifests
from tests.flows.bucket import Bucket
from tests.flows.volume import Volume
from tests.flows.world import Namespace, Operator, Plugin

from . import programs
from .figure import Bar, Figure, Result
from .process import environment, run
from .timeline import Timeline, steps

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = 5
MEBIBYTES = 4
BAR = Bar(15)


def measure() -> Figure:
    """After one backup that warms everything, so many that are measured."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(_cluster())
        namespace = stack.enter_context(_namespace(cluster, folder))
        client = Client(config.load(environment={}, kubeconfig=str(cluster.kubeconfig)))
        found = [_one(namespace, client, folder) for _ in range(RUNS + 1)][1:]
    seconds = [timeline.seconds for timeline in found]
    return Figure(
        f"backup now --wait of {MEBIBYTES} MiB to S3, whole process, one node",
        [Result("from start to exit", "s", seconds, BAR)],
        {"where the time goes (median seconds, and since the start)": _table(found)},
    )


def _one(namespace: Namespace, client: Client, folder: Path) -> Timeline:
    argv = [str(programs.plugin()), "backup", "now", "files", "-n", namespace.name, "--wait"]
    env = environment(KUBECONFIG=str(namespace.plugin.kubeconfig))
    with Timeline(client, namespace.name) as timeline:
        timeline.begin()
        run(argv, env, log=folder / "backup.log")
        timeline.end()
    time.sleep(2)  # what follows a session is not part of the next one
    return timeline


def _table(found: list[Timeline]) -> dict[str, str]:
    shown = {}
    since = 0.0
    for step in steps(found):
        took = median(timeline.took(step) for timeline in found)
        since = median(timeline.at(step) for timeline in found)
        shown[step] = f"{took:6.2f}  {since:6.2f}"
    return shown


@contextmanager
def _cluster() -> Iterator[Cluster]:
    """The one that KUBECONFIG and IMAGE_LOAD name together, else one of our own."""
    if (given := external.from_environment()) is not None:
        yield Cluster(given)
        return
    name = f"bench-{os.getpid()}"
    try:
        yield Cluster(local.up(name, owner=ProcessId.of_this()))
    finally:
        local.down(name)


@contextmanager
def _namespace(cluster: Cluster, folder: Path) -> Iterator[Namespace]:
    """A namespace with a volume, a storage and a configuration, and the operator at work."""
    cluster.load(image.archive())
    plugin = Plugin(cluster.kubeconfig)
    plugin("install", "--image", image.image_name())
    context = cluster.kubectl("config", "current-context").strip()
    operator = Operator(plugin, folder / "operator.log", ("--allow-context", context))
    s3 = S3Server(folder / "s3")
    name = cluster.namespace("bench")
    try:
        s3.up()
        s3.make_bucket()
        operator.start()
        namespace = Namespace(name, cluster.kubectl, plugin)
        endpoint = s3.endpoint_at(cluster.host_address)
        _configure(namespace, Bucket(endpoint, BUCKET, s3.access_key, s3.secret_key))
        yield namespace
    finally:
        cluster.remove_namespace(name)
        operator.stop()
        s3.down()


def _configure(namespace: Namespace, bucket: Bucket) -> None:
    volume = Volume.make(namespace, "data")
    volume.write("monday", mebibytes=MEBIBYTES)
    namespace.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=namespace.name),
        manifests.retention(),
        manifests.configuration("files", claim_name="data", storage="s3"),
    )
    namespace.wait_phase("backupconfiguration/files", "Ready")
    namespace.wait_initial_backup()
