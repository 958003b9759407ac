"""All that a cluster could leave on a machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from . import cgroups

if TYPE_CHECKING:
    from .instance import Instance


def of_cluster(instance: Instance) -> list[str]:
    """One line for each thing of this cluster that is on the machine now."""
    folder = str(instance.folder)
    found = [f"process {pid}: {line}" for pid, line in _command_lines() if folder in line]
    found += [f"mount {line}" for line in _lines("/proc/mounts") if folder in line]
    if Path("/sys/class/net", instance.interface).exists():
        found.append(f"interface {instance.interface}")
    found += [
        f"cgroup {hierarchy / instance.cgroup}"
        for hierarchy in cgroups.hierarchies()
        if (hierarchy / instance.cgroup).exists()
    ]
    return found + [f"folder {folder}"] * instance.folder.exists()


def of_any_cluster() -> dict[str, list[str]]:
    """What clusters in general could change on a machine and have to leave as it was."""
    rules = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout
    namespaces = Path("/run/netns")
    return {
        "iptables chains": sorted(re.findall(r"^:(\S+)", rules, re.MULTILINE)),
        "routes": sorted(routes.splitlines()),
        "network namespaces": sorted(one.name for one in namespaces.glob("*")),
        "forwarding": _lines("/proc/sys/net/ipv4/ip_forward"),
        "node folders": [
            one
            for one in ("/var/lib/cni", "/var/lib/kubelet", "/var/log/pods", "/etc/cni")
            if Path(one).exists()
        ],
    }


def _command_lines() -> list[tuple[str, str]]:
    return [
        (file.parent.name, _text(file).replace("\0", " "))
        for file in Path("/proc").glob("[0-9]*/cmdline")
    ]


def _lines(file: str) -> list[str]:
    return _text(Path(file)).splitlines()


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""  # a process that has just ended
