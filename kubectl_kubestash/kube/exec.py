"""Run a command in a container, as `kubectl exec` does without a terminal.

The API server speaks the channel protocol over a WebSocket: each message begins with the number of
its channel (https://kubernetes.io/docs/reference/using-api/api-concepts/ and
https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets).
The connection is ours, so that proxy, certificates and impersonation are those of every request.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api.resources import POD, ObjectKey
from ..errors import ClusterError, Unreachable, Unsupported
from . import failures
from . import request as plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .client import Client
    from .request import Request

    Sink = Callable[[bytes], object]

_STDIN, _STDOUT, _STDERR, _RESULT = range(4)
_CLOSE = 255
_V5, _V4 = "v5.channel.k8s.io", "v4.channel.k8s.io"
_CHUNK = 1 << 15


class Completed(NamedTuple):
    """What a command left. stdout and stderr are empty where a sink took them."""

    exit_code: int
    stdout: bytes
    stderr: bytes


class Streams(NamedTuple):
    """Where stdin comes from, and where output goes as it comes."""

    stdin: bytes | None = None
    """Small: it is sent whole before any output is read. None gives the command no stdin."""
    stdout: Sink | None = None
    stderr: Sink | None = None


NO_STREAMS = Streams()


def run(
    client: Client,
    key: ObjectKey,
    command: Sequence[str],
    *,
    container: str = "",
    streams: Streams = NO_STREAMS,
    timeout: float | None = None,
) -> Completed:
    """Run a command to its end, and say how it ended; without a shell in between.

    Raises NotFound, Forbidden and the like when it could not be started, ClusterError when it had
    not ended after `timeout` seconds (it may still run), Unreachable when the connection broke.
    """
    request = plan.execution(
        POD, key, tuple(command), container=container, stdin=streams.stdin is not None
    )
    session = _Session(client, request, timeout)
    try:
        if streams.stdin is not None:
            session.send_stdin(streams.stdin)
        return session.read_to_end(streams)
    finally:
        session.close()


class _Session:
    """One open stream."""

    def __init__(self, client: Client, request: Request, timeout: float | None) -> None:
        import websocket  # noqa: PLC0415 - only who runs a command pays for it

        package: Any = websocket  # it has no types for what we call
        self._package = package
        self._request = request
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._server = client.login.server
        self._connection, headers, prefix = client.transport.dial()
        self._socket = package.WebSocket()
        try:
            self._socket.connect(
                _url(self._server, prefix + request.target),
                socket=self._connection.sock,
                header=[f"{name}: {value.decode()}" for name, value in headers],
                subprotocols=[_V5, _V4],
                suppress_origin=True,
                # To follow one would hand our token to wherever it leads.
                redirect_limit=0,
                timeout=client.login.timeout,
            )
        except package.WebSocketBadStatusException as error:
            self._connection.close()
            raise failures.from_answer(request, error.status_code, error.resp_body or b"") from None
        except (OSError, package.WebSocketException) as error:
            self._connection.close()
            raise failures.from_network(self._server, error) from error

    def send_stdin(self, content: bytes) -> None:
        """All of it, then the end of it."""
        if self._socket.subprotocol != _V5:
            raise Unsupported("This API server cannot end the stdin of a command (before 1.30).")
        for start in range(0, len(content), _CHUNK):
            self._socket.send_binary(bytes([_STDIN]) + content[start : start + _CHUNK])
        self._socket.send_binary(bytes([_CLOSE, _STDIN]))

    def read_to_end(self, streams: Streams) -> Completed:
        """Take the output until the server says how the command ended."""
        kept = {_STDOUT: bytearray(), _STDERR: bytearray()}
        sinks: dict[int, Sink] = {
            _STDOUT: streams.stdout or kept[_STDOUT].extend,
            _STDERR: streams.stderr or kept[_STDERR].extend,
        }
        while message := self._message():
            channel, content = message[0], bytes(message[1:])
            if channel == _RESULT:
                code = _exit_code(self._request, json.loads(content))
                return Completed(code, bytes(kept[_STDOUT]), bytes(kept[_STDERR]))
            if content and channel in sinks:
                sinks[channel](content)
        raise Unreachable(f"The stream of {self._request.key} ended without an exit code.")

    def close(self) -> None:
        """End the stream; a command that still runs is not told."""
        self._socket.shutdown()
        self._connection.close()

    def _message(self) -> bytes:
        """The next message; empty at the end of the stream."""
        package = self._package
        try:
            self._socket.settimeout(self._remaining())
            while True:
                opcode, frame = self._socket.recv_data_frame(control_frame=True)
                if opcode == package.ABNF.OPCODE_CLOSE:
                    return b""
                if opcode in {package.ABNF.OPCODE_BINARY, package.ABNF.OPCODE_TEXT} and frame.data:
                    return bytes(frame.data)
        except package.WebSocketTimeoutException:
            raise self._too_long() from None
        except (OSError, package.WebSocketException) as error:
            raise failures.from_network(self._server, error, may_be_done=True) from error

    def _remaining(self) -> float | None:
        if self._deadline is None:
            return None
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._too_long()
        return left

    def _too_long(self) -> ClusterError:
        return ClusterError(f"The command in {self._request.key} has not ended in time.")


def _url(server: str, target: str) -> str:
    """The address for a WebSocket: http becomes ws, https wss."""
    scheme, _, rest = server.partition("://")
    if "://" in target:
        raise Unsupported("exec through a proxy needs an https server.")
    return f"{scheme.replace('http', 'ws')}://{rest.partition('/')[0]}{target}"


def _exit_code(request: Request, status: dict[str, Any]) -> int:
    """What the server's last word says. Raises when the command could not be run at all."""
    if status.get("status") == "Success":
        return 0
    causes = (status.get("details") or {}).get("causes") or ()
    for cause in causes:
        if cause.get("reason") == "ExitCode" and str(cause.get("message", "")).isdigit():
            return int(cause["message"])
    raise failures.from_status(request, status)
