"""Times each call of restic that another program makes, through a script in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """\
#!/bin/bash
began=$EPOCHREALTIME
{restic} "$@"
code=$?
echo "$1 $began $EPOCHREALTIME" >> {log}
exit $code
"""


@dataclass(frozen=True)
class Watch:
    """A folder for the script and what it notes."""

    folder: Path
    restic: Path

    def script(self) -> Path:
        """What to run instead of restic."""
        script = self.folder / "timed-restic"
        script.write_text(_SCRIPT.format(restic=self.restic, log=self._log))
        script.chmod(0o755)
        return script

    def calls(self) -> list[tuple[str, float]]:
        """Sub-command and seconds of each call, in order of their ends."""
        lines = (line.split() for line in self._log.read_text().splitlines())
        return [(name, float(ended) - float(began)) for name, began, ended in lines]

    @property
    def _log(self) -> Path:
        return self.folder / "restic-calls"
