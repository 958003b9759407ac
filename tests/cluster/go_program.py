"""A program that is built from Go modules once and then kept in the cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .needs import require_go
from .paths import SOURCES, cache_root

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class GoProgram:
    """One executable. `ensure()` builds it when the cache does not have it."""

    name: str
    """Its file name, and the folder beside this file with its go.mod and go.sum."""

    version: str
    package: str = "."
    variables: tuple[tuple[str, str], ...] = ()
    """Go variables that the linker sets: the version that the program tells."""

    links: tuple[str, ...] = ()
    """More names for the same executable."""

    @property
    def source(self) -> Path:
        return SOURCES / self.name

    @property
    def folder(self) -> Path:
        """Where it is kept. Sources of our own are part of the key, somebody else's are pinned."""
        own = sorted(self.source.glob("*.go"))
        key = f"{self.version}-{self._digest()[:12]}" if own else self.version
        return cache_root() / self.name / key

    @property
    def path(self) -> Path:
        return self.folder / self.name

    def ensure(self) -> Path:
        """The executable, built if need be. Safe when several processes ask at once."""
        if not self.path.exists():
            with _only_one(self.folder):
                if not self.path.exists():
                    self._build()
        return self.path

    def _digest(self) -> str:
        digest = hashlib.sha256(repr((self.version, self.package, self.variables)).encode())
        for file in sorted(self.source.glob("*")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()

    def _build(self) -> None:
        go = require_go()
        print(f"building {self.name} {self.version} once; minutes the first time", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="build-") as folder:
            target = Path(folder) / self.name
            subprocess.run(
                [go, *self.build_arguments(target)],
                cwd=self.module(go, Path(folder)),
                env=os.environ | {"CGO_ENABLED": "0"},
                stdin=subprocess.DEVNULL,
                check=True,
            )
            for link in self.links:
                temporary = Path(folder) / link
                temporary.symlink_to(self.name)
                temporary.replace(self.folder / link)
            target.replace(self.path)

    def module(self, go: str, scratch: Path) -> Path:  # noqa: ARG002 - for those that change it
        """The folder of the Go module that is built; `scratch` is there as long as the build."""
        return self.source

    def build_arguments(self, target: Path) -> list[str]:
        """What `go` is called with."""
        linker = ["-s", "-w", *(f"-X={name}={value}" for name, value in self.variables)]
        flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", " ".join(linker)]
        return ["build", *flags, "-o", str(target), self.package]


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
