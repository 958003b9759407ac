"""`kubectl kubestash`, `kubectl-kubestash`, `python -m kubectl_kubestash`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from .cli.main import run  # noqa: PLC0415 - `import kubectl_kubestash.__main__` stays free

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        os._exit(130)
    # All has been flushed, and no thread or file of ours needs a last word: leaving Python's own
    # tidying up to the kernel saves a tenth of a `get`.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
