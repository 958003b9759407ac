"""`python -m tests.tui.screenshots [--on cluster|sandbox] [monitor] [demo]`: docs/images/ anew.

Nothing is posed: a cluster is started, its operator makes backups, the monitor is played in a real
terminal, and what the terminal shows is written as SVG. The demo is recorded while it runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.cluster.kubectl import KubectlFailed, NotReady
from tests.cluster.needs import Missing
from tests.waiting import Failed

from . import demo_recording, monitor_pictures
from .places import PLACES

IMAGES = Path(__file__).parents[3] / "docs" / "images"
LARGEST = 300_000
"""Bytes of a picture, at most."""
_MAKERS = {"monitor": monitor_pictures.make, "demo": demo_recording.make}
_USUAL = {"monitor": "cluster", "demo": "sandbox"}
"""Only a node with cgroups is slow when it is told to, so that a picture can have a progress; the
demo is that of `make demo`."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tui.screenshots", description=__doc__)
    parser.add_argument("--on", choices=PLACES, help="default: the monitor on a cluster")
    parser.add_argument("what", nargs="*", metavar="WHAT", help=", ".join(_MAKERS))
    options = parser.parse_args()
    if unknown := set(options.what).difference(_MAKERS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    try:
        for name in options.what or _MAKERS:
            _make(name, options.on or _USUAL[name])
    except (Missing, NotReady, KubectlFailed, Failed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _make(name: str, place: str) -> None:
    with tempfile.TemporaryDirectory(prefix="kubestash-pictures-") as folder:
        made = _MAKERS[name](place, Path(folder))
    IMAGES.mkdir(exist_ok=True)
    for file, content in made.items():
        size = len(content.encode())
        if size > LARGEST:
            raise Failed(f"{file} has {size:,} bytes, {LARGEST:,} are too many already")
        (IMAGES / file).write_text(content, encoding="utf-8")
        print(f"docs/images/{file}  {size:,} bytes", flush=True)


if __name__ == "__main__":
    sys.exit(main())
