"""`kubestash-runner`: what our Jobs run.

Exit code 0: done, or nothing to do. 1: failed, and the termination message says why. 2: the command
line cannot be right. What a sub-command needs is imported when it is run.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

from ..errors import KubeStashError, UsageError
from ..signal_pipe import signal_pipe

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, FAILED, WRONG_USAGE = 0, 1, 2

_FLAGS: dict[str, tuple[str, ...]] = {
    "backup": ("--backupsession",),
    "restore": ("--restoresession", "--snapshot"),
    "backup-postgres": ("--backupsession",),
    "restore-postgres": ("--restoresession", "--snapshot"),
    "finish": ("--backupsession",),
    "init-storage": ("--backupstorage",),
    "init-repository": ("--repository",),
    "cleanup": ("--kind", "--name"),
    "trigger-backup": ("--invoker-kind", "--invoker-name", "--session-name"),
}
_CACHED = ("--enable-cache", "--scratch-dir")
_POSTGRES = ("--wait-timeout", "--pg-args", "--user")
_OPTIONAL: dict[str, tuple[str, ...]] = {
    "backup": ("--paths", "--exclude", "--enable-cache", "--scratch-dir"),
    "restore": ("--include", "--exclude", "--enable-cache", "--scratch-dir"),
    "backup-postgres": (*_CACHED, *_POSTGRES, "--backup-cmd"),
    "restore-postgres": (*_CACHED, *_POSTGRES),
    "finish": _CACHED,
    "cleanup": _CACHED,
    "init-storage": ("--scratch-dir",),
    "init-repository": ("--scratch-dir",),
    "trigger-backup": (),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; the exit code."""
    options = _parser().parse_args(arguments)
    stop = _listen_to_signals()
    try:
        return DONE if _run(options, stop) else FAILED
    except UsageError as error:
        return _say(error, WRONG_USAGE)
    except KubeStashError as error:
        return _say(error, FAILED)


def _run(options: argparse.Namespace, stop: threading.Event) -> bool:
    from . import tasks  # noqa: PLC0415

    return tasks.run(options, stop)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line instead of the usage text: it ends up in the log of a pod."""
        self.exit(WRONG_USAGE, f"error: {self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    # No abbreviations: a flag of a newer operator must not pass as another one.
    parser = _Parser(prog="kubestash-runner", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    for task, required in _FLAGS.items():
        command = commands.add_parser(task, allow_abbrev=False)
        command.add_argument("--namespace", required=True)
        for flag in required:
            command.add_argument(flag, required=True)
        for flag in _OPTIONAL[task]:
            command.add_argument(flag, default="")
    return parser


def _listen_to_signals() -> threading.Event:
    """SIGTERM and SIGINT ask the running child to stop; SIGHUP is not for us.

    `restic unlock` sends SIGHUP to the process id in a lock of the same host name, which in another
    container is somebody else's.
    """
    stop = threading.Event()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    asked = signal_pipe(signal.SIGTERM, signal.SIGINT)

    def wait() -> None:
        os.read(asked, 1)
        stop.set()

    threading.Thread(target=wait, name="signals", daemon=True).start()
    return stop


def _say(error: KubeStashError, code: int) -> int:
    lines = [f"error: {error.message}", *(f"hint: {hint}" for hint in error.hints)]
    sys.stderr.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
