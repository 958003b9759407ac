"""Objects and their changes in SQLite: all that outlives the process.

Journal WAL with `synchronous=NORMAL`: what was answered is in a file before the answer leaves, so
it outlives SIGKILL; a power failure may lose the last moments, but never leaves half a write
(https://www.sqlite.org/pragma.html#pragma_synchronous). FULL would cost a sync to disk each write.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import Refused
from .wire import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .kinds import Kind

FORMAT = 1
KEPT_CHANGES = 4000
"""After so many, a watch from an older version has to start anew."""

_SCHEMA = f"""
CREATE TABLE objects(resource, namespace, name, uid, deleting, body,
  PRIMARY KEY(resource, namespace, name));
CREATE UNIQUE INDEX by_uid ON objects(uid);
CREATE INDEX by_namespace ON objects(namespace);
CREATE INDEX going ON objects(resource) WHERE deleting;
CREATE TABLE owned(owner, uid, PRIMARY KEY(owner, uid)) WITHOUT ROWID;
CREATE INDEX by_owned ON owned(uid);
CREATE TABLE applied(uid, manager, body, PRIMARY KEY(uid, manager));
CREATE TABLE changes(version INTEGER PRIMARY KEY, resource, namespace, type, body, before);
CREATE INDEX by_resource ON changes(resource, version);
PRAGMA user_version = {FORMAT};
"""


class Change(NamedTuple):
    """One write, as watches tell it."""

    version: int
    namespace: str
    type: str
    body: bytes
    before: bytes | None


class Store:
    """One thread at a time. Raises Refused when the file is another version's or another's."""

    def __init__(self, file: Path, changed: Callable[[set[str]], object]) -> None:
        self._changed = changed
        self._touched: set[str] = set()
        try:
            self._db = sqlite3.connect(
                file, isolation_level=None, check_same_thread=False, timeout=0
            )
            self._open(file)
        except sqlite3.Error as error:
            hint = "look for a sandbox that runs, the rights of the folder, and room on its disk"
            raise Refused(f"{file} cannot be used: {error}", hint) from error
        newest = self._one("SELECT max(version) FROM changes")[0]
        self.version: int = newest or 0
        """The resourceVersion of the last write."""
        self.is_unsettled = True
        """Whether a write may have left something to collect; reset by whoever looks."""

    def _open(self, file: Path) -> None:
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA journal_size_limit=8388608")
        (found,) = self._one("PRAGMA user_version")
        if not found:
            self._db.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
        elif found != FORMAT:
            raise Refused(
                f"{file} was written by another version of the sandbox ({found}, not {FORMAT})",
                "kubectl kubestash sandbox reset",
            )

    def close(self) -> None:
        """Let others have the file."""
        self._db.close()

    @contextmanager
    def transaction(self, *, dry_run: bool = False) -> Iterator[None]:
        """All writes inside or none; none of a dry run. Watches hear of them afterwards."""
        before = self.version
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("ROLLBACK" if dry_run else "COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self.version, self._touched = before, set()
            raise
        touched, self._touched = self._touched, set()
        if dry_run:
            self.version = before
        elif touched:
            self._changed(touched)

    def get(self, resource: str, namespace: str, name: str) -> bytes | None:
        """One object as it is stored."""
        found = self._db.execute(
            "SELECT body FROM objects WHERE resource=? AND namespace=? AND name=?",
            (resource, namespace, name),
        ).fetchone()
        return found[0] if found else None

    def bodies(self, resource: str, namespace: str = "") -> Iterator[bytes]:
        """All in the order of namespace and name."""
        rows = self._db.execute(
            "SELECT body FROM objects WHERE resource=? AND namespace BETWEEN ? AND ?"
            " ORDER BY namespace, name",
            (resource, namespace, namespace or "~"),
        )
        return (body for (body,) in rows)

    def select(self, condition: str, *values: str) -> list[tuple[str, bytes]]:
        """Resource and body of those that an SQL condition of ours on `objects` holds for."""
        found = f"SELECT resource, body FROM objects WHERE {condition}"  # noqa: S608 - our own text
        return self._db.execute(found, values).fetchall()

    def put(self, kind: Kind, new: dict[str, Any], before: bytes | None) -> bytes:
        """Write an object; its resourceVersion is set."""
        metadata = new["metadata"]
        key = (kind.resource, metadata.get("namespace", ""), metadata["name"])
        body = self._change(kind, "MODIFIED" if before else "ADDED", new, before)
        uid, deleting = metadata["uid"], "deletionTimestamp" in metadata
        self._db.execute(
            "REPLACE INTO objects VALUES(?, ?, ?, ?, ?, ?)", (*key, uid, deleting, body)
        )
        owners = {(owner.get("uid"), uid) for owner in metadata.get("ownerReferences") or ()}
        if before:
            self._db.execute("DELETE FROM owned WHERE uid=?", (uid,))
        self.is_unsettled |= deleting or bool(owners)
        self._db.executemany("INSERT INTO owned VALUES(?, ?)", owners)
        return body

    def remove(self, kind: Kind, last: dict[str, Any], before: bytes) -> bytes:
        """Delete an object; watches see its last state."""
        metadata = last["metadata"]
        self.is_unsettled = True
        self._db.execute("DELETE FROM objects WHERE uid=?", (metadata["uid"],))
        self._db.execute("DELETE FROM owned WHERE uid=?", (metadata["uid"],))
        self._db.execute("DELETE FROM applied WHERE uid=?", (metadata["uid"],))
        return self._change(kind, "DELETED", last, before)

    def applied(self, uid: str, manager: str) -> bytes | None:
        """What a field manager applied last."""
        query = "SELECT body FROM applied WHERE uid=? AND manager=?"
        found = self._db.execute(query, (uid, manager)).fetchone()
        return found[0] if found else None

    def keep_applied(self, uid: str, manager: str, body: bytes) -> None:
        """Remember that for the next time."""
        self._db.execute("REPLACE INTO applied VALUES(?, ?, ?)", (uid, manager, body))

    def changes(self, resource: str, since: int) -> list[Change]:
        """Writes of a kind after a version."""
        rows = self._db.execute(
            "SELECT version, namespace, type, body, before FROM changes"
            " WHERE resource=? AND version>? ORDER BY version LIMIT 500",
            (resource, since),
        )
        return [Change(*row) for row in rows]

    def is_known(self, version: int) -> bool:
        """Whether all changes since a version are still here, and the version was ever given."""
        oldest = self._one("SELECT min(version) FROM changes")[0] or 1
        return oldest - 1 <= version <= self.version

    def _change(self, kind: Kind, type_: str, new: dict[str, Any], before: bytes | None) -> bytes:
        self.version += 1
        metadata = new["metadata"]
        metadata["resourceVersion"] = str(self.version)
        body = packed(new)
        row = (self.version, kind.resource, metadata.get("namespace", ""), type_, body, before)
        self._db.execute("INSERT INTO changes VALUES(?, ?, ?, ?, ?, ?)", row)
        if self.version % 100 == 0:
            oldest = self.version - KEPT_CHANGES
            self._db.execute("DELETE FROM changes WHERE version <= ?", (oldest,))
        self._touched.add(kind.resource)
        return body

    def _one(self, query: str) -> Any:
        return self._db.execute(query).fetchone()
