"""Which sandbox is in a folder, and which process runs it?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from .. import __version__
from ..process_id import ProcessId

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""Of what is kept in the folder; another number is another sandbox's."""


class Record(NamedTuple):
    """What `sandbox.json` says, and `operator.json` of the operator."""

    process: ProcessId
    port: int
    version: str = __version__
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path, name: str = "sandbox.json") -> Record | None:
        """What a folder says; None when it says nothing, or half of something."""
        try:
            raw = json.loads((folder / name).read_text())
            process = ProcessId(int(raw["pid"]), int(raw["started"]))
            return cls(process, int(raw["port"]), str(raw["version"]), int(raw["format"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path, name: str = "sandbox.json") -> None:
        """Replace what the folder says, at once or not at all."""
        content = {"format": self.format, "version": self.version, "port": self.port}
        temporary = folder / f"{name}.new"
        temporary.write_text(json.dumps(content | self.process._asdict()) + "\n")
        temporary.replace(folder / name)
