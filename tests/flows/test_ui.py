"""The monitor, played in a terminal while real backups run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.resolve import labels
from tests.tui.tmux import Tmux

from . import manifests
from .world import PLUGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Backed
    from .world import Namespace

pytestmark = pytest.mark.cluster

PRINTS = """
for _ in range(1000):
    print(("x" * 79 + chr(10)) * 1250, end="")
print("the last one")
"""
"""A hundred megabytes."""


@pytest.fixture
def monitor(backed_by_s3: Backed, tmp_path: Path) -> Iterator[Tmux]:
    namespace = backed_by_s3.namespace
    script = f"{PLUGIN} ui -n {namespace.name}\necho ended $?\nread _\n"
    terminal = Tmux(tmp_path, script, KUBECONFIG=str(namespace.plugin.kubeconfig))
    yield terminal
    terminal.close()


@pytest.mark.sandbox
def test_a_backup_is_started_and_followed_to_its_end(monitor: Tmux, backed_by_s3: Backed) -> None:
    keep = '[{"op": "add", "path": "/spec/sessions/0/sessionHistoryLimit", "value": 9}]'
    backed_by_s3.namespace.kubectl(
        "patch", "backupconfiguration", "files", "--type=json", "-p", keep
    )
    monitor.until("● live", "✔ Succeeded 1", "files/manual")
    monitor.keys("b")
    monitor.until("Back up now?", "kubectl kubestash backup now files --session manual")
    monitor.keys("j", "Enter")
    monitor.until("✔ Succeeded 2")
    monitor.keys("g", "c")
    monitor.until("✔ dump", "restic ", "pod files-manual-")
    monitor.keys("e")
    monitor.until("BackupSucceeded")
    monitor.keys("l")
    monitor.until("Stored /kubestash-data as")
    monitor.keys("w")
    monitor.until("✔ BackupSession", "✔ Snapshot files-repo-files-manual-")
    monitor.keys("q")
    monitor.until("ended 0")
    assert monitor.flags().strip() == "1 0 0"


def test_of_a_log_of_a_hundred_megabytes_the_end_is_shown(
    monitor: Tmux, backed_by_s3: Backed
) -> None:
    namespace = backed_by_s3.namespace
    session = namespace.items("backupsessions")[0]["metadata"]["name"]
    namespace.apply(_prints_much(namespace, session))
    namespace.wait_phase("pod/prints-much", "Succeeded", within=120)

    monitor.until("● live", "✔ Succeeded")
    monitor.keys("/", session, "Enter", "l")
    monitor.until("the last one")
    monitor.keys("Enter", "g")
    monitor.until("==> ")
    monitor.keys("q")
    monitor.until("ended 0")


def _prints_much(namespace: Namespace, session: str) -> manifests.Manifest:
    """A Pod that looks like one of the session's."""
    pod = manifests.holder("prints-much", "data")
    key = ObjectKey(namespace.name, session)
    pod["metadata"]["labels"] = labels.of_run("BackupSession", key, labels.BACKUP)
    pod["spec"]["restartPolicy"] = "Never"
    pod["spec"]["containers"][0] |= {"command": ["python3", "-c", PRINTS]}
    return pod
