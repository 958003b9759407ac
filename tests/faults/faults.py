"""The faults that chance may choose, as values, and how each is done to a running cluster."""

from __future__ import annotations

import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import victims

if TYPE_CHECKING:
    from .stage import Stage

POD_VICTIMS = (
    *("runner killed", "restic killed", "pod deleted", "pod deleted by force"),
    *("network cut", "restic frozen"),
)
NODE_VICTIMS = (
    *("operator killed", "operator killed", "operator frozen", "S3 frozen"),
    *(f"{program} killed" for program in victims.NODE_PROGRAMS),
)
TASKS = ("backup", "backup", "finish", "restore")


@dataclass(frozen=True)
class Fault:
    """One fault of one run; follows from the seed and the number of the run alone."""

    number: int
    victim: str
    task: str
    """Whose pod it is done to: that of the backup, of its finishing, or of the restore."""

    delay: float
    """Seconds: after the victim was first seen, or after the run began for parts of the node."""

    span: float
    """Seconds that a freeze or a cut lasts."""

    def __str__(self) -> str:
        whose = f" in {self.task}" if self.victim in POD_VICTIMS else ""
        return f"run {self.number}: {self.victim}{whose} after {self.delay:.2f} s"


def plan(seed: int, number: int) -> Fault:
    """The fault of this run."""
    chance = random.Random(f"{seed}/{number}")
    victim = chance.choice(POD_VICTIMS if chance.random() < 0.5 else NODE_VICTIMS)
    delay = chance.uniform(0, 1.5 if victim in POD_VICTIMS else 9)
    return Fault(number, victim, chance.choice(TASKS), delay, chance.uniform(0.5, 5))


def strike(stage: Stage, fault: Fault, run: str) -> str:
    """Do it to this run; what has come of it. Blocks until the fault is over."""
    if fault.victim not in POD_VICTIMS:
        time.sleep(fault.delay)
        return _strike_node(stage, fault)
    return _strike_pod(stage, fault, run)


def _strike_pod(stage: Stage, fault: Fault, run: str) -> str:
    namespace = stage.namespace.name
    if not victims.caught(lambda: victims.runners_of(namespace, run, fault.task), within=90):
        return "nobody came"
    time.sleep(fault.delay)
    find = victims.restics_of if fault.victim.startswith("restic") else victims.runners_of
    pids = victims.caught(lambda: find(namespace, run, fault.task), within=3)
    if not pids:
        return "it was over"
    if fault.victim.endswith("killed"):
        victims.send(signal.SIGKILL, pids)
    elif fault.victim == "restic frozen":
        _freeze(pids, fault.span)
    elif fault.victim == "network cut":
        _cut(stage, pids[0], fault.span)
    else:
        _delete_pod(stage, pids[0], by_force=fault.victim.endswith("force"))
    return "done"


def _strike_node(stage: Stage, fault: Fault) -> str:
    instance = stage.cluster.instance
    if fault.victim == "operator killed":
        stage.operator.kill()
    elif fault.victim == "operator frozen":
        process = stage.operator.process
        _freeze([process.pid] if process else [], fault.span * 4)
    elif fault.victim == "S3 frozen":
        _freeze([victims.node_program(instance, "s3")], fault.span)
    else:
        program = fault.victim.split()[0]
        victims.send(signal.SIGKILL, [victims.node_program(instance, program)])
    return "done"


def _freeze(pids: list[int], seconds: float) -> None:
    victims.send(signal.SIGSTOP, pids)
    try:
        time.sleep(seconds)
    finally:
        victims.send(signal.SIGCONT, pids)


def _cut(stage: Stage, pid: int, seconds: float) -> None:
    with suppress(victims.CutFailed):  # the pod was over
        victims.cut_off(pid, stage.s3_port)
        time.sleep(seconds)
        victims.reconnect(pid, stage.s3_port)


def _delete_pod(stage: Stage, pid: int, *, by_force: bool) -> None:
    pod = victims.environment(pid).get("POD_NAME", "")
    hard = ("--grace-period=0", "--force") if by_force else ()
    stage.namespace.cluster.run(
        "-n", stage.namespace.name, "delete", "pod", pod, "--wait=false", *hard
    )
