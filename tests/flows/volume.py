"""A volume as its users see it: written, read, and lost through a pod that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import manifests

if TYPE_CHECKING:
    from .world import Namespace

_SCRIPTS = Path(__file__).with_name("scripts")


@dataclass(frozen=True)
class Volume:
    """A PersistentVolumeClaim with a pod that has it mounted at /data."""

    namespace: Namespace
    claim_name: str

    @classmethod
    def make(cls, namespace: Namespace, claim_name: str, *, size: str = "1Gi") -> Volume:
        """Create the claim and its holder, and wait until the pod runs."""
        pod = f"holds-{claim_name}"
        namespace.apply(manifests.claim(claim_name, size), manifests.holder(pod, claim_name))
        namespace.kubectl("wait", f"pod/{pod}", "--for=condition=Ready", "--timeout=120s")
        return cls(namespace, claim_name)

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a command in the holder and return what it prints."""
        pod = f"holds-{self.claim_name}"
        return self.namespace.kubectl("exec", "-i", pod, "--", *command, stdin=stdin)

    def write(self, word: str, *, mebibytes: int = 4) -> None:
        """Fill it with a tree of mixed files; another word gives other contents and times."""
        self._script("write_tree.py", "/data", str(mebibytes), word)

    def fingerprint(self) -> str:
        """Everything that a restore must bring back, one line an entry."""
        return self._script("fingerprint.py", "/data")

    def destroy(self) -> None:
        """Lose all of it."""
        self.run("find", "/data", "-mindepth", "1", "-delete")

    def _script(self, name: str, *arguments: str) -> str:
        return self.run("python3", "-", *arguments, stdin=(_SCRIPTS / name).read_text())
