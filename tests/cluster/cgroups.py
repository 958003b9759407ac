"""The node's cgroups: one of our own, below which the kubelet makes all of its own."""

from __future__ import annotations

import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


def hierarchies(root: Path = ROOT) -> list[Path]:
    """One folder for cgroup v2; one for each controller for v1, and those of both when mixed."""
    if (root / "cgroup.controllers").exists():
        return [root]
    return sorted(folder for folder in root.iterdir() if _is_cgroup(folder))


def make(name: str, *, root: Path = ROOT) -> None:
    """Make the cgroup everywhere, with the processors and memory of its parent."""
    for hierarchy in hierarchies(root):
        controllers = hierarchy / "cgroup.controllers"
        if controllers.exists():
            wanted = " ".join(f"+{one}" for one in controllers.read_text().split())
            if wanted and hierarchy == root:
                (hierarchy / "cgroup.subtree_control").write_text(wanted)
        folder = hierarchy / name
        folder.mkdir(exist_ok=True)
        for inherited in ("cpuset.cpus", "cpuset.mems"):
            if (folder / inherited).exists() and not controllers.exists():
                (folder / inherited).write_text((hierarchy / inherited).read_text())


def remove(name: str, *, root: Path = ROOT, within: float = 10) -> None:
    """Remove the cgroup and all below it. The last process may take a moment to leave."""
    end = time.monotonic() + within
    for hierarchy in hierarchies(root):
        while (folder := hierarchy / name).exists() and not _remove_tree(folder):
            if time.monotonic() > end:
                raise TimeoutError(f"cgroup {folder} still has processes after {within:g} s.")
            time.sleep(0.05)


def _remove_tree(folder: Path) -> bool:
    below = [one for one in folder.rglob("*") if one.is_dir()]
    try:
        for one in sorted(below, reverse=True):
            one.rmdir()
        folder.rmdir()
    except OSError:
        return False
    return True


def _is_cgroup(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and (folder / "cgroup.procs").exists()
