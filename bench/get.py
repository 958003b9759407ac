"""`get backupsessions` next to kubectl, on 500 objects of a real API server."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import BACKUP_SESSION, ObjectKey

from . import programs, session_objects
from .control_plane import api_server, connect, each, login
from .figure import Bar, Figure, Result, ratios
from .process import Failed, Run, output, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.cluster.api_server import ApiServer

RUNS = 25
OBJECTS = 500
NAMESPACE = "default"
BAR = Bar(0.8)
OURS = "kubectl-kubestash"


def measure() -> Figure:
    """Our plugin and each kubectl in turns."""
    with api_server() as server, tempfile.TemporaryDirectory() as home:
        _fill(server)
        env = login(server, Path(home))
        words = ("get", "backupsessions", "-n", NAMESPACE)
        tools = {OURS: programs.plugin()} | programs.kubectls()
        commands = {name: [str(program), *words] for name, program in tools.items()}
        size = _check(commands, env)
        runs = _in_turns(commands, env)
    return Figure(
        f"get backupsessions, {OBJECTS} objects over TLS, whole process",
        [*_ratios(runs), *(_seconds(name, found) for name, found in runs.items())],
        {"JSON of all objects": f"{size / 1e6:.2f} MB", **_costs(runs)},
    )


def _fill(server: ApiServer) -> None:
    """Objects with the history of writes, by two programs, that real ones have."""
    trigger, operator = connect(server, "kubectl-kubestash"), connect(server, "kubestash-operator")

    def make(number: int) -> None:
        made = trigger.create(BACKUP_SESSION, session_objects.manifest(number, NAMESPACE))
        key = ObjectKey(NAMESPACE, made["metadata"]["name"])
        for status in (session_objects.running(made), session_objects.ended(made, number)):
            operator.patch(BACKUP_SESSION, key, {"status": status}, subresource="status")

    each(make, range(OBJECTS))


def _check(commands: Mapping[str, Sequence[str]], env: dict[str, str]) -> int:
    """All print the same rows, but for the age; bytes of the objects as JSON. Warms caches, too."""
    tables = {name: _without_age(output(argv, env)) for name, argv in commands.items()}
    for name, table in tables.items():
        if table != tables[OURS] or len(table) != OBJECTS + 1:
            raise Failed(f"{name} prints something else than {OURS}: {table[:2]}")
    kubectl = next(argv for name, argv in commands.items() if name != OURS)
    whole = json.loads(output([*kubectl, "--show-managed-fields", "-o", "json"], env))
    return len(json.dumps(whole["items"]))


def _without_age(table: str) -> list[list[str]]:
    return [line.split()[:-1] for line in table.splitlines()]


def _in_turns(commands: Mapping[str, Sequence[str]], env: dict[str, str]) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, argv in commands.items():
            runs[name].append(run(argv, env))
    return runs


def _ratios(runs: Mapping[str, Sequence[Run]]) -> list[Result]:
    ours = [one.seconds for one in runs[OURS]]
    return [
        ratios(f"{OURS} / {name}", ours, [one.seconds for one in found], BAR)
        for name, found in runs.items()
        if name != OURS
    ]


def _seconds(name: str, found: Sequence[Run]) -> Result:
    return Result(name, "s", [one.seconds for one in found])


def _costs(runs: Mapping[str, Sequence[Run]]) -> dict[str, str]:
    return {
        f"CPU of {name}": f"{median(one.cpu_seconds for one in found):.3f} s"
        for name, found in runs.items()
    }
