"""The embedded cluster as one of those that flows run on: `pytest --on sandbox`."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import programs
from .kubectl import Kubectl

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLUGIN = Path(sys.executable).with_name("kubectl-kubestash")


@dataclass(frozen=True)
class SandboxCluster:
    """Started by `up()`; everything it writes is in `folder`."""

    folder: Path

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def host_address(self) -> str:
        """Its containers share the network of this machine."""
        return "127.0.0.1"

    @property
    def kubectl(self) -> Kubectl:
        return Kubectl(programs.KUBERNETES.ensure().with_name("kubectl"), self.kubeconfig)

    def load(self, archive: Path) -> None:
        """Nothing: images are programs of this machine."""

    def up(self, *, programs_of_images: Mapping[str, Path] | None = None) -> None:
        """Start it without an operator: flows have one of their own."""
        told = [f"--image={name}={path}" for name, path in (programs_of_images or {}).items()]
        self._sandbox("start", "--no-operator", *told)

    def down(self) -> None:
        """End it, and remove all that it kept."""
        self._sandbox("reset", "--yes")

    def _sandbox(self, *arguments: str) -> None:
        # Restic as the other tests have it, though it may not be in PATH.
        restic = f"{programs.RESTIC_WITH_CHEAP_KEYS.ensure().parent}:{os.environ['PATH']}"
        subprocess.run(
            [_PLUGIN, "sandbox", *arguments, "--folder", self.folder],
            env=os.environ | {"PATH": restic},
            stdin=subprocess.DEVNULL,
            check=True,
        )
