"""The cable between this machine and the node."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .instance import Instance
    from .process import ProcessId

_NODE_INTERFACE = "eth0"


def plug_in(instance: Instance, node: ProcessId) -> None:
    """Lay the cable, and the routes to pods and Services. Runs outside, on the machine."""
    cable = f"link add {instance.interface} type veth peer name {_NODE_INTERFACE}"
    _ip(*cable.split(), "netns", str(node.pid))
    _ip("address", "add", f"{instance.host_address}/30", "dev", instance.interface)
    _ip("link", "set", instance.interface, "up")
    for addresses in (instance.pod_addresses, instance.service_addresses):
        _ip("route", "add", addresses, "via", instance.node_address)


def unplug(instance: Instance, *, within: float = 10) -> None:
    """Take the cable away. It goes by itself with the node; this waits for it, and helps."""
    interface = Path("/sys/class/net") / instance.interface
    subprocess.run(["ip", "link", "delete", instance.interface], check=False, capture_output=True)
    end = time.monotonic() + within
    while interface.exists() and time.monotonic() < end:
        time.sleep(0.05)


def configure_node(instance: Instance, *, within: float = 30) -> None:
    """Wait for the cable and give the node its address. Runs inside, on the node."""
    _ip("link", "set", "lo", "up")
    end = time.monotonic() + within
    while not Path("/sys/class/net", _NODE_INTERFACE).exists():
        if time.monotonic() > end:
            raise TimeoutError(f"No {_NODE_INTERFACE} after {within:g} s.")
        time.sleep(0.02)
    _ip("address", "add", f"{instance.node_address}/30", "dev", _NODE_INTERFACE)
    _ip("link", "set", _NODE_INTERFACE, "up")
    _ip("route", "add", "default", "via", instance.host_address)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
