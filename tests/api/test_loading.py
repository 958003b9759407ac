"""Loading a kind is quick, because the operator's pods and every command with a view do it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kubectl_kubestash.api.kinds import MODELS

PROGRAM = """
import json, sys, time
from pydantic import BaseModel

class Any(BaseModel):
    x: int = 0

Any()
before = set(sys.modules)
start = time.process_time()
import importlib
module, name = sys.argv[1:]
model = getattr(importlib.import_module("kubectl_kubestash.api." + module), name)
model.model_validate({"metadata": {"name": "a"}})
took = time.process_time() - start
print(json.dumps({"took": took, "modules": sorted(set(sys.modules) - before)}))
"""

HEAVY = {"http", "ssl", "subprocess", "yaml", "kubernetes", "inspect", "ast", "email", "rich"}

KINDS = [
    (model.__module__.removeprefix("kubectl_kubestash.api."), model.__name__)
    for model in MODELS.values()
]


@pytest.mark.parametrize(("module", "name"), KINDS)
def test_a_kind_loads_within_a_tenth_of_a_second_on_top_of_pydantic(module: str, name: str) -> None:
    def load() -> float:
        argv = [sys.executable, "-c", PROGRAM, module, name]
        answer = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
        assert not HEAVY & set(answer["modules"])
        return float(answer["took"])

    # Processor time still grows on a busy machine, so the best of a few counts.
    assert any(load() < 0.1 for _ in range(5))


def test_addresses_load_without_pydantic() -> None:
    program = "import sys, kubectl_kubestash.api.resources, kubectl_kubestash.api.printer_columns\n"
    argv = [sys.executable, "-c", program + "print('pydantic' in sys.modules)"]

    assert subprocess.run(argv, capture_output=True, check=True, text=True).stdout == "False\n"
