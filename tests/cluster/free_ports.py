"""Ports that nobody uses."""

from __future__ import annotations

import socket
from contextlib import ExitStack


def free_ports(count: int, *, address: str = "127.0.0.1") -> list[int]:
    """Ports that were free a moment ago, all different."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((address, 0))
        return [one.getsockname()[1] for one in sockets]
