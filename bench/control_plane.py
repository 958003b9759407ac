"""A real API server for one figure, with our kinds installed."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.schema import CRDS
from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client
from tests.cluster.api_server import ApiServer

from .process import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_WRITERS = 4


@contextmanager
def api_server() -> Iterator[ApiServer]:
    """etcd, API server and controller manager, gone afterwards with all that they held."""
    with tempfile.TemporaryDirectory(prefix="kubestash-bench-") as folder:
        server = ApiServer(Path(folder))
        try:
            server.up()
            server.kubectl("apply", "--server-side", "-f", str(CRDS))
            server.kubectl("wait", "--for=condition=Established", "-f", str(CRDS))
            yield server
        finally:
            server.down()


def connect(server: ApiServer, manager: str, *, user: str = "") -> Client:
    """A client whose fields belong to this manager; another user shows in the audit log."""
    flags: config.Flags = {"kubeconfig": str(server.kubeconfig)}
    if user:
        flags |= {"as_user": user, "as_groups": ["system:masters"]}
    return Client(config.load(environment={}, **flags), field_manager=manager)


def login(server: ApiServer, home: Path) -> dict[str, str]:
    """The environment of a program that is to work on this server, with a home of its own.

    Its kubeconfig is YAML, as kubectl and all tools that make clusters write it.
    """
    kubeconfig = home / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(server.kubectl("config", "view", "--raw", "-o", "yaml"))
    return environment(KUBECONFIG=str(kubeconfig), HOME=str(home))


def each(work: Callable[[Any], object], items: Iterable[Any]) -> None:
    """Do the same for all, a few at a time. Raises the first error."""
    with ThreadPoolExecutor(_WRITERS) as pool:
        for _ in pool.map(work, items):
            pass
