"""`python -m tests.tui.played_program FILE`: `ui` as a user starts it, but for where it looks.

Its process id is in the file before it begins.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kubectl_kubestash.cli.main import run
from tui import cluster_source

from .played import PlayedSource, backup


def main() -> int:
    source = PlayedSource(
        backup("files-1", "Running", age=5), *(backup(f"old-{n}", age=60 + n) for n in range(40))
    )
    source.printed = ["saved 42 files"]
    if "crash" in sys.argv:
        setattr(source, "snapshots", lambda _: 1 / 0)  # noqa: B010
    cluster_source.ClusterSource = lambda *_: source  # type: ignore[misc,assignment]
    Path(sys.argv[1]).write_text(str(os.getpid()), encoding="utf-8")
    return run(["ui", "-A", "-s", "https://127.0.0.1:1"])


if __name__ == "__main__":
    sys.exit(main())
