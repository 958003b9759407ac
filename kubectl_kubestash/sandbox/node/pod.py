"""The life of one pod, on a thread of its own, which is the parent of all its processes."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from ...api.resources import POD, ObjectKey
from ...errors import ClusterError, NotFound
from ..moment import now
from . import container as life
from .container import Container
from .environment import ADDRESS, NotYet
from .refusals import refusal
from .start import Starter

if TYPE_CHECKING:
    from ...kube.client import Object
    from .host import Host

_LOG = logging.getLogger(__name__)
_RETRY, _LOOK = 0.5, 5.0
"""Seconds between two tries, and two looks at a pod that nothing happens to."""

_REFUSED = "NotInSandbox"
FINAL = ("Succeeded", "Failed")


class PodThread(threading.Thread):
    """Brings a pod from Pending to its end, and away when it is deleted."""

    def __init__(self, host: Host, pod: Object) -> None:
        super().__init__(name=f"pod {pod['metadata']['name']}", daemon=True)
        self._host, self.pod = host, pod
        self._is_gone = self._is_over = False
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._starter = Starter(host, pod, self._wake.set)
        self._since = time.monotonic()
        self._kill_at: float | None = None
        self._verdict: dict[str, str] = {}
        """Reason and message of a pod that fails as a whole."""
        spec, status = pod["spec"], pod.get("status") or {}
        self._written: Object = {
            name: status[name] for name in ("startTime", "conditions") if name in status
        }
        policy = spec.get("restartPolicy") or "Always"
        first = "OnFailure" if policy == "Always" else policy
        self._inits = [Container(each, first) for each in spec.get("initContainers") or ()]
        self._mains = [Container(each, policy) for each in spec["containers"]]
        known = (
            *(status.get("initContainerStatuses") or ()),
            *(status.get("containerStatuses") or ()),
        )
        by_name = {each["name"]: each for each in known}
        for each in self._all:
            each.resume(by_name.get(each.name, {}), time.monotonic())

    def changed(self, pod: Object | None) -> bool:
        """The object is another now; None when there is none any more. False: too late."""
        with self._lock:
            self.pod, self._is_gone = pod or self.pod, pod is None
            self._wake.set()
            return not self._is_over

    def wake(self) -> None:
        """Look again."""
        self._wake.set()

    def run(self) -> None:
        """Until the pod is over, gone, or the node stops."""
        while True:
            try:
                if self._turn() and self._is_last():
                    return
                pause = self._pause()
            except NotFound:
                self._is_gone, pause = True, 0.0
            except ClusterError as error:
                _LOG.warning("%s: %s", self.name, error)
                pause = _RETRY
            self._wake.wait(pause)
            self._wake.clear()

    def _is_last(self) -> bool:
        """Whether nothing has changed since the last look, so that the thread may end."""
        with self._lock:
            self._is_over = not self._wake.is_set()
            return self._is_over

    @property
    def _all(self) -> list[Container]:
        return [*self._inits, *self._mains]

    def _turn(self) -> bool:
        """One look at everything; True when nothing is left to do."""
        self._collect()
        if self._is_leaving():
            self._end(self._grace())
        elif not self._verdict:
            self._judge()
            self._go_on()
        if any(each.process for each in self._all):
            self._report()
            return False
        if self._host.is_stopping.is_set() or self._is_gone:
            return True
        self._report()
        if self.pod["metadata"].get("deletionTimestamp"):
            self._host.remove(self.pod)
            return True
        return self._phase() in FINAL

    def _is_leaving(self) -> bool:
        is_deleted = self._is_gone or self.pod["metadata"].get("deletionTimestamp")
        return bool(is_deleted or self._verdict or self._host.is_stopping.is_set())

    def _judge(self) -> None:
        """Refuse what the sandbox cannot run."""
        if reason := refusal(self.pod, self._host.root):
            self._verdict = {
                "reason": _REFUSED,
                "message": f"The sandbox does not run this pod: {reason}.",
            }
            self._host.warn(self.pod, **self._verdict)
            self._end(self._grace())

    def _go_on(self) -> None:
        if self._verdict:
            return
        if not self.pod["spec"].get("nodeName"):
            self.pod = self._host.schedule(self.pod)
        waiting = [each for each in self._inits if each.exit_code != 0]
        if any(each.exit_code for each in waiting):
            return
        at = time.monotonic()
        for each in waiting[:1] or self._mains:
            if each.is_due(at):
                self._start(each, at)
            elif each.process:
                each.is_ready = life.answers(each.spec)

    def _start(self, each: Container, at: float) -> None:
        try:
            process = self._starter.start(each, self.pod)
        except NotYet as obstacle:
            if each.state.get("waiting", {}).get("message") != obstacle.message:
                self._host.warn(self.pod, reason=obstacle.event, message=obstacle.message)
            pause = min(_LOOK, _RETRY + (at - self._since) / 10)
            each.waits(obstacle.reason, obstacle.message, until=at + pause)
        else:
            each.runs(process)
            each.is_ready = life.answers(each.spec)

    def _collect(self) -> None:
        for each in self._all:
            if each.process and each.process.exit_code is not None:
                message = self._starter.clean_up(each)
                each.ended(each.process.exit_code, message, at=time.monotonic())

    def _grace(self) -> float:
        if self._is_gone:
            return 0.0
        asked = self.pod["metadata"].get("deletionGracePeriodSeconds")
        if asked is None:
            asked = self.pod["spec"].get("terminationGracePeriodSeconds")
        return float(30 if asked is None else asked)

    def _end(self, grace: float) -> None:
        """SIGTERM once, SIGKILL when the grace period is over."""
        at = time.monotonic()
        is_first = self._kill_at is None
        self._kill_at = min(self._kill_at or at + grace, at + grace)
        for each in self._all:
            each.policy = "Never"
            if each.process and at >= self._kill_at:
                each.process.kill()
            elif each.process and is_first:
                each.process.terminate()

    def _pause(self) -> float:
        """Short while anything is under way; the end of a process wakes it in any case."""
        is_ending = self._kill_at is not None
        is_starting = any(not each.is_ready and each.exit_code is None for each in self._all)
        return _RETRY if is_ending or is_starting else _LOOK

    def _phase(self) -> str:
        return "Failed" if self._verdict else life.phase(self._inits, self._mains)

    def _report(self) -> None:
        if self._is_gone or self._host.is_stopping.is_set():
            return
        status = self._status()
        if status != self._written:
            key = ObjectKey(self.pod["metadata"]["namespace"], self.pod["metadata"]["name"])
            self._host.client.patch(POD, key, {"status": status}, subresource="status")
            self._written = status

    def _status(self) -> Object:
        before = self._written.get("conditions") or ()
        status: dict[str, Any] = {
            "phase": self._phase(),
            "hostIP": ADDRESS,
            "podIP": ADDRESS,
            "podIPs": [{"ip": ADDRESS}],
            "startTime": self._written.get("startTime") or now(),
            "conditions": life.conditions(self._inits, self._mains, before),
            **self._verdict,
        }
        if self._verdict.get("reason") == _REFUSED:
            return status
        status["containerStatuses"] = [each.status() for each in self._mains]
        if self._inits:
            status["initContainerStatuses"] = [each.status() for each in self._inits]
        return status
