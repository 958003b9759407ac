"""Prints one line of JSON for each entry below the folder named as first argument, in order.

Everything that a restore must bring back: bytes, owner, mode, times, links, extended attributes.
"""

import hashlib
import json
import os
import stat
import sys
from pathlib import Path

root = sys.argv[1].encode()
first_name: dict[int, str] = {}


def describe(path: bytes) -> dict[str, object]:
    status = os.lstat(path)
    name = os.path.relpath(path, root).decode("latin-1")
    entry: dict[str, object] = {
        "name": name,
        "mode": oct(status.st_mode),
        "owner": [status.st_uid, status.st_gid],
        "mtime": status.st_mtime_ns,
    }
    if stat.S_ISREG(status.st_mode):
        entry["size"] = status.st_size
        entry["sha256"] = hashlib.sha256(Path(os.fsdecode(path)).read_bytes()).hexdigest()
        entry["same_file_as"] = first_name.setdefault(status.st_ino, name)
    if stat.S_ISLNK(status.st_mode):
        entry["target"] = os.readlink(path).decode("latin-1")  # noqa: PTH115 - names are bytes
    else:
        names = [n for n in os.listxattr(path) if n.startswith("user.")]
        entry["xattrs"] = {n: os.getxattr(path, n).decode("latin-1") for n in names}
    return entry


paths = [root]
for folder, folders, files in os.walk(root):
    paths += [folder + b"/" + name for name in folders + files]
for path in sorted(paths):
    print(json.dumps(describe(path), sort_keys=True))
