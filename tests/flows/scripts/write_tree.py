"""Writes a tree of mixed files; runs inside a pod as root.

Arguments: the folder, how many MiB of random data, and a word that changes all contents.
"""

import os
import random
import sys
from pathlib import Path

root, mebibytes, word = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
chance = random.Random(word)

for number in range(mebibytes):
    folder = root / f"random-{number % 7}"
    folder.mkdir(exist_ok=True)
    (folder / f"{number}.bin").write_bytes(chance.randbytes(1 << 20))
text = root / "text"
text.mkdir(exist_ok=True)
for number in range(200):
    (text / f"{number}.log").write_text(f"{word} line {number}\n" * chance.randint(0, 900))
deep = root / "a" / "b" / "c" / "d"
deep.mkdir(parents=True, exist_ok=True)
(deep / "empty").touch()
(deep / ("n" * 255)).write_text(word)
(deep / "new\nline").write_text(word)
Path(os.fsdecode(os.fsencode(deep) + b"/\xff\xfe")).write_text(word)
(root / "link").symlink_to("text/1.log")
(root / "dangling").symlink_to("/nowhere/at/all")
os.link(text / "2.log", root / "hard")
os.mkfifo(root / "fifo")
with (root / "sparse").open("wb") as sparse:
    sparse.seek(8 << 20)
    sparse.write(word.encode())
os.setxattr(text / "3.log", "user.kubestash", word.encode())
(root / "private").write_text(word)

for number, entry in enumerate(sorted(root.rglob("*"))):
    if not entry.is_symlink():
        os.chown(entry, 1000 + number % 5, 2000 + number % 3)
        entry.chmod(0o755 if entry.is_dir() else (0o600, 0o644, 0o4755, 0o444)[number % 4])
for entry in sorted(root.rglob("*"), reverse=True):
    moment = 1_600_000_000_123_456_789 + chance.randrange(10**17)
    os.utime(entry, ns=(moment, moment), follow_symlinks=False)
os.chown(root, 1234, 4321)
root.chmod(0o2770)
os.utime(root, ns=(1_500_000_000_000_000_000, 1_500_000_000_000_000_000))
os.sync()
