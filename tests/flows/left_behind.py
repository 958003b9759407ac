"""What a pod leaves behind that was killed in the middle: a lock in the bucket, a Lease."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.runner.exclusive import lease_key
from tests import tools

if TYPE_CHECKING:
    from .bucket import Bucket
    from .world import Namespace

PASSWORD = "correct horse battery staple"


class Gone(NamedTuple):
    """A pod that has ended, and the restic repository that it wrote to."""

    pod: str
    uid: str
    repository: str
    """Name of the Repository."""
    path: str
    """Of the component, below the Repository's directory."""


def gone_pod(namespace: Namespace, snapshot: str) -> Gone:
    """The one that made this Snapshot."""
    raw = namespace.get("snapshots.storage.kubestash.com", snapshot)
    component = raw["status"]["components"]["dump"]
    claim = component["claim"]
    return Gone(claim["pod"], claim["uid"], raw["spec"]["repository"], component["path"])


def leave_lock(namespace: Namespace, bucket: Bucket, gone: Gone, directory: str = "files") -> None:
    """An exclusive lock under the name of that pod.

    restic waits for a moment between making its lock and working, which is when it is killed.
    """
    root = f"{namespace.name}/{directory}/{gone.path}"
    environment = {
        "PATH": os.environ["PATH"],
        "RESTIC_REPOSITORY": f"s3:{bucket.endpoint}/{bucket.name}/{root}",
        "RESTIC_PASSWORD": PASSWORD,
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
    }
    script = f"hostname {gone.pod} && exec {tools.restic()} prune --no-cache"
    until = time.monotonic() + 120
    while not bucket.keys(f"{root}/locks/"):
        assert time.monotonic() < until, "restic was never caught with its lock held"
        argv = ["unshare", "--uts", "sh", "-c", script]
        with subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL) as restic:
            while restic.poll() is None and not bucket.keys(f"{root}/locks/"):
                time.sleep(0.01)
            restic.kill()


def leave_lease(namespace: Namespace, gone: Gone) -> None:
    """The Lease of that restic repository, held by that pod."""
    uid = namespace.get("repository", gone.repository)["metadata"]["uid"]
    key = lease_key(ObjectKey(namespace.name, gone.repository), uid, gone.path)
    namespace.apply(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": key.name},
            "spec": {"holderIdentity": f"{gone.pod}/{gone.uid}"},
        }
    )
