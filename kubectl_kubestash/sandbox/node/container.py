"""Where is a container in its life, and when may it start again?

https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .process import Process

Object = dict[str, Any]
_FIRST_PAUSE, _LONGEST_PAUSE, _GOOD_RUN = 10.0, 300.0, 600.0


def now() -> str:
    """The time as objects have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def age(moment: str) -> float:
    """Seconds since then."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def unscheduled(message: str) -> Object:
    """The condition of a pod that no node takes."""
    return {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
    }


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
    started_at: float = 0.0
    not_before: float = 0.0
    pause: float = 0.0

    @property
    def name(self) -> str:
        """Unique in its pod."""
        return str(self.spec["name"])

    @property
    def exit_code(self) -> int | None:
        """None when it has not run, runs, or will run again."""
        ended = self.state.get("terminated")
        return None if ended is None or self._starts_again(ended) else int(ended["exitCode"])

    def is_due(self, at: float) -> bool:
        """Whether it should be started now."""
        return self.process is None and self.exit_code is None and at >= self.not_before

    def waits(self, reason: str, message: str, *, until: float) -> None:
        """It cannot start; try again then."""
        self.state = {"waiting": {"reason": reason, "message": message}}
        self.not_before = until

    def runs(self, process: Process, at: float) -> None:
        """It has been started."""
        if ended := self.state.get("terminated"):
            self.last_state = {"terminated": ended}
        self.restarts += 1 if self.last_state else 0
        self.process, self.started_at, self.is_ready = process, at, False
        self.state = {"running": {"startedAt": now()}}

    def ended(self, code: int, message: str, *, at: float) -> None:
        """It has ended; what is to start again waits longer each time."""
        began = (self.state.get("running") or {}).get("startedAt") or now()
        reason = "StartError" if code == 128 else "Error" if code else "Completed"
        ended = {"exitCode": code, "reason": reason, "startedAt": began, "finishedAt": now()}
        self.state = {"terminated": ended | ({"message": message} if message else {})}
        self.process, self.is_ready = None, False
        if not self._starts_again(ended):
            return
        if at - self.started_at > _GOOD_RUN:
            self.pause = 0.0
        self.not_before = at + self.pause
        if self.pause:
            self.last_state = dict(self.state)
            text = f"back-off {self.pause:.0f}s restarting failed container={self.name}"
            self.waits("CrashLoopBackOff", text, until=self.not_before)
        self.pause = min(_LONGEST_PAUSE, self.pause * 2 or _FIRST_PAUSE)

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

    def _starts_again(self, ended: Mapping[str, Any]) -> bool:
        return self.policy == "Always" or (self.policy == "OnFailure" and ended["exitCode"] != 0)


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
    """Those a kubelet sets, with the times at which they have changed."""
    are_initialized = all(each.exit_code == 0 for each in inits)
    is_ready = are_initialized and all(each.is_ready for each in mains)
    is_over = phase(inits, mains) in {"Succeeded", "Failed"}
    said = {"PodScheduled": True, "PodReadyToStartContainers": not is_over}
    said |= {"Initialized": are_initialized, "ContainersReady": is_ready, "Ready": is_ready}
    reason = "PodCompleted" if is_over else "ContainersNotReady"
    known = {each["type"]: each for each in before}
    made = []
    for kind, holds in said.items():
        status = "True" if holds else "False"
        old = known.get(kind, {})
        since = old.get("lastTransitionTime") if old.get("status") == status else None
        entry = {"type": kind, "status": status, "lastTransitionTime": since or now()}
        made.append(entry if holds else entry | {"reason": reason})
    return made
