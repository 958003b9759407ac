"""Is a container ready for its users? Only what its readinessProbe asks over the network counts."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any

from .environment import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_ready(container: Mapping[str, Any]) -> bool:
    """True without a probe, and for one that runs a command: such are not played."""
    probe = container.get("readinessProbe") or {}
    timeout = float(probe.get("timeoutSeconds") or 1)
    asked = probe.get("tcpSocket") or probe.get("httpGet")
    if asked is None:
        return True
    address = (asked.get("host") or ADDRESS, _port(container, asked["port"]))
    try:
        if "tcpSocket" in probe:
            socket.create_connection(address, timeout).close()
            return True
        connection = http.client.HTTPConnection(*address, timeout=timeout)
        connection.request("GET", asked.get("path") or "/")
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False


def _port(container: Mapping[str, Any], port: int | str) -> int:
    named = {each.get("name"): each["containerPort"] for each in container.get("ports") or ()}
    return int(named.get(port, port))
