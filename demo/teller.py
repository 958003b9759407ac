"""Runs commands the way a user would, and shows each with what it printed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOLD, _DIM, _PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")
PLUGIN = Path(sys.executable).with_name("kubectl-kubestash")


class Broken(Exception):
    """A command of the story ended with an error, or the story does not end well."""


@dataclass(frozen=True)
class Teller:
    """`kubectl`, with the plugin beside it, against one cluster."""

    kubectl: Path | None
    """Without one, the plugin is run by its own name."""

    kubeconfig: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """As the user's, but with this kubectl, this plugin and this cluster."""
        own = [str(self.kubectl.parent)] if self.kubectl else []
        path = os.pathsep.join([*own, str(PLUGIN.parent), os.environ["PATH"]])
        return os.environ | {"PATH": path, "KUBECONFIG": str(self.kubeconfig)}

    def chapter(self, title: str) -> None:
        print(f"\n{_BOLD}== {title}{_PLAIN}", flush=True)

    def show(self, line: str) -> None:
        """A command line that is about to be carried out."""
        print(f"{_DIM}$ {line}{_PLAIN}", flush=True)

    def run(self, line: str, *, stdin: str = "", quiet: bool = False) -> str:
        """Show a command line, run it, show what it printed. Raises Broken."""
        if not quiet:
            self.show(line)
        answer = subprocess.run(
            self._words(line),
            env=self.environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else subprocess.STDOUT,
            text=True,
            check=False,
        )
        if not quiet:
            print(answer.stdout, end="", flush=True)
        if answer.returncode != 0:
            raise Broken(
                f"`{line}` ended with exit code {answer.returncode}. {answer.stderr or ''}"
            )
        return answer.stdout

    def _words(self, line: str) -> list[str]:
        words = shlex.split(line)
        if words[:2] == ["kubectl", "kubestash"] and not self.kubectl and not _has_kubectl():
            return [str(PLUGIN), *words[2:]]
        return words


def _has_kubectl() -> bool:
    return shutil.which("kubectl") is not None
