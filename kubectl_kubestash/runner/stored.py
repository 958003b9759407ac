"""What a restic repository lists, as values: snapshots, locks, contents. Pure."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID = re.compile("[0-9a-f]{64}")


class StoredSnapshot(NamedTuple):
    """One restic snapshot, as the repository lists it."""

    id: str
    time: datetime
    """When it was complete; when it was begun, if written by a restic that did not keep this."""
    paths: tuple[str, ...]
    tags: tuple[str, ...]
    files: int
    """Regular files; 0 when written by a restic that did not keep this."""
    bytes: int


class Lock(NamedTuple):
    """One lock of a repository."""

    id: str
    host: str
    exclusive: bool
    time: str
    pid: int

    def __str__(self) -> str:
        kind = "exclusive lock" if self.exclusive else "lock"
        return f"{kind} {self.id[:8]} of {self.host} (process {self.pid}) since {self.time}"


class Contents(NamedTuple):
    """What a restore of a snapshot brings back."""

    entries: int
    """Files, directories, links, everything."""
    bytes: int


class RootNode(NamedTuple):
    """Owner and mode of the directory that was backed up."""

    uid: int
    gid: int
    mode: int
    mtime: str


def stored_snapshot(entry: Mapping[str, Any]) -> StoredSnapshot:
    """One entry of `restic snapshots --json`."""
    summary = entry.get("summary") or {}
    return StoredSnapshot(
        id=str(entry["id"]),
        time=moment(str(summary.get("backup_end") or entry["time"])),
        paths=tuple(entry.get("paths") or ()),
        tags=tuple(entry.get("tags") or ()),
        files=int(summary.get("total_files_processed", 0)),
        bytes=int(summary.get("total_bytes_processed", 0)),
    )


def check_id(snapshot_id: str, where: str) -> None:
    """Raises Refused for what is on record as an id but is none; restic may take it for a flag."""
    if not _ID.fullmatch(snapshot_id):
        raise Refused(f"{where}: {snapshot_id!r} is no id of a restic snapshot.")


def moment(text: str) -> datetime:
    """RFC 3339 with up to nine digits of a second, of which Python reads six."""
    head, dot, rest = text.partition(".")
    digits = "".join(_leading_digits(rest))
    zone = rest[len(digits) :] if dot else ""
    return datetime.fromisoformat(f"{head}.{digits[:6]:0<6}{zone}" if dot else text)


def nanoseconds(text: str) -> int:
    """RFC 3339 with up to nine digits of a second, as whole nanoseconds since 1970."""
    whole, _, rest = text.partition(".")
    digits = "".join(_leading_digits(rest))
    seconds = datetime.fromisoformat(f"{whole}{rest[len(digits) :]}").timestamp()
    return int(seconds) * 10**9 + int(f"{digits:0<9}"[:9])


def _leading_digits(text: str) -> list[str]:
    """The digits that a text begins with."""
    digits: list[str] = []
    for character in text:
        if not character.isdigit():
            break
        digits.append(character)
    return digits


def documents(line: str) -> list[Mapping[str, Any]]:
    """The JSON object in a line, or nothing."""
    if not line.startswith("{"):
        return []
    try:
        return [json.loads(line)]
    except ValueError:
        return []


# https://pkg.go.dev/io/fs#FileMode: the special bits are not where Unix has them.
_GO_SETUID, _GO_SETGID, _GO_STICKY = 1 << 23, 1 << 22, 1 << 20


def root_node(node: Mapping[str, Any]) -> RootNode:
    """One node of `restic ls --json`."""
    go_mode = int(node.get("mode", 0))
    mode = go_mode & 0o777
    mode |= 0o4000 if go_mode & _GO_SETUID else 0
    mode |= 0o2000 if go_mode & _GO_SETGID else 0
    mode |= 0o1000 if go_mode & _GO_STICKY else 0
    return RootNode(
        int(node.get("uid", 0)), int(node.get("gid", 0)), mode, str(node.get("mtime", ""))
    )


def lock_of(lock_id: str, document: Mapping[str, Any]) -> Lock:
    """The lock of this id, from `restic cat lock`."""
    return Lock(
        lock_id,
        str(document.get("hostname", "")),
        bool(document.get("exclusive", False)),
        str(document.get("time", "")),
        int(document.get("pid", 0)),
    )
