"""The story on the sandbox: a volume and a database, backed up, lost, restored, compared."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .comparison import compare
from .pods import Pods

if TYPE_CHECKING:
    from .teller import Teller

_HERE = Path(__file__).parent
_EXAMPLES = "examples/sandbox"
NAMESPACE = "demo"
ROWS = 200_000
_SHOP = f"""
CREATE DATABASE shop;
\\connect shop
CREATE TABLE orders AS
  SELECT number, md5(number::text) AS article, number % 97 AS pieces
  FROM generate_series(1, {ROWS}) AS number;
"""
_SUM = "SELECT count(*), sum(pieces), md5(string_agg(article, '' ORDER BY number)) FROM orders"
_PSQL = "psql -h 127.0.0.1 -p 15432 -U postgres -XAtq -v ON_ERROR_STOP=1"


@dataclass(frozen=True)
class Outcome:
    """What the last five lines tell."""

    entries: int
    size: int
    rows: int
    """Of the database; 0 where it was not shown."""

    backup_seconds: float
    restore_seconds: float


class Story:
    """What is told of a sandbox with an operator."""

    def __init__(self, teller: Teller, *, has_database: bool) -> None:
        self.teller = teller
        self.pods = Pods(teller, NAMESPACE)
        self.has_database = has_database

    @property
    def configurations(self) -> list[str]:
        return ["files", "shop"] if self.has_database else ["files"]

    def tell(self) -> Outcome:
        """Prepare, back up, lose, restore, compare. Raises Broken."""
        self._prepare()
        before = self._fingerprints()
        backup_seconds = self._back_up()
        self._destroy()
        restore_seconds = self._restore()
        self.teller.chapter("Compare: contents, owners, modes, links, times; every row")
        after = self._fingerprints()
        for name, was, now in zip(self.configurations, before, after, strict=True):
            compare(name, was, now)
        *entries, size = after[0].splitlines()
        print(f"{len(entries)} entries, {int(size):,} bytes: all the same")
        if self.has_database:
            print(f"rows, pieces, checksum of the orders: {after[1].strip()}: all the same")
        rows = int(after[1].split("|")[0]) if self.has_database else 0
        return Outcome(len(entries), int(size), rows, backup_seconds, restore_seconds)

    def _prepare(self) -> None:
        self.teller.chapter("An application with a volume, and a database")
        self.pods.create_namespace()
        names = ["volume", *(["database"] if self.has_database else [])]
        for name in names:
            self.pods.apply(f"{_EXAMPLES}/{name}.yaml")
        self.pods.wait_until_ready("application")
        self.pods.run("application", "python3 - /data", stdin=_script("fill.py"))
        if self.has_database:
            self.pods.wait_until_ready("shop")
            self._psql("postgres", "-f -", stdin=_SHOP)
        self.teller.chapter("Where backups go, and what is backed up")
        self.teller.run(f"kubectl kubestash create encryption-secret encrypt-secret -n {NAMESPACE}")
        self.pods.apply(f"{_EXAMPLES}/storage.yaml")
        for name in ("volume", "database")[: len(self.configurations)]:
            self.pods.apply(f"{_EXAMPLES}/backup-{name}.yaml")
        self.teller.chapter("The operator makes a first backup by itself")
        for name in self.configurations:
            wait = f"kubectl kubestash backup wait {name}@latest -n {NAMESPACE} --timeout 3m"
            self.teller.run(wait)

    def _back_up(self) -> float:
        self.teller.chapter("What can be set, and what it does")
        self.teller.run("kubectl kubestash describe addon pvc-addon")
        self.teller.chapter("Back up now")
        began = time.monotonic()
        for name in self.configurations:
            self.teller.run(f"kubectl kubestash backup now {name} -n {NAMESPACE} --follow")
        seconds = time.monotonic() - began
        self.teller.run(f"kubectl kubestash get snapshots -n {NAMESPACE}")
        return seconds

    def _destroy(self) -> None:
        self.teller.chapter("Disaster: the volume is emptied, the database dropped")
        self.pods.run("application", "find /data -mindepth 1 -delete")
        print(self.pods.run("application", "sh -c 'find /data | wc -l'").strip())
        if self.has_database:
            self._psql("postgres", "-c 'DROP DATABASE shop'")

    def _restore(self) -> float:
        self.teller.chapter("Restore")
        began = time.monotonic()
        for name in self.configurations:
            self.teller.run(
                f"kubectl kubestash restore now --repo {name} -n {NAMESPACE} --yes --follow"
            )
        return time.monotonic() - began

    def _fingerprints(self) -> list[str]:
        found = [
            self.pods.run(
                "application", "python3 - /data", stdin=_script("fingerprint.py"), quiet=True
            )
        ]
        if self.has_database:
            found.append(self._psql("shop", f'-c "{_SUM}"', quiet=True))
        return found

    def _psql(self, database: str, arguments: str, *, stdin: str = "", quiet: bool = False) -> str:
        line = f"{_PSQL} -d {database} {arguments}"
        shell = f"PGPASSWORD=$POSTGRES_PASSWORD exec {line}".replace("'", "'\"'\"'")
        if not quiet:
            self.teller.show(f"kubectl exec -i -n {NAMESPACE} shop -- {line}")
        return self.pods.run("shop", f"sh -c '{shell}'", stdin=stdin, quiet=True)


def _script(name: str) -> str:
    return (_HERE / name).read_text()
