"""`python -m bench [FIGURE…]`: measure all figures, or these, and keep them in figures.json."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import machine, programs, report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .figure import Figure

FIGURES = (
    *("get", "startup", "monitor", "operator", "idle", "runner", "backup", "stateful_set"),
    *("postgres", "webhook", "sandbox", "lint", "models"),
)
FILE = Path(__file__).with_name("figures.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=", ".join(FIGURES))
    wanted = parser.parse_args(arguments).figures or FIGURES
    if unknown := set(wanted).difference(FIGURES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(FIGURES)}")
    # Asked to end, it removes what it has started: clusters, folders, processes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    programs.warm_byte_code()
    held = [_one(name) for name in wanted]
    return 0 if all(held) else 1


def _one(name: str) -> bool:
    """Measure one figure and keep it at once: a later one may fail."""
    sys.stderr.write(f"measuring {name} …\n")
    load = machine.load()
    figure: Figure = importlib.import_module(f"{__package__}.{name}").measure()
    _keep(name, figure.document() | {"date": _now(), "load": round(load, 1)})
    sys.stdout.write(report.text(name, figure) + "\n")
    sys.stdout.flush()
    return all(result.holds is not False for result in figure.results)


def _keep(name: str, document: dict[str, Any]) -> None:
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    figures = known.get("figures", {}) | {name: document}
    content = {
        "date": _now(),
        "machine": machine.description(),
        "versions": programs.versions(),
        "figures": {one: figures[one] for one in FIGURES if one in figures},
    }
    FILE.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main())
