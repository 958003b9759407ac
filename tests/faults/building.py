"""Raises a stage and clears it away."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cluster import cluster as local
from tests.cluster import image as product_image
from tests.cluster.handle import Cluster
from tests.cluster.process import ProcessId
from tests.cluster.s3 import ACCESS_KEY, BUCKET, SECRET_KEY
from tests.flows import manifests
from tests.flows.bucket import Bucket
from tests.flows.world import Namespace, Plugin

from . import content
from .kept_operator import KeptOperator
from .listener import Listener
from .repositories import Repositories
from .stage import KEEP, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def stage(name: str) -> Iterator[Stage]:
    """Raise a stage, and clear it away afterwards, whatever has happened on it."""
    folder = Path(tempfile.mkdtemp(prefix="kubestash-stage-"))
    try:
        cluster = local.up(name, has_audit_log=True, has_s3=True, owner=ProcessId.of_this())
        cluster.load(product_image.archive())
        built = _build(cluster, folder)
        try:
            yield built
        finally:
            built.listener.stop()
            built.operator.stop()
    finally:
        local.down(name)
        with suppress(OSError):
            content.clear(folder)
            folder.rmdir()


def _build(cluster: local.LocalCluster, folder: Path) -> Stage:
    plugin = Plugin(cluster.kubeconfig)
    plugin("install", "--image", product_image.image_name())
    context = cluster.kubectl("config", "current-context").strip()
    flags = ("--start-deadline", "60s", "--allow-context", context, "--identity", "kept")
    operator = KeptOperator(plugin, folder / "operator.log", flags)
    operator.start()
    namespace = Namespace(Cluster(cluster).namespace("stage"), cluster.kubectl, plugin)
    password = f"canary-{secrets.token_hex(12)}"
    bucket = Bucket(cluster.s3_endpoint, BUCKET, ACCESS_KEY, SECRET_KEY)
    environment = {
        "RESTIC_PASSWORD": password,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    root = f"s3:{bucket.endpoint}/{bucket.name}/{namespace.name}"
    built = Stage(
        cluster,
        operator,
        namespace,
        bucket,
        Repositories({"s3": root}, environment),
        Listener([password]),
    )
    namespace.apply(
        manifests.encryption_secret(password),
        bucket.secret(),
        bucket.storage("s3", prefix=namespace.name),
        manifests.retention("keep", last=KEEP),
    )
    namespace.wait_phase("backupstorage/s3", "Ready", within=120)
    return built
