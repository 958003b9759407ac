"""How long it takes until a command that needs no cluster has answered."""

from __future__ import annotations

import os

from . import programs
from .figure import Bar, Figure, Result
from .process import Failed, environment, output, run

RUNS = 21
COMMANDS = {"--help": Bar(0.20), "version --client": Bar(0.15)}
HEAVY = ("textual", "pydantic", "kubernetes", "rich")
"""Packages that these commands must not load."""


def measure() -> Figure:
    """Both commands in turns, and what they load."""
    env = environment()
    loaded = {command: _modules(command, env) for command in COMMANDS}
    samples: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for _ in range(RUNS):
        for command, seconds in samples.items():
            seconds.append(run([programs.plugin(), *command.split()], env).seconds)
    return Figure(
        "a command that needs no cluster, whole process",
        [Result(command, "s", samples[command], bar) for command, bar in COMMANDS.items()],
        {
            f"modules loaded by {command}": f"{len(modules)}, none of {', '.join(HEAVY)}"
            for command, modules in loaded.items()
        },
    )


def _modules(command: str, env: dict[str, str]) -> set[str]:
    """All modules that a command loads. Raises Failed when a heavy one is among them."""
    code = (
        "import os, sys\n"
        "from kubectl_kubestash.cli.main import run\n"
        "real = os.dup(1); os.dup2(2, 1)\n"
        "sys.stdout = open(os.devnull, 'w')\n"
        "code = run(sys.argv[1:])\n"
        "os.write(real, '\\n'.join(sys.modules).encode())\n"
        "sys.exit(code)\n"
    )
    python = programs.plugin().with_name("python")
    modules = set(output([python, "-c", code, *command.split()], env).split())
    if heavy := sorted(modules.intersection(HEAVY)):
        raise Failed(f"kubectl kubestash {command} loads {', '.join(heavy)}{os.linesep}")
    return modules
