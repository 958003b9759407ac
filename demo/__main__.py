"""`python -m demo`: a sandbox of its own, the story, and nothing left behind."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from .story import Outcome, Story
from .teller import Broken, Teller


def main() -> int:
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="kubestash-demo-") as folder:
            outcome = _demonstrate(Path(folder) / "sandbox")
    except Broken as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; nothing of it is left", file=sys.stderr)
        return 130
    print(_summary(outcome, time.monotonic() - began))
    return 0


def _demonstrate(folder: Path) -> Outcome:
    found = shutil.which("kubectl")
    teller = Teller(Path(found) if found else None, folder / "kubeconfig")
    has_database = any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not has_database:
        print("There is no PostgreSQL on this machine, so only a volume is shown.", flush=True)
    teller.chapter("A cluster in one process, with the operator beside it")
    try:
        teller.run(f"kubectl kubestash sandbox start --folder {folder}")
        return Story(teller, has_database=has_database).tell()
    except Broken:
        for log in sorted((folder / "logs").glob("*.log")):
            print(f"== {log.name}\n{log.read_text(errors='replace')[-5000:]}", flush=True)
        raise
    finally:
        if (folder / "sandbox.json").exists():
            teller.run(f"kubectl kubestash sandbox reset --yes --folder {folder}", quiet=True)


def _summary(outcome: Outcome, seconds: float) -> str:
    size = f"{outcome.size / 1e6:.0f} MB in {outcome.entries} files and folders"
    rows = f", and a PostgreSQL with {outcome.rows:,} rows" if outcome.rows else ""
    lost = ", and the database dropped" if outcome.rows else ""
    return f"""
== What happened
1. A cluster was started as one process of this machine, and KubeStash was installed in it.
2. A volume with {size}{rows} was backed up in {outcome.backup_seconds:.1f} s.
3. Everything in the volume was deleted{lost}.
4. It came back in {outcome.restore_seconds:.1f} s, and nothing differs.
5. The cluster is gone without a trace; all of it took {seconds:.0f} s."""


if __name__ == "__main__":
    sys.exit(main())
