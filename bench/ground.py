"""What a figure of whole backups stands on: a cluster, an operator, a bucket, a namespace."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.cluster import cluster as local
from tests.cluster import external, image
from tests.cluster.handle import Cluster
from tests.cluster.process import ProcessId
from tests.cluster.s3 import BUCKET, S3Server
from tests.flows.bucket import Bucket
from tests.flows.world import Namespace, Operator, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def cluster() -> Iterator[Cluster]:
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
def namespace(cluster: Cluster, folder: Path) -> Iterator[tuple[Namespace, Bucket]]:
    """A namespace with the operator at work, and a bucket that its pods reach."""
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
        endpoint = s3.endpoint_at(cluster.host_address)
        bucket = Bucket(endpoint, BUCKET, s3.access_key, s3.secret_key)
        yield Namespace(name, cluster.kubectl, plugin), bucket
    finally:
        cluster.remove_namespace(name)
        operator.stop()
        s3.down()
