"""Where the pictures are taken: a Kubernetes of this machine, or the sandbox."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.cluster import cluster, image, programs
from tests.cluster.kubectl import Kubectl
from tests.cluster.process import ProcessId
from tests.flows.world import PLUGIN, Plugin
from tests.waiting import Failed

from . import stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTEXT = "dev"
"""What the cluster is called on the pictures."""


@contextmanager
def of_cluster(folder: Path) -> Iterator[tuple[Kubectl, Plugin]]:
    """A Kubernetes of its own, with an operator; gone afterwards."""
    name = f"pictures-{os.getpid()}"
    try:
        archive = image.archive()
        started = cluster.up(name, owner=ProcessId.of_this())
        started.load(archive)
        kubectl = _named(Kubectl(started.kubectl.program, started.kubeconfig), folder)
        with stage.operated(kubectl, image.image_name(), folder) as plugin:
            yield kubectl, plugin
    finally:
        cluster.down(name)


@contextmanager
def of_sandbox(folder: Path) -> Iterator[tuple[Kubectl, Plugin]]:
    """The sandbox, which brings its operator; gone afterwards."""
    home = folder / "sandbox"
    plugin = Plugin(home / "kubeconfig")
    plugin("sandbox", "start", "--folder", str(home), within=300)
    try:
        program = programs.KUBERNETES.ensure().with_name("kubectl")
        yield Kubectl(program, plugin.kubeconfig), plugin
    finally:
        plugin.run("sandbox", "reset", "--yes", "--folder", str(home))


PLACES = {"cluster": of_cluster, "sandbox": of_sandbox}
DEMOS = {"cluster": "demo.cluster", "sandbox": "demo"}
"""The module that is recorded."""
COMMANDS = {"cluster": "make demo-cluster", "sandbox": "make demo"}
"""What a user types for it."""


def _named(kubectl: Kubectl, folder: Path) -> Kubectl:
    """The same login under a name that says nothing of this machine."""
    copy = folder / "kubeconfig"
    shutil.copy(kubectl.kubeconfig, copy)
    copy.chmod(0o600)
    named = Kubectl(kubectl.program, copy)
    named("config", "rename-context", named("config", "current-context").strip(), CONTEXT)
    return named


def plugin_environment(kubeconfig: Path) -> dict[str, str]:
    """What a terminal needs to find the plugin and the cluster."""
    if not PLUGIN.exists():
        raise Failed(f"{PLUGIN} is not installed")
    return {"PATH": f"{PLUGIN.parent}:{os.environ['PATH']}", "KUBECONFIG": str(kubeconfig)}
