"""How long a process that has loaded nothing takes until a kind's model has read an object."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from kubectl_kubestash.api.kinds import MODELS

from . import programs
from .figure import Bar, Figure, Result
from .process import environment, output

RUNS = 11
EXAMPLES = Path(__file__).parent.parent / "docs" / "api" / "examples"
_TIMED = """
import json, sys, time
module, kind, document = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
began = time.perf_counter()
model = getattr(__import__(module, fromlist=[kind]), kind)
model.model_validate(document)
print(time.perf_counter() - began)
"""


def measure() -> Figure:
    """Each kind in turns: its modules, pydantic's too, and the first object that it reads."""
    env = environment()
    python = str(programs.plugin().with_name("python"))
    calls = {
        kind.kind: [python, "-c", _TIMED, model.__module__, model.__name__, _document(kind.kind)]
        for kind, model in MODELS.items()
    }
    samples: dict[str, list[float]] = {kind: [] for kind in calls}
    for _ in range(RUNS):
        for kind, seconds in samples.items():
            seconds.append(float(output(calls[kind], env)))
    return Figure(
        "the model of one kind, loaded with all that it needs, and one object read by it",
        [Result(kind, "s", samples[kind], Bar(0.100)) for kind in sorted(samples)],
    )


def _document(kind: str) -> str:
    documents = yaml.safe_load_all((EXAMPLES / f"{kind.lower()}.yaml").read_text())
    return json.dumps(next(one for one in documents if one["kind"] == kind))
