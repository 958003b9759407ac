"""The log of a container, from the files that the node writes in the format of the CRI.

https://kubernetes.io/docs/concepts/cluster-administration/logging/: each line has its time, the
stream, F or P (a part that the next line goes on with), and the text.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from . import failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from pathlib import Path

    from .call import Call
    from .wire import Object

_LOOK_EVERY = 0.2
_STEP = 1 << 18


async def serve(call: Call, folder: Path, find: Callable[[], Object | None]) -> web.StreamResponse:
    """The lines asked for; with `follow` until the container has ended. Raises Failure."""
    pod = find() or {}
    container = _container(call, pod)
    restarts = _status(pod, container).get("restartCount", 0)
    if call.is_set("previous"):
        restarts -= 1
    name = "_".join(pod["metadata"][key] for key in ("namespace", "name", "uid"))
    file = folder / "pods" / name / container / f"{restarts}.log"
    if not file.exists() and not call.is_set("follow"):
        _explain_absence(call, pod, container)
    answer = web.StreamResponse(headers={"Content-Type": "text/plain"})
    with suppress(ConnectionError):  # whoever read has gone
        await answer.prepare(call.request)
        async for text in _texts(call, file, lambda: _has_ended(find(), container, restarts)):
            await answer.write(text)
        await answer.write_eof()
    return answer


async def _texts(call: Call, file: Path, has_ended: Callable[[], bool]) -> AsyncIterator[bytes]:
    at = _begin(file, int(call.query.get("tailLines") or -1))
    left = int(call.query.get("limitBytes") or 1 << 62)
    while left > 0:
        was_over = has_ended()  # before it is read: what comes later is not its any more
        lines, at = _read(file, at)
        text = b"".join(_shown(lines, call))[:left]
        left -= len(text)
        if text:
            yield text
        elif lines:
            continue
        elif was_over or not call.is_set("follow"):
            return
        else:
            await asyncio.sleep(_LOOK_EVERY)


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


def _explain_absence(call: Call, pod: Object, container: str) -> None:
    status, about = _status(pod, container), f'container "{container}" in pod "{call.name}"'
    if call.is_set("previous"):
        raise failure.bad_request(f"previous terminated {about} not found")
    state = status.get("state", {})
    if "running" not in state and "terminated" not in state:
        reason = state.get("waiting", {}).get("reason", "ContainerCreating")
        raise failure.bad_request(f"{about} is waiting to start: {reason}")


def _has_ended(pod: Object | None, container: str, restarts: int) -> bool:
    status = _status(pod or {}, container)
    is_over = "terminated" in status.get("state", {}) or status.get("restartCount", 0) > restarts
    return pod is None or is_over


def _begin(file: Path, tail: int) -> int:
    """Where the last so many lines begin."""
    if tail < 0 or not file.exists():
        return 0
    with file.open("rb") as source:
        at, found = file.stat().st_size, b""
        while at and found.count(b"\n") <= tail:
            at = max(0, at - _STEP)
            source.seek(at)
            found = source.read()
    kept = found.splitlines(keepends=True)[-tail:] if tail else []
    return file.stat().st_size - sum(map(len, kept))


def _read(file: Path, at: int) -> tuple[list[bytes], int]:
    """Whole lines from a place on, and the place behind them."""
    if not file.exists():
        return [], at
    with file.open("rb") as source:
        source.seek(at)
        found = source.read(_STEP)
    found = found[: found.rfind(b"\n") + 1]
    return found.splitlines(keepends=True), at + len(found)


def _shown(lines: Iterable[bytes], call: Call) -> Iterator[bytes]:
    since = call.query.get("sinceTime", "")
    if seconds := call.query.get("sinceSeconds"):
        since = (datetime.now(UTC) - timedelta(seconds=int(seconds))).isoformat()
    for line in lines:
        moment, _, flag, text = line.split(b" ", 3)
        if since and moment[:19] < since[:19].encode():
            continue
        yield (moment + b" " if call.is_set("timestamps") else b"") + (
            text if flag == b"F" else text[:-1]
        )
