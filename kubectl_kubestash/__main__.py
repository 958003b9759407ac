"""`kubectl kubestash`, `kubectl-kubestash`, `python -m kubectl_kubestash`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from .cli.main import run  # noqa: PLC0415 - `import kubectl_kubestash.__main__` stays free

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
