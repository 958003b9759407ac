"""`python -m demo.cluster`: a cluster of its own, the story, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cluster import cluster, image, kubectl, needs
from tests.cluster.process import ProcessId, stop
from tests.cluster.s3 import ACCESS_KEY, BUCKET, SECRET_KEY

from .cluster_story import Outcome, Storage, prepare, tell
from .teller import Broken, Teller

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    began = time.monotonic()
    name = f"demo-{os.getpid()}"
    try:
        with tempfile.TemporaryDirectory(prefix="kubestash-demo-") as folder:
            outcome = _demonstrate(name, Path(folder))
    except (Broken, needs.Missing, kubectl.NotReady) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the cluster is taken away", file=sys.stderr)
        return 130
    finally:
        cluster.down(name)
    print(_summary(outcome, time.monotonic() - began))
    return 0


def _demonstrate(name: str, folder: Path) -> Outcome:
    print("== A Kubernetes of its own, and the image built from this folder", flush=True)
    archive = image.archive()
    started = cluster.up(name, has_s3=True, owner=ProcessId.of_this())
    started.load(archive)
    print(started.kubectl("get", "nodes", "-o", "wide"), end="", flush=True)
    teller = Teller(started.kubectl.program, started.kubeconfig)
    prepare(teller, image.image_name())
    storage = Storage(started.s3_endpoint, BUCKET, ACCESS_KEY, SECRET_KEY)
    with _operator(teller, folder / "operator.log"):
        return tell(teller, storage)


@contextmanager
def _operator(teller: Teller, log: Path) -> Iterator[None]:
    """The operator, on this machine; its log is shown when the story breaks."""
    teller.chapter("Start the operator on this machine")
    # It asks for leave, because the name of this context is none of kind's or minikube's.
    context = teller.run("kubectl config current-context", quiet=True).strip()
    flags = ["--image", image.image_name(), "--allow-context", context]
    line = ["kubectl", "kubestash", "controller", "run", *flags]
    print(f"$ {' '.join(line)} &", flush=True)
    with log.open("wb") as output:
        operator = subprocess.Popen(
            line, env=teller.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield
    except Broken:
        print(f"== The operator said\n{log.read_text()[-5000:]}", flush=True)
        raise
    finally:
        stop(operator)


def _summary(outcome: Outcome, seconds: float) -> str:
    size = f"{outcome.size / 1e6:.0f} MB in {outcome.files} files and folders"
    return f"""
== What happened
1. A real Kubernetes was started on this machine, and KubeStash was installed in it.
2. A volume with {size} was backed up to S3 in {outcome.backup_seconds:.1f} s.
3. Everything in the volume was deleted.
4. It came back in {outcome.restore_seconds:.1f} s: contents, owners, modes, links, times.
5. The cluster is gone without a trace; all of it took {seconds:.0f} s."""


if __name__ == "__main__":
    sys.exit(main())
