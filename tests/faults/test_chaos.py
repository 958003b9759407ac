"""Forty random faults, checked; `make chaos RUNS=500` plays more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import faults
from .chaos import Chaos

if TYPE_CHECKING:
    from .stage import Stage

RUNS = 40
SEED = 1
"""Always the same in CI: a failure there is one of the product, not one of luck."""


@pytest.mark.cluster
@pytest.mark.timeout(1500)
def test_forty_random_faults_lose_nothing_and_do_nothing_twice(stage: Stage) -> None:
    told: list[str] = []
    chaos = Chaos(stage, SEED, tell=told.append, width=8)

    chaos.prepare()
    chaos.play(0, RUNS)

    assert sum(": done; " in line for line in told) > RUNS / 2, "\n".join(told)
    assert told[-1].startswith("  calm")


def test_a_fault_follows_from_its_seed_and_number_alone() -> None:
    plans = [faults.plan(7, number) for number in range(200)]

    assert plans == [faults.plan(7, number) for number in range(200)]
    assert {plan.victim for plan in plans} == {*faults.POD_VICTIMS, *faults.NODE_VICTIMS}
    assert plans != [faults.plan(8, number) for number in range(200)]
