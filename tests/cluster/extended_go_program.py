"""A program of somebody else, built with a file of ours in its main package."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .go_program import GoProgram
from .paths import SOURCES

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ExtendedGoProgram(GoProgram):
    """The module that `extends` pins, with the Go files of `additions` beside `package`'s own."""

    extends: GoProgram
    additions: str

    @property
    def source(self) -> Path:
        return SOURCES / self.additions

    def module(self, go: str, scratch: Path) -> Path:
        """The module's own archive, which go.sum vouches for, unpacked and added to."""
        name = self.extends.package.removesuffix(self.package.removeprefix("."))
        answer = subprocess.run(
            [go, "mod", "download", "-json", name],
            cwd=self.extends.source,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
        found = json.loads(answer.stdout)
        with zipfile.ZipFile(found["Zip"]) as archive:
            archive.extractall(scratch)
        unpacked = scratch / f"{name}@{found['Version']}"
        for file in self.source.glob("*.go"):
            shutil.copy(file, unpacked / self.package)
        return unpacked
