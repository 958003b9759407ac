"""Random faults over a running mix of backups, retention and restores; a checker after each batch.

`python -m tests.faults.chaos --runs 100 --seed 7` needs what the cluster tests need. A run is one
backup, with a restore beside it every other time, and one fault. Several runs share a batch, as
faults share a cluster: what kills the API server for one kills it for all. After some batches a
calm round follows without faults, which has to succeed and must leave no lock.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.waiting import Failed

from . import faults
from .building import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .faults import Fault
    from .lane import Lane
    from .stage import Stage

LANES = 4
CALM_EVERY = 5
"""Batches between two calm rounds."""


@dataclass
class Chaos:
    """Plays runs on a stage and tells what it does."""

    stage: Stage
    seed: int
    tell: Callable[[str], None]
    width: int = LANES
    """How many runs share a batch."""

    lanes: list[Lane] = field(default_factory=list)

    def prepare(self) -> None:
        """Make the lanes, all at once."""
        self.lanes = [
            self.stage.configure(f"lane{n}", word=f"first {n}") for n in range(self.width)
        ]
        for lane in self.lanes:
            lane.adopt_first_run()

    def play(self, first: int, runs: int) -> None:
        """Play these runs. Raises Failed with what is wrong and how to see it again."""
        for batch, begin in enumerate(range(first, first + runs, self.width), start=1):
            last = min(begin + self.width, first + runs)
            story = [faults.plan(self.seed, number) for number in range(begin, last)]
            try:
                self._play_batch(story)
                self.stage.check(calm=False)
                if batch % CALM_EVERY == 0 or last == first + runs:
                    self._calm()
            except Failed as error:
                lines = "\n".join(f"  {fault}" for fault in story)
                again = (
                    f"--seed {self.seed} --first {begin} --runs {len(story)} --width {self.width}"
                )
                raise Failed(f"{error}\nIt was:\n{lines}\nAgain: {again}") from None

    def _play_batch(self, story: Sequence[Fault]) -> None:
        began = time.monotonic()
        pairs = list(zip(story, self.lanes, strict=False))
        with ThreadPoolExecutor(max_workers=self.width) as pool:
            for fault, lane in pairs:
                lane.write(f"{self.seed} {fault.number}")
            sessions = {lane.begin(): fault for fault, lane in pairs}
            restores = {
                lane.begin_restore(f"back-{fault.number}"): lane
                for fault, lane in pairs
                if fault.task == "restore" or fault.number % 2
            }
            strikes = [
                pool.submit(faults.strike, self.stage, fault, self._run_of(fault, session))
                for session, fault in sessions.items()
            ]
            results = [strike.result() for strike in strikes]
        phases = self.stage.wait_for("backupsessions", *sessions)
        self.stage.note_restores(restores)
        for (session, fault), result in zip(sessions.items(), results, strict=True):
            self.tell(f"{fault}: {result}; {session} {phases[session]}")
        self.tell(f"  {time.monotonic() - began:.0f} s")

    @staticmethod
    def _run_of(fault: Fault, session: str) -> str:
        return f"back-{fault.number}" if fault.task == "restore" else session

    def _calm(self) -> None:
        """Without faults every lane has to back up well, with no hand on what is left over."""
        for lane in self.lanes:
            lane.write(f"calm {time.monotonic()}")
        sessions = [lane.begin() for lane in self.lanes]
        phases = self.stage.wait_for("backupsessions", *sessions)
        for session, phase in phases.items():
            if phase != "Succeeded":
                errors = self.stage.errors_of(session)
                raise Failed(f"{session} without any fault is {phase}: {errors}")
        self.stage.check()
        self.tell("  calm: all backed up, all restored, nothing left")


def main(arguments: list[str] | None = None) -> int:
    """Play; the exit code says whether all promises were kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--width", type=int, default=LANES, help="runs in one batch (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one, which is told")
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    with stage(f"chaos-{seed}") as built:
        chaos = Chaos(built, seed, tell=lambda line: print(line, flush=True), width=options.width)
        try:
            chaos.prepare()
            chaos.play(options.first, options.runs)
        except Failed as error:
            print(f"FAILED\n{error}", flush=True)
            return 1
    print(f"{options.runs} runs kept all promises.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
