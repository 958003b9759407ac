"""A directory of a pod that runs: written, read and lost through exec."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import Namespace

_SCRIPTS = Path(__file__).with_name("scripts")


@dataclass(frozen=True)
class Tree:
    """The files below a path as one pod sees them."""

    namespace: Namespace
    pod: str
    path: str = "/source/data"

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a command in the pod and return what it prints."""
        return self.namespace.kubectl("exec", "-i", self.pod, "--", *command, stdin=stdin)

    def write(self, word: str, *, mebibytes: int = 1) -> None:
        """Fill it with a tree of mixed files; another word gives other contents and times."""
        self._script("write_tree.py", self.path, str(mebibytes), word)

    def fingerprint(self) -> str:
        """Everything that a restore must bring back, one line an entry."""
        return self._script("fingerprint.py", self.path)

    def destroy(self) -> None:
        """Lose all of it."""
        self.run("find", self.path, "-mindepth", "1", "-delete")

    def _script(self, name: str, *arguments: str) -> str:
        return self.run("python3", "-", *arguments, stdin=(_SCRIPTS / name).read_text())
