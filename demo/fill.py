"""Runs in the pod: writes about 200 MB of mixed files below the folder that it is given."""

import os
import random
import sys
from pathlib import Path

root = Path(sys.argv[1])
chance = random.Random(2026)

for number in range(2000):  # notes: many, small, well compressible
    file = root / "notes" / f"{number % 40:02}" / f"note {number}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"note {number}\n" * chance.randint(1, 400))

for number in range(9):  # media: few, large, not compressible
    file = root / "media" / f"film-{number}.bin"
    file.parent.mkdir(exist_ok=True)
    with file.open("wb") as output:
        for _ in range(22):
            output.write(chance.randbytes(1 << 20))

special = root / "special"
special.mkdir()
(special / "naïve ünïcode ☃.txt").write_text("snow")
(special / "empty").touch()
(special / "program").write_text("#!/bin/sh\n")
(special / "program").chmod(0o4750)
(special / "link").symlink_to("program")
os.link(special / "program", special / "hard-link")
(special / "secret").write_text("for one user only")
(special / "secret").chmod(0o600)
if Path("/proc/self/uid_map").read_text().split()[2] != "1":  # there are other users than us
    os.chown(special / "secret", 1234, 5678)
os.utime(special / "secret", (1_000_000_000, 1_000_000_000))
