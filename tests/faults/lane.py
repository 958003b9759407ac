"""One volume and its backups, side by side with those of other lanes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.flows import manifests
from tests.waiting import eventually

from . import content

if TYPE_CHECKING:
    from pathlib import Path

    from .evidence import Object
    from .stage import Stage

SESSION = "run"


@dataclass
class Lane:
    """A volume, a configuration that backs it up, and a second volume to restore to."""

    stage: Stage
    name: str
    fingerprint: str = ""
    """Of what was written to the volume last."""

    _second: int = 0

    @property
    def volume(self) -> Path:
        """The volume's folder on this machine."""
        return self.stage.folder_of(self.name)

    @property
    def target(self) -> Path:
        """The folder of the volume to restore to."""
        return self.stage.folder_of(f"{self.name}-back")

    def write(self, word: str, *, mebibytes: int = 1) -> str:
        """Give the volume other contents; their fingerprint."""
        self.fingerprint = content.fill(self.volume, word, mebibytes=mebibytes)
        return self.fingerprint

    def begin(self, **spec: Any) -> str:
        """Start a backup of what was written last, as the schedule would; the session's name."""
        # Names of runs end with their second, and one second has one run of a session.
        self._second = max(self._second + 1, int(time.time()))
        name = f"{self.name}-{SESSION}-{self._second}"
        self.stage.written[f"{self.stage.namespace.name}/{name}"] = self.fingerprint
        invoker = {
            "apiGroup": "core.kubestash.com",
            "kind": "BackupConfiguration",
            "name": self.name,
        }
        session: Object = {
            "apiVersion": manifests.CORE,
            "kind": "BackupSession",
            "metadata": {"name": name},
            "spec": {"invoker": invoker, "session": SESSION, **spec},
        }
        self.stage.patiently("create", session)
        return name

    def begin_restore(self, name: str) -> str:
        """Start a restore of the latest good Snapshot to the second volume, which is emptied."""
        content.clear(self.target)
        manifest = manifests.restore(
            name, claim_name=f"{self.name}-back", repository=f"{self.name}-repo"
        )
        self.stage.patiently("create", manifest)
        return name

    def adopt_first_run(self) -> list[str]:
        """Wait for the initial backup, and note that it holds what was written first; its name."""
        self.stage.namespace.wait_phase(f"backupconfiguration/{self.name}", "Ready", within=120)
        mine = f"{self.name}-{SESSION}-"
        found: list[str] = []

        def is_there() -> bool:
            found[:] = [
                item["metadata"]["name"]
                for item in self.stage.namespace.items("backupsessions")
                if item["metadata"]["name"].startswith(mine)
            ]
            return bool(found)

        eventually(is_there, what=f"{self.name} has its initial backup")
        for name in found:
            self.stage.written[f"{self.stage.namespace.name}/{name}"] = self.fingerprint
            self._second = int(name.rpartition("-")[2])
        self.stage.wait_for("backupsessions", *found)
        return found
