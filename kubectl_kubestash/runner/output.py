"""restic's `--json` lines as events. Pure.

Shapes follow https://restic.readthedocs.io/en/stable/075_scripting.html. restic leaves zero fields
out, may add fields, and prints notes that are not JSON between the lines: none of that is an error.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Progress(NamedTuple):
    """How far a backup or a restore has come."""

    seconds: int = 0
    percent: float = 0.0
    """0 to 1, of what has been found so far."""
    total_files: int = 0
    files_done: int = 0
    total_bytes: int = 0
    bytes_done: int = 0


class BackupSummary(NamedTuple):
    """The last word of a backup that made a snapshot."""

    snapshot_id: str
    files: int
    bytes: int
    added: int
    """Bytes that the repository grew by, before compression."""


class RestoreSummary(NamedTuple):
    """The last word of a restore."""

    total_files: int
    """Files and directories that were due."""
    files: int
    """Files and directories that were restored."""
    skipped: int
    """Files and directories that were there already, as they are in the snapshot."""
    bytes: int
    """Bytes that are now as in the snapshot, restored or found so."""


class Initialized(NamedTuple):
    """A repository was made."""

    id: str


class Problem(NamedTuple):
    """Something of the source or the target that restic could not handle; it went on."""

    item: str
    message: str


class Fatal(NamedTuple):
    """Why restic gave up."""

    code: int
    message: str


class Note(NamedTuple):
    """A line that is not JSON, or of a type that we do not know."""

    text: str


Event = Progress | BackupSummary | RestoreSummary | Initialized | Problem | Fatal | Note


def parse(line: str) -> Event | None:
    """The event in one line of output; None for an empty line."""
    text = line.strip()
    if not text:
        return None
    document = _document(text)
    if document is None:
        return Note(text)
    read = _READERS.get(str(document.get("message_type")))
    return Note(text) if read is None else read(document)


def _document(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _progress(document: Mapping[str, Any]) -> Progress:
    done = _number(document, "bytes_done") or _number(document, "bytes_restored")
    # What was there already counts as done, or a repeated restore would never pass 0 %.
    done += _number(document, "bytes_skipped")
    files = _number(document, "files_done") or _number(document, "files_restored")
    return Progress(
        seconds=_number(document, "seconds_elapsed"),
        percent=float(document.get("percent_done") or 0.0),
        total_files=_number(document, "total_files"),
        files_done=files + _number(document, "files_skipped"),
        total_bytes=_number(document, "total_bytes"),
        bytes_done=done,
    )


def _summary(document: Mapping[str, Any]) -> BackupSummary | RestoreSummary:
    if "snapshot_id" in document or "total_files_processed" in document:
        return BackupSummary(
            snapshot_id=str(document.get("snapshot_id", "")),
            files=_number(document, "total_files_processed"),
            bytes=_number(document, "total_bytes_processed"),
            added=_number(document, "data_added"),
        )
    return RestoreSummary(
        total_files=_number(document, "total_files"),
        files=_number(document, "files_restored"),
        skipped=_number(document, "files_skipped"),
        bytes=_number(document, "bytes_restored") + _number(document, "bytes_skipped"),
    )


def _problem(document: Mapping[str, Any]) -> Problem:
    error = document.get("error")
    message = str(error.get("message", "")) if isinstance(error, dict) else ""
    return Problem(str(document.get("item", "")), message)


def _number(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name, 0)
    return int(value) if isinstance(value, int | float) else 0


def _fatal(document: Mapping[str, Any]) -> Fatal:
    return Fatal(_number(document, "code"), str(document.get("message", "")))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "status": _progress,
    "summary": _summary,
    "initialized": lambda document: Initialized(str(document.get("id", ""))),
    "error": _problem,
    "exit_error": _fatal,
}
