"""One small backup on a warm cluster, as a person waits for it: `backup now --wait`."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from tests.flows import manifests
from tests.flows.volume import Volume

from . import ground, programs
from .figure import Bar, Figure, Result
from .process import environment, run
from .timeline import Timeline, steps

if TYPE_CHECKING:
    from tests.flows.bucket import Bucket
    from tests.flows.world import Namespace

RUNS = 5
MEBIBYTES = 4
BAR = Bar(15)


def measure() -> Figure:
    """After one backup that warms everything, so many that are measured."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(ground.cluster())
        namespace, bucket = stack.enter_context(ground.namespace(cluster, folder))
        _configure(namespace, bucket)
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
