"""Why something failed, as short as a cell of a table wants it."""

from __future__ import annotations

import re

_TOOL = re.compile(r"^((?:[\w.-]+: )?).*? failed with exit code \d+: (?=\S)", re.DOTALL)


def brief(reason: str) -> str:
    """The reason without the command that found it out: what the tool said counts.

    `dump: restic cat config (Repository demo/r) failed with exit code 12: no key fits` becomes
    `dump: no key fits`. `describe` has all of it.
    """
    return _TOOL.sub(r"\1", reason, count=1)
