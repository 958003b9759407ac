"""kubectl, run against one cluster."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class NotReady(Exception):
    """The cluster did not come up in time."""


class KubectlFailed(Exception):
    """kubectl ended with an error; the message is its stderr."""


@dataclass(frozen=True)
class Kubectl:
    program: Path
    kubeconfig: Path

    def __call__(self, *arguments: str, stdin: str = "", within: float = 180) -> str:
        """Run it and return its stdout. Raises KubectlFailed."""
        answer = self.run(*arguments, stdin=stdin, within=within)
        if answer.returncode != 0:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer.stdout

    def run(
        self, *arguments: str, stdin: str = "", within: float = 180
    ) -> subprocess.CompletedProcess[str]:
        """Run it and return how it ended."""
        return subprocess.run(
            [self.program, *arguments],
            env=os.environ | {"KUBECONFIG": str(self.kubeconfig)},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=within,
        )

    def wait_for(self, *arguments: str, within: float) -> None:
        """Repeat until it ends without an error. Raises NotReady."""
        end = time.monotonic() + within
        while (answer := self.run(*arguments, within=within)).returncode != 0:
            if time.monotonic() > end:
                raise NotReady(f"kubectl {' '.join(arguments)}: {answer.stderr.strip()}")
            time.sleep(0.1)
