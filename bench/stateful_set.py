"""A StatefulSet of three pods against one of a single pod: three Jobs side by side, or one."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.flows import manifests
from tests.flows import workload_manifests as workloads
from tests.flows.tree import Tree

from . import ground
from .figure import Bar, Figure, Result, ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.flows.bucket import Bucket
    from tests.flows.world import Namespace

RUNS = 3
MEBIBYTES = 128
BAR = Bar(2)


@dataclass(frozen=True)
class Took:
    """Seconds of one backup."""

    jobs: float
    """From the first Job to the end of the last container."""

    whole: float
    """The command, from start to exit."""


def measure() -> Figure:
    """Fresh data before each run, so that every run stores all of it; one and three in turn."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(ground.cluster())
        namespace, bucket = stack.enter_context(ground.namespace(cluster, folder))
        _configure(namespace, bucket)
        pairs = [
            (_one(namespace, "one", 1, n), _one(namespace, "three", 3, n)) for n in range(RUNS)
        ]
    one, three = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return Figure(
        f"StatefulSet of 3 pods, {MEBIBYTES} MiB of new data in each, against one of 1 pod",
        [
            Result("one Job", "s", _jobs(one)),
            Result("three Jobs side by side", "s", _jobs(three)),
            ratios("three / one", _jobs(three), _jobs(one), BAR),
            ratios("the whole command, three / one", _whole(three), _whole(one), BAR),
        ],
    )


def _configure(namespace: Namespace, bucket: Bucket) -> None:
    namespace.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=namespace.name),
        manifests.retention(),
    )
    for name, replicas in (("one", 1), ("three", 3)):
        namespace.apply(workloads.stateful_set(name, replicas, size="1Gi"))
        _write(namespace, name, replicas, "first")
        namespace.apply(workloads.configuration("StatefulSet", name, storage="s3"))
        namespace.wait_phase(f"backupconfiguration/{name}", "Ready", within=180)
        namespace.kubestash("backup", "wait", f"{name}@latest", within=300)


def _one(namespace: Namespace, name: str, replicas: int, number: int) -> Took:
    _write(namespace, name, replicas, f"run {number} of {name}")
    before = time.monotonic()
    answer = namespace.kubestash("backup", "now", name, "--wait", "-o", "name", within=600)
    whole = time.monotonic() - before
    session = answer.strip().rpartition("/")[2]
    return Took(_seconds(namespace, session, replicas), whole)


def _write(namespace: Namespace, name: str, replicas: int, word: str) -> None:
    namespace.kubectl("rollout", "status", f"statefulset/{name}", "--timeout=180s", within=190)
    for ordinal in range(replicas):
        tree = Tree(namespace, f"{name}-{ordinal}")
        tree.destroy()
        tree.write(f"{word} {ordinal}", mebibytes=MEBIBYTES)


def _seconds(namespace: Namespace, session: str, replicas: int) -> float:
    """From the creation of the first Job to the end of the last container, by the API server."""
    pods = [
        pod
        for pod in namespace.items("pods")
        if pod["metadata"].get("labels", {}).get("kubestash.com/invoker-name") == session
        and pod["metadata"]["labels"]["app.kubernetes.io/component"] == "kubestash-backup"
    ]
    if len(pods) != replicas:
        raise RuntimeError(f"{session} had {len(pods)} pods, not {replicas}")
    begun = min(_moment(pod["metadata"]["creationTimestamp"]) for pod in pods)
    ended = max(_moment(_end(pod)["finishedAt"]) for pod in pods)
    return (ended - begun).total_seconds()


def _end(pod: dict[str, Any]) -> dict[str, Any]:
    (status,) = pod["status"]["containerStatuses"]
    return dict(status["state"]["terminated"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _jobs(runs: Sequence[Took]) -> list[float]:
    return [run.jobs for run in runs]


def _whole(runs: Sequence[Took]) -> list[float]:
    return [run.whole for run in runs]
