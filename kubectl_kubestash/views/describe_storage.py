"""What there is to say about a BackupStorage, a Repository and a RetentionPolicy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import size
from .description import Related, conditions, events, head, phase_with_reason, refer, usage
from .fields import NONE, age_of, at, items, mapping, moment, name_of, namespace_of, text, texts
from .section import Section, present

if TYPE_CHECKING:
    from .fields import Raw

_DELETION = {
    "Delete": "Delete (Repositories and Snapshots go, the data stays)",
    "WipeOut": "WipeOut (the data is erased, too)",
}
_PLAIN = ("mountPath", "subPath", "maxConnections")


def describe_backup_storage(storage: Raw, related: Related) -> list[Section]:
    """Where the data lies, who may put some there, and what is there already."""
    now = related.now
    rows = tuple(
        (
            f"{text(entry, 'namespace')}/{text(entry, 'name')}",
            text(entry, "path"),
            size.brief(text(entry, "size")) or NONE,
            {"true": "yes", "false": "no"}.get(text(entry, "synced"), NONE),
            text(entry, "error"),
        )
        for entry in items(storage, "status", "repositories")
    )
    return [
        head(
            storage,
            now,
            ("Phase", phase_with_reason(storage)),
            ("Default", "yes" if at(storage, "spec", "default") else ""),
            ("Usable from", usage(storage)),
            ("Deletion", _DELETION.get(text(storage, "spec", "deletionPolicy"), "Delete")),
            ("Total size", size.brief(text(storage, "status", "totalSize"))),
        ),
        Section("Backend", fields=present(_backend(storage))),
        Section("Repositories", columns=("NAME", "PATH", "SIZE", "SYNCED", "ERROR"), rows=rows),
        conditions(storage, now),
        events(related.events, now),
    ]


def describe_repository(repository: Raw, related: Related) -> list[Section]:
    """Whose data it is, where it lies, and the snapshots in it."""
    now, home = related.now, namespace_of(repository)
    mine = [
        snapshot
        for snapshot in related.snapshots
        if text(snapshot, "spec", "repository") == name_of(repository)
    ]
    mine.sort(key=lambda snapshot: text(snapshot, "metadata", "creationTimestamp"))
    rows = tuple(
        (
            name_of(snapshot),
            text(snapshot, "spec", "session"),
            text(snapshot, "status", "phase") or "Pending",
            size.brief(text(snapshot, "status", "size")) or NONE,
            age_of(snapshot, now),
        )
        for snapshot in mine
    )
    last = at(repository, "status", "lastBackupTime")
    return [
        head(
            repository,
            now,
            ("Application", refer(at(repository, "spec", "appRef"), home)),
            ("Storage", refer(at(repository, "spec", "storageRef"), home)),
            ("Path", text(repository, "spec", "path")),
            ("Encrypted by", refer(at(repository, "spec", "encryptionSecret"), home)),
            ("Deletion", _DELETION.get(text(repository, "spec", "deletionPolicy"), "Delete")),
            ("Phase", phase_with_reason(repository)),
            ("Last backup", moment(last, now) if last else "none yet"),
            ("Size", size.brief(text(repository, "status", "size"))),
            ("Integrity", {"true": "ok", "false": "broken"}.get(_integrity(repository), "")),
            ("Components", ", ".join(texts(repository, "status", "componentPaths"))),
        ),
        Section("Snapshots", columns=("NAME", "SESSION", "PHASE", "SIZE", "AGE"), rows=rows),
        conditions(repository, now),
        events(related.events, now),
    ]


def describe_retention_policy(policy: Raw, related: Related) -> list[Section]:
    """Which Snapshots survive."""
    kept = mapping(policy, "spec", "successfulSnapshots")
    rules = [f"{kept[key]} {word}" for key, word in _RULES if key in kept]
    failed = text(policy, "spec", "failedSnapshots", "last") or "1"
    return [
        head(
            policy,
            related.now,
            ("Default", "yes" if at(policy, "spec", "default") else ""),
            ("Usable from", usage(policy)),
        ),
        Section(
            "Keeps",
            fields=present(
                [
                    ("Successful", ", ".join(rules)),
                    ("Failed", f"{failed} newest"),
                    ("Nothing older than", text(policy, "spec", "maxRetentionPeriod")),
                    ("In any case", "the newest successful one of each repository and session"),
                ]
            ),
        ),
        events(related.events, related.now),
    ]


_RULES = (
    ("last", "newest"),
    ("hourly", "hourly"),
    ("daily", "daily"),
    ("weekly", "weekly"),
    ("monthly", "monthly"),
    ("yearly", "yearly"),
)


def _backend(storage: Raw) -> list[tuple[str, str]]:
    provider = text(storage, "spec", "storage", "provider")
    block = mapping(storage, "spec", "storage", provider)
    pairs = [("Provider", provider)]
    for key, value in block.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{name}={part}" for name, part in value.items())
            pairs.append((_label(key), inner or "{}"))
        else:
            pairs.append((_label(key), text(block, key)))
    return pairs


def _label(key: str) -> str:
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in key)
    return words.replace(" t l s", " TLS").capitalize() if key != "insecureTLS" else "Insecure TLS"


def _integrity(repository: Raw) -> str:
    return text(repository, "status", "integrity")
