"""What the flows stand on: an installed cluster, an operator, and a namespace for each test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.cluster.s3 import BUCKET
from tests.cluster.sandbox import SandboxCluster

from . import manifests
from .bucket import Bucket
from .volume import Volume
from .world import Namespace, Operator, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.handle import Cluster
    from tests.cluster.s3 import S3Server


@pytest.fixture(scope="session")
def plugin(cluster: Cluster, image: str) -> Plugin:
    """The plugin, with everything installed in the cluster and our image on its node."""
    plugin = Plugin(cluster.kubeconfig)
    plugin("install", "--image", image)
    return plugin


@pytest.fixture(scope="session")
def operator(
    cluster: Cluster, plugin: Plugin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operator]:
    """The operator at work. A test that ends it starts it again."""
    log = tmp_path_factory.mktemp("operator") / "operator.log"
    context = cluster.kubectl("config", "current-context").strip()
    operator = Operator(plugin, log, ("--start-deadline", "45s", "--allow-context", context))
    operator.start()
    yield operator
    code = operator.stop()
    print(operator.log.read_text()[-20_000:])
    assert code in (0, 130)


@pytest.fixture
def operator_log(operator: Operator) -> Path:
    return operator.log


def _namespace(cluster: Cluster, plugin: Plugin, operator: Operator) -> Iterator[Namespace]:
    if not operator.is_running():
        operator.start()
    name = cluster.namespace()
    yield Namespace(name, cluster.kubectl, plugin)
    cluster.remove_namespace(name)


@pytest.fixture
def demo(cluster: Cluster, plugin: Plugin, operator: Operator) -> Iterator[Namespace]:
    """An empty namespace, gone after the test."""
    yield from _namespace(cluster, plugin, operator)


@pytest.fixture(scope="module")
def shared(cluster: Cluster, plugin: Plugin, operator: Operator) -> Iterator[Namespace]:
    """A namespace for all tests of a module; each leaves it usable for the next."""
    yield from _namespace(cluster, plugin, operator)


@pytest.fixture(scope="session")
def bucket(cluster: Cluster, s3: S3Server) -> Bucket:
    """The bucket as pods reach it; each storage takes a folder of its own."""
    endpoint = s3.endpoint_at(cluster.host_address)
    return Bucket(endpoint, BUCKET, s3.access_key, s3.secret_key)


@pytest.fixture
def node_folder(cluster: Cluster, tmp_path: Path) -> Path:
    """Where a test may have directories of the node; the sandbox gives those below its own."""
    behind = cluster.behind
    if isinstance(behind, SandboxCluster):
        return behind.folder / "host" / tmp_path.name
    return tmp_path


@dataclass(frozen=True)
class Backed:
    """A namespace with a filled volume and a configuration that is Ready to back it up."""

    namespace: Namespace
    volume: Volume


@pytest.fixture(scope="module")
def backed_by_s3(shared: Namespace, bucket: Bucket) -> Backed:
    """The volume `data`, the configuration `files`; the initial backup is done. For a module."""
    return fill_and_back_up(shared, bucket)


@pytest.fixture
def backed_alone(demo: Namespace, bucket: Bucket) -> Backed:
    """The same for one test that leaves nothing of it."""
    return fill_and_back_up(demo, bucket)


def fill_and_back_up(namespace: Namespace, bucket: Bucket) -> Backed:
    """Fill a volume there, configure its backup to S3, and wait for the initial one."""
    volume = Volume.make(namespace, "data")
    volume.write("monday")
    namespace.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=namespace.name),
        manifests.retention(),
        manifests.configuration("files", claim_name="data", storage="s3"),
    )
    namespace.wait_phase("backupstorage/s3", "Ready")
    namespace.wait_phase("backupconfiguration/files", "Ready")
    namespace.wait_initial_backup()
    return Backed(namespace, volume)
