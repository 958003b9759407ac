"""Runs in the pod: one line for each file with all that a restore must bring back."""

import hashlib
import os
import stat
import sys
from pathlib import Path

root = Path(sys.argv[1])
total = 0
for path in sorted(root.rglob("*")):
    status = path.lstat()
    if path.is_symlink():
        content = str(path.readlink())
    elif path.is_file():
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total += status.st_size
    else:
        content = "folder"
    mode = stat.filemode(status.st_mode)
    name = os.fsencode(path.relative_to(root))
    print(mode, status.st_uid, status.st_gid, status.st_nlink, status.st_mtime_ns, name, content)
print(total)
