"""How long `lint` takes for a folder of manifests, and how much memory."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path

from . import programs
from .figure import Bar, Figure, Result
from .process import environment, run

RUNS, MANIFESTS = 11, 200
EXAMPLES = Path(__file__).parent.parent / "docs" / "api" / "examples"
_SHARED = ("namespace: demo", "cluster-one", "wiki-addon", "wiki-backup")


def measure() -> Figure:
    """The example of each kind again and again, in one namespace after the other."""
    with tempfile.TemporaryDirectory(prefix="kubestash-bench-") as folder:
        _write(Path(folder))
        argv: list[str | Path] = [programs.plugin(), "lint", "-f", folder]
        seconds = [run(argv, environment()).seconds for _ in range(RUNS)]
    # Of all children so far the largest: none other of this figure is larger than lint.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Figure(
        f"lint of {MANIFESTS} files, whole process",
        [Result("lint", "s", seconds, Bar(2.0)), Result("most memory", "MiB", [peak], Bar(150))],
    )


def _write(folder: Path) -> None:
    examples = [file.read_text() for file in sorted(EXAMPLES.glob("*.yaml"))]
    for number in range(MANIFESTS):
        copy, kind = divmod(number, len(examples))
        text = examples[kind]
        for shared in _SHARED:  # what two copies must not have in common
            text = text.replace(shared, f"{shared}-{copy}")
        (folder / f"{number:03}.yaml").write_text(text)
