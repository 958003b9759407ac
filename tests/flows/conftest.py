"""What the flows stand on: an installed cluster, an operator, and a namespace for each test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from . import manifests
from .volume import Volume
from .world import Namespace, Operator, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.cluster import Cluster
    from tests.cluster.s3 import S3


@pytest.fixture(scope="session")
def plugin(cluster: Cluster, image: str) -> Plugin:
    """The plugin, with everything installed in the cluster and our image on its node."""
    plugin = Plugin(cluster.kubeconfig)
    plugin("install", "--image", image)
    return plugin


@pytest.fixture(scope="session")
def operator(plugin: Plugin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """The operator at work. A test that ends it starts it again."""
    log = tmp_path_factory.mktemp("operator") / "operator.log"
    operator = Operator(plugin, log, ("--start-deadline", "45s"))
    operator.start()
    yield operator
    code = operator.stop()
    print(operator.log.read_text()[-20_000:])
    assert code in (0, 130)


@pytest.fixture
def operator_log(operator: Operator) -> Path:
    return operator.log


@pytest.fixture
def demo(cluster: Cluster, plugin: Plugin, operator: Operator) -> Iterator[Namespace]:
    """An empty namespace, gone after the test."""
    if not operator.is_running():
        operator.start()
    name = cluster.namespace()
    yield Namespace(name, cluster.kubectl, plugin)
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@dataclass(frozen=True)
class Backed:
    """A namespace with a filled volume and a configuration that is Ready to back it up."""

    namespace: Namespace
    volume: Volume


@pytest.fixture
def backed_by_s3(demo: Namespace, s3: S3) -> Backed:
    """The volume `data`, the configuration `files`, the storage `s3` in a bucket of its own."""
    volume = Volume.make(demo, "data")
    volume.write("monday")
    demo.apply(
        manifests.encryption_secret(),
        manifests.secret(
            "s3-secret", AWS_ACCESS_KEY_ID=s3.access_key, AWS_SECRET_ACCESS_KEY=s3.secret_key
        ),
        manifests.s3_storage(
            "s3", endpoint=s3.endpoint, bucket=s3.bucket(demo.name), prefix="backups"
        ),
        manifests.retention(),
        manifests.configuration("files", claim_name="data", storage="s3"),
    )
    demo.wait_phase("backupstorage/s3", "Ready")
    demo.wait_phase("backupconfiguration/files", "Ready")
    return Backed(demo, volume)
