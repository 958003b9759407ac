"""The file system as the node sees it: the machine's, but what the node writes stays with it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .instance import Instance

SHADOWED = ("/etc", "/opt", "/usr/libexec", "/var")
"""Programs of a node write here under names that cannot be changed."""

PROVISIONED = Path("/tmp/hostpath_pv")
"""Where the controller manager makes volumes; the name is fixed in its code."""


def prepare(instance: Instance) -> None:
    """Mount everything. Call it in a mount namespace of one's own."""
    # Private while things move about: else what happens to a copy happens to the original.
    _mount("--make-rprivate", "/")
    _mount("-t", "proc", "proc", "/proc")
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    _network_of_this_namespace_in_sys()
    _shadow(instance.folder)
    instance.volumes.mkdir(exist_ok=True)
    PROVISIONED.mkdir(exist_ok=True)
    _mount("--bind", str(instance.volumes), str(PROVISIONED))
    _mount("--make-rshared", "/")


def _network_of_this_namespace_in_sys() -> None:
    kept = Path("/run/cgroup")
    kept.mkdir()
    _mount("--rbind", "/sys/fs/cgroup", str(kept))
    _mount("-t", "sysfs", "sysfs", "/sys")
    _mount("--rbind", str(kept), "/sys/fs/cgroup")
    subprocess.run(["umount", "--recursive", "--lazy", str(kept)], check=True)


def _shadow(folder: Path) -> None:
    real = Path("/run/cluster")
    real.mkdir()
    _mount("--bind", str(folder), str(real))
    for place in SHADOWED:
        own = folder / "shadow" / place.strip("/").replace("/", "-")
        upper, work = own / "upper", own / "work"
        upper.mkdir(parents=True, exist_ok=True)
        work.mkdir(exist_ok=True)
        options = f"lowerdir={place},upperdir={upper},workdir={work}"
        _mount("-t", "overlay", "-o", options, "overlay", place)
    # The folder may be below one of these places: then it is shadowed, too.
    _mount("--bind", str(real), str(folder))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)
