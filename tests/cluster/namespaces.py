"""Turns this process into the one that holds a node's namespaces. Run as a program by `cluster`.

`python -m tests.cluster.namespaces FOLDER` first writes down who it is, and only then becomes
`unshare`. So there is no moment at which a node could run that nobody knows how to end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .instance import Instance
from .process import ProcessId


def main(folder: Path) -> None:
    """Never returns: the process goes on as `unshare`, with the node as its child."""
    instance = Instance.load(folder)
    ProcessId.of_this().write(instance.host_process_file)
    node = [sys.executable, "-m", "tests.cluster.node", str(folder)]
    # When `unshare` ends, its child gets SIGKILL; with that first process ends all of its PID
    # namespace, and with the last process end the mounts and the network.
    os.execvp(
        "unshare",
        ["unshare", "--pid", "--mount", "--net", "--ipc", "--fork", "--kill-child", "--", *node],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
