"""The real things that tests run against, started once and only when a test asks for them."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.cluster import cluster as local
from tests.cluster import external, programs
from tests.cluster import image as product_image
from tests.cluster import postgres_image as database_image
from tests.cluster.api_server import ApiServer
from tests.cluster.handle import Cluster
from tests.cluster.process import ProcessId
from tests.cluster.s3 import S3Server
from tests.cluster.sandbox import SandboxCluster
from tests.flows.elsewhere import not_on_the_sandbox
from tests.rights import hooks as rights
from tests.rights.hooks import pytest_configure, pytest_sessionfinish, pytest_testnodedown
from tests.sandbox.replay.exchange import load, save
from tests.sandbox.replay.recorder import Recorder, merged

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["pytest_configure", "pytest_sessionfinish", "pytest_testnodedown"]

# The same examples each time, so that a red run is the change's doing. To look for new ones:
# HYPOTHESIS_PROFILE=searching pytest …
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", _PATIENT, derandomize=True)
settings.register_profile("searching", _PATIENT)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# A file that begins last and takes minutes keeps one worker busy while the others wait for it.
_LONG_FIRST = {"faults": 0, "flows": 1, "controllers": 2}

POSTGRES_START = Path(__file__).parent / "flows/scripts/postgres_start.sh"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our own flags."""
    rights.pytest_addoption(parser)
    text = "what flows run on: a real Kubernetes, or the embedded cluster (docs/sandbox.md)"
    parser.addoption("--record", type=Path, help="add what the API server is asked to this file")
    parser.addoption("--on", choices=("cluster", "sandbox"), default="cluster", help=text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long first; on the sandbox, leave out what needs more than it has."""
    items.sort(key=lambda item: _LONG_FIRST.get(item.path.parent.name, len(_LONG_FIRST)))
    if config.option.on == "sandbox":
        elsewhere = [item for item in items if not_on_the_sandbox(item.nodeid)]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what tests run before the first of them: a build outlasts the time limit of a test."""
    if session.config.option.collectonly:
        return
    if session.config.option.on == "sandbox":
        for program in (programs.RESTIC_WITH_CHEAP_KEYS, programs.KUBERNETES):
            program.ensure()
        return
    if any(item.get_closest_marker("cluster") for item in session.items):
        for program in programs.ALL:
            program.ensure()
    needed = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if needed & {"image", "stage"}:
        product_image.archive()
    if "postgres_image" in needed:
        database_image.archive()


@pytest.fixture(scope="session", autouse=True)
def _programs_hear_control_c() -> None:
    """A shell makes what it starts in the background deaf to SIGINT, and children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def api_server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ApiServer]:
    """A control plane without a node, for tests marked `cluster`; needs no root."""
    server = ApiServer(tmp_path_factory.mktemp("api-server"))
    try:
        server.up()
        with _recorded(request.config, server.kubeconfig):
            yield server
    finally:
        server.down()


@pytest.fixture(scope="session")
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """A whole Kubernetes with one node, for tests marked `cluster`; or the sandbox, with `--on`.

    The one that KUBECONFIG and IMAGE_LOAD name together, else one of our own, which is gone
    without a trace afterwards.
    """
    if request.config.option.on == "sandbox":
        sandbox = SandboxCluster(tmp_path_factory.mktemp("sandbox"))
        sandbox.up(programs_of_images={database_image.NAME: POSTGRES_START})
        try:
            yield Cluster(sandbox)
        finally:
            sandbox.down()
        return
    if (given := external.from_environment()) is not None:
        handle = Cluster(given)
        yield handle
        handle.remove_namespaces()
        return
    name = f"pytest-{os.getpid()}"
    try:
        made = local.up(name, has_audit_log=True, owner=ProcessId.of_this())
        with _recorded(request.config, made.kubeconfig):
            yield Cluster(made)
        rights.collect(request.config, made.audit_log)
    finally:
        local.down(name)


@contextmanager
def _recorded(config: pytest.Config, kubeconfig: Path) -> Iterator[None]:
    """With `--record`, keep what is asked through this kubeconfig: see docs/sandbox.md."""
    file: Path | None = config.option.record
    if file is None:
        yield
        return
    recorder = Recorder(kubeconfig)
    try:
        yield
    finally:
        recorder.close()
        known = load(file) if file.exists() else []
        save(merged(known, recorder.exchanges), file)


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace of the test's own; deleted afterwards."""
    name = cluster.namespace()
    yield name
    cluster.remove_namespace(name)


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """An S3 server with one bucket; pods reach it at `s3.endpoint_at(cluster.host_address)`."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.up()
        server.make_bucket()
        yield server
    finally:
        server.down()


@pytest.fixture(scope="session")
def image(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """The name of the product's image, built from this work tree and known to the nodes."""
    if request.config.option.on == "cluster":
        cluster.load(product_image.archive())
    return product_image.image_name()


@pytest.fixture(scope="session")
def postgres_image(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """The name of an image with PostgreSQL, known to the nodes."""
    if request.config.option.on == "cluster":
        cluster.load(database_image.archive())
    return database_image.NAME
