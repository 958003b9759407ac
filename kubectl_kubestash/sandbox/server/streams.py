"""What comes bit by bit: the log of a container, and a command that runs in one.

Node and server share the folder of a container: there are its logs, in the format of the CRI (each
line has its time, the stream, F or P for a part that the next line goes on with, and the text), and
how to get into it. https://kubernetes.io/docs/concepts/cluster-administration/logging/

`kubectl exec` comes over a WebSocket. Each message begins with the number of its channel: 0 to 2
are stdin, stdout and stderr, 3 says how it ended, 255 closes one
(https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets).
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from . import failure

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from .call import Call
    from .wire import Object

    Find = Callable[[], Object | None]

_LOOK_EVERY = 0.2
_STEP = 1 << 18
_STDIN, _STDOUT, _STDERR, _RESULT, _CLOSE = 0, 1, 2, 3, 255
_PIPE = asyncio.subprocess.PIPE


async def answer(call: Call, chunks: AsyncIterator[bytes], media_type: str) -> web.StreamResponse:
    """Send chunks as they come, while somebody reads."""
    stream = web.StreamResponse(headers={"Content-Type": media_type})
    with suppress(ConnectionError):
        await stream.prepare(call.request)
        async for chunk in chunks:
            await stream.write(chunk)
        await stream.write_eof()
    return stream


def log(call: Call, folder: Path, find: Find) -> AsyncIterator[bytes]:
    """The lines asked for; with `follow` until the container has ended. Raises Failure, before."""
    pod = find() or {}
    container = _container(call, pod)
    status = _status(pod, container)
    number = status.get("restartCount", 0) - call.is_set("previous")
    file = _place(folder, pod, container) / f"{number}.log"
    if not file.exists() and not call.is_set("follow"):
        about = f'container "{container}" in pod "{call.name}"'
        reason = status.get("state", {}).get("waiting", {}).get("reason", "ContainerCreating")
        raise failure.bad_request(f"{about} is waiting to start: {reason}")
    return _texts(call, file, lambda: _has_ended(find(), container, number))


async def execute(call: Call, folder: Path, pod: Object) -> web.StreamResponse:
    """Run a command to its end. Raises Failure where there is nothing to run it in."""
    container = _container(call, pod)
    try:
        way = json.loads((_place(folder, pod, container) / "exec.json").read_text())
    except (OSError, ValueError):
        text = f'container {container} of pod "{call.name}" does not run'
        raise failure.bad_request(text) from None
    socket = web.WebSocketResponse(protocols=("v5.channel.k8s.io",), max_msg_size=0)
    if not socket.can_prepare(call.request):
        raise failure.bad_request("the sandbox speaks WebSocket here, not SPDY")
    await socket.prepare(call.request)
    process = await asyncio.create_subprocess_exec(
        *way["argv"],
        *call.query.getall("command", []),
        env=way["env"],
        stdin=_PIPE if call.is_set("stdin") else asyncio.subprocess.DEVNULL,
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


def _place(folder: Path, pod: Object, container: str) -> Path:
    name = "_".join(pod["metadata"][key] for key in ("namespace", "name", "uid"))
    return folder / "pods" / name / container


def _container(call: Call, pod: Object) -> str:
    spec = pod["spec"]
    names = [one["name"] for key in ("containers", "initContainers") for one in spec.get(key, ())]
    asked = call.query.get("container") or ("" if len(spec["containers"]) > 1 else names[0])
    if not asked:
        listed = " ".join(one["name"] for one in spec["containers"])
        raise failure.bad_request(
            f"a container name must be specified for pod {call.name}, choose one of: [{listed}]"
        )
    if asked not in names:
        raise failure.bad_request(f"container {asked} is not valid for pod {call.name}")
    return asked


def _status(pod: Object, container: str) -> Object:
    status = pod.get("status", {})
    found = (*status.get("containerStatuses", ()), *status.get("initContainerStatuses", ()))
    return next((one for one in found if one["name"] == container), {})


def _has_ended(pod: Object | None, container: str, number: int) -> bool:
    status = _status(pod or {}, container)
    is_over = "terminated" in status.get("state", {}) or status.get("restartCount", 0) > number
    return pod is None or is_over


async def _texts(call: Call, file: Path, has_ended: Callable[[], bool]) -> AsyncIterator[bytes]:
    at = _begin(file, int(call.query.get("tailLines") or -1))
    while True:
        was_over = has_ended()  # before it is read: what comes later is not its any more
        lines, at = _read(file, at)
        if lines:
            yield b"".join(_shown(line, call) for line in lines)
        elif was_over or not call.is_set("follow"):
            return
        else:
            await asyncio.sleep(_LOOK_EVERY)


def _begin(file: Path, tail: int) -> int:
    """Where the last so many lines begin."""
    if tail < 0 or not file.exists():
        return 0
    lines = file.read_bytes().splitlines(keepends=True)
    return sum(map(len, lines[: max(0, len(lines) - tail)]))


def _read(file: Path, at: int) -> tuple[list[bytes], int]:
    """Whole lines from a place on, and the place behind them; from the start of a new file."""
    if not file.exists():
        return [], at
    with file.open("rb") as source:
        at = source.seek(at if at <= file.stat().st_size else 0)
        found = source.read(_STEP)
    found = found[: found.rfind(b"\n") + 1]
    return found.splitlines(keepends=True), at + len(found)


def _shown(line: bytes, call: Call) -> bytes:
    moment, _, flag, text = line.split(b" ", 3)
    text = text if flag == b"F" else text[:-1]
    return moment + b" " + text if call.is_set("timestamps") else text


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
