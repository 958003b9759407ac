"""Where is a container in its life, and when may it start again?

https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..moment import now
from .environment import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...kube.client import Object
    from .process import Process

_LONGEST_PAUSE = 300.0


@dataclass
class Container:
    """One container of a pod; `at` is always time.monotonic()."""

    spec: Mapping[str, Any]
    policy: str
    """The restartPolicy that holds for it."""

    state: Object = field(default_factory=lambda: {"waiting": {"reason": "ContainerCreating"}})
    last_state: Object = field(default_factory=dict)
    restarts: int = 0
    process: Process | None = None
    is_ready: bool = False
    not_before: float = 0.0

    @property
    def name(self) -> str:
        """Unique in its pod."""
        return str(self.spec["name"])

    @property
    def exit_code(self) -> int | None:
        """None when it has not run, runs, or will run again."""
        ended = self.state.get("terminated")
        return None if ended is None else int(ended["exitCode"])

    def is_due(self, at: float) -> bool:
        """Whether it should be started now."""
        return self.process is None and self.exit_code is None and at >= self.not_before

    def waits(self, reason: str, message: str, *, until: float) -> None:
        """It cannot start; try again then."""
        self.state = {"waiting": {"reason": reason, "message": message}}
        self.not_before = until

    def runs(self, process: Process) -> None:
        """It has been started."""
        self.restarts += 1 if self.last_state else 0
        self.process, self.is_ready = process, False
        self.state = {"running": {"startedAt": now()}}

    def ended(self, code: int, message: str, *, at: float) -> None:
        """It has ended; what is to start again waits, after the first time longer and longer."""
        began = (self.state.get("running") or {}).get("startedAt") or now()
        reason = "StartError" if code == 128 else "Error" if code else "Completed"
        ended = {"exitCode": code, "reason": reason, "startedAt": began, "finishedAt": now()}
        self.state = {"terminated": ended | ({"message": message} if message else {})}
        self.process, self.is_ready = None, False
        if self.policy == "Always" or (self.policy == "OnFailure" and code):
            self.last_state = self.state
            pause = min(_LONGEST_PAUSE, 5.0 * 2**self.restarts) if self.restarts else 0.0
            text = f"back-off {pause:.0f}s restarting failed container={self.name}"
            self.waits("CrashLoopBackOff", text, until=at + pause)

    def resume(self, status: Mapping[str, Any], at: float) -> None:
        """Take over what was written down; what ran then is dead now."""
        self.restarts = int(status.get("restartCount", 0))
        self.last_state = dict(status.get("lastState") or {})
        self.state = dict(status.get("state") or self.state)
        if "running" in self.state:
            self.ended(137, "The sandbox was ended while it ran.", at=at)

    def status(self) -> Object:
        """As the status of the pod has it."""
        is_running = "running" in self.state
        return {
            "name": self.name,
            "image": self.spec.get("image", ""),
            "imageID": "",
            "ready": self.is_ready,
            "started": is_running,
            "restartCount": self.restarts,
            "state": self.state,
            "lastState": self.last_state,
        }


def phase(inits: Sequence[Container], mains: Sequence[Container]) -> str:
    """Of the pod, from its containers."""
    if any(each.exit_code for each in inits):
        return "Failed"
    codes = [each.exit_code for each in mains]
    if all(code is not None for code in codes):
        return "Failed" if any(codes) else "Succeeded"
    has_begun = any("waiting" not in each.state or each.last_state for each in mains)
    return "Running" if has_begun else "Pending"


def conditions(
    inits: Sequence[Container], mains: Sequence[Container], before: Sequence[Object]
) -> list[Object]:
    """Those that clients wait for, with the times at which they have changed."""
    are_initialized = all(each.exit_code == 0 for each in inits)
    is_ready = are_initialized and all(each.is_ready for each in mains)
    said = {"PodScheduled": True, "Initialized": are_initialized}
    said |= {"ContainersReady": is_ready, "Ready": is_ready}
    known = {(each["type"], each["status"]): each for each in before}
    made = []
    for kind, holds in said.items():
        status = "True" if holds else "False"
        new = {"type": kind, "status": status, "lastTransitionTime": now()}
        made.append(known.get((kind, status), new))
    return made


def answers(container: Mapping[str, Any]) -> bool:
    """Whether the port that its readinessProbe asks for does; True for other probes, and none."""
    probe = container.get("readinessProbe") or {}
    if "tcpSocket" not in probe:
        return True
    named = {each.get("name"): each["containerPort"] for each in container.get("ports") or ()}
    port = probe["tcpSocket"]["port"]
    try:
        with socket.create_connection((ADDRESS, int(named.get(port, port))), timeout=1):
            return True
    except OSError:
        return False
