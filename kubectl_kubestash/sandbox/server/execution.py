"""`kubectl exec`: a command in a container, over a WebSocket.

Each message begins with the number of its channel: 0 to 2 are stdin, stdout and stderr, 3 says how
it ended, 255 closes one
(https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets).
How to get into the container is what the node has written beside its log.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from .failure import Failure

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from pathlib import Path

    from .call import Call
    from .wire import Object

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _RESULT, _CLOSE = 0, 1, 2, 3, 255
_PIPE = asyncio.subprocess.PIPE


async def serve(
    request: web.BaseRequest, call: Call, folder: Path, pod: Object
) -> web.StreamResponse:
    """Run the command to its end. Raises Failure where there is nothing to run it in."""
    name = request.query.get("container") or pod["spec"]["containers"][0]["name"]
    way = _way(folder, pod, name)
    if call.method != "GET" or "upgrade" not in request.headers.get("Connection", "").lower():
        raise Failure(400, "BadRequest", "the sandbox speaks WebSocket here, not SPDY")
    socket = web.WebSocketResponse(protocols=_PROTOCOLS, max_msg_size=0)
    await socket.prepare(request)
    process = await asyncio.create_subprocess_exec(
        *way["argv"],
        *request.query.getall("command", []),
        env=way["env"],
        stdin=_PIPE if request.query.get("stdin") == "true" else asyncio.subprocess.DEVNULL,
        stdout=_PIPE,
        stderr=_PIPE,
    )
    reader = asyncio.create_task(_feed(socket, process))
    try:
        await asyncio.gather(
            _drain(socket, process.stdout, _STDOUT), _drain(socket, process.stderr, _STDERR)
        )
        result = _result(await process.wait())
        await socket.send_bytes(bytes([_RESULT]) + json.dumps(result).encode())
    except ConnectionError:
        pass  # whoever asked has gone
    finally:
        reader.cancel()
        with suppress(ProcessLookupError):
            process.kill()
        await socket.close()
    return socket


def _way(folder: Path, pod: Object, container: str) -> dict[str, Any]:
    metadata = pod["metadata"]
    name = f"{metadata['namespace']}_{metadata['name']}_{metadata['uid']}"
    try:
        found: dict[str, Any] = json.loads(
            (folder / "pods" / name / container / "exec.json").read_text()
        )
    except (OSError, ValueError):
        text = f'container {container} of pod "{metadata["name"]}" does not run'
        raise Failure(400, "BadRequest", text) from None
    return found


async def _feed(socket: web.WebSocketResponse, process: Process) -> None:
    """What is sent goes to stdin, until its end is sent or the connection has gone."""
    with suppress(ConnectionError):
        async for message in socket:
            data = message.data if message.type == WSMsgType.BINARY else b""
            if process.stdin is not None and data[:1] == bytes([_STDIN]):
                process.stdin.write(data[1:])
                await process.stdin.drain()
            elif process.stdin is not None and data == bytes([_CLOSE, _STDIN]):
                process.stdin.close()
    if socket.closed:
        with suppress(ProcessLookupError):
            process.kill()


async def _drain(socket: web.WebSocketResponse, stream: StreamReader | None, channel: int) -> None:
    while stream is not None and (data := await stream.read(1 << 15)):
        await socket.send_bytes(bytes([channel]) + data)


def _result(code: int) -> dict[str, Any]:
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    number = code if code > 0 else 128 - code
    cause = {"reason": "ExitCode", "message": str(number)}
    return {
        "metadata": {},
        "status": "Failure",
        "reason": "NonZeroExitCode",
        "message": f"command terminated with non-zero exit code: exit status {number}",
        "details": {"causes": [cause]},
    }
