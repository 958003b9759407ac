"""A piece of network between a client and a server, to be cut, frozen and watched by tests."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Forwarder:
    """Passes bytes on to one address; as a proxy, to whatever CONNECT names."""

    def __init__(self, target: tuple[str, int], *, host: str = "127.0.0.1", proxy: bool = False):
        self._target = target
        self._proxy = proxy
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server((host, 0))
        self.host, self.port = self._listener.getsockname()[:2]
        self.asked: list[str] = []
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Forwarder:
        return self

    def __exit__(self, *_: object) -> None:
        self._flows.set()
        # Wakes the thread in accept(), which a mere close does not.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._drop()

    def freeze(self) -> None:
        """Swallow everything from now on, as a firewall does: nobody hears of an end."""
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    def cut(self) -> None:
        """End all connections, and each new one at once."""
        self._is_cut = True
        self._drop()

    def mend(self) -> None:
        self._is_cut = False

    def _drop(self) -> None:
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _serve(self) -> None:
        while True:
            try:
                incoming, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                incoming.close()
                continue
            self._sockets.append(incoming)
            threading.Thread(target=self._join, args=(incoming,), daemon=True).start()

    def _join(self, incoming: socket.socket) -> None:
        try:
            if self._proxy:
                self._accept_tunnel(incoming)
            outgoing = socket.create_connection(self._target, timeout=5)
        except OSError:
            incoming.close()
            return
        outgoing.settimeout(None)
        self._sockets.append(outgoing)
        back = threading.Thread(target=self._pump, args=(outgoing, incoming), daemon=True)
        back.start()
        self._pump(incoming, outgoing)

    def _accept_tunnel(self, incoming: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += incoming.recv(1)
        self.asked.append(head.decode().split()[1])
        incoming.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self._flows.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
