"""What is each object called?

Names are made from other names, so every step of a run can be found again after a crash. Names that
fit, and the limits, are those of KubeStash, so that scripts written for it find our objects. In one
that is cut, a hash of the whole keeps it apart from others: KubeStash has none there.
"""

from __future__ import annotations

import hashlib
import re

NAME_LIMIT = 63
CRON_JOB_LIMIT = 52
"""A CronJob appends 11 characters to make the names of its Jobs."""

_RUN = re.compile(r"(?P<head>.+)-(?P<digits>\d+)")


def join3(prefix: str, name: str, suffix: str, *, limit: int = NAME_LIMIT) -> str:
    """`prefix-name-suffix`; when too long, a hash of the three stands for its middle."""
    joined = "-".join(part for part in (prefix, name, suffix) if part)
    if len(joined) <= limit:
        return joined.strip("-")
    digest = _digest(f"{prefix}\0{name}\0{suffix}")
    room = limit - len(digest) - 2
    head, tail = joined[: (room + 1) // 2], joined[len(joined) - room // 2 :]
    return f"{head.strip('-.')}-{digest}-{tail.strip('-.')}"


def with_suffix(name: str, suffix: str, *, limit: int = NAME_LIMIT) -> str:
    """`name-suffix`; when too long, the name is cut and the suffix kept whole."""
    room = limit - len(suffix) - 1
    return f"{name[:room].rstrip('-')}-{suffix}"


def unique(name: str, *, limit: int = NAME_LIMIT) -> str:
    """The name itself, or, when too long, its beginning and a hash of all of it.

    Two long names that share a beginning stay different, and the result is valid as a name and as a
    label value: at most `limit` characters, alphanumeric at both ends.
    """
    if len(name) <= limit:
        return name
    return f"{name[: limit - 9].rstrip('-._')}-{_digest(name)}"


def backup_session(invoker: str, session: str, unix_seconds: int) -> str:
    """The run of a session that was started at this second."""
    return join3(invoker, session, str(unix_seconds))


def snapshot(repository: str, backup_session_name: str) -> str:
    """What that run stores in that Repository."""
    run = _RUN.fullmatch(backup_session_name)
    if run is None:
        return join3(repository, backup_session_name, "")
    return join3(repository, run["head"], run["digits"])


def former_snapshot(repository: str, backup_session_name: str) -> str:
    """What it was called before names that are cut had a hash: its middle was left out."""
    joined = f"{repository}-{backup_session_name}"
    if len(joined) <= NAME_LIMIT:
        return joined
    head = (NAME_LIMIT + 1) // 2
    return (joined[:head] + joined[len(joined) - (NAME_LIMIT - head) :]).strip("-")


def trigger(invoker: str, session: str) -> str:
    """The CronJob of a session, its ServiceAccount and its RoleBinding."""
    return join3("trigger", invoker, session, limit=CRON_JOB_LIMIT)


def backup_job(backup_session_name: str, component: str = "") -> str:
    """The Job that backs up one component; no component means a task that runs once."""
    return unique(f"{backup_session_name}-{component}" if component else backup_session_name)


def finish_job(backup_session_name: str) -> str:
    """The Job that uploads metadata and applies the retention policy after the backup Jobs."""
    name = f"retention-policy-{backup_session_name}"
    run = _RUN.fullmatch(name)
    if len(name) <= NAME_LIMIT or run is None or len(run["digits"]) > NAME_LIMIT // 2:
        return unique(name)
    # Configurations whose names begin alike run in the same second: a plain cut would make their
    # Jobs one.
    return f"{unique(run['head'], limit=NAME_LIMIT - len(run['digits']) - 1)}-{run['digits']}"


def restore_job(restore_session_name: str, component: str = "") -> str:
    """The Job that restores one component; no component means a task that runs once."""
    return unique(f"{restore_session_name}-{component}" if component else restore_session_name)


def init_job(name: str, kind: str = "BackupStorage") -> str:
    """The Job that initialises a BackupStorage, or a Repository of this name."""
    return _of_kind("init", kind, name)


def cleanup_job(name: str, kind: str = "BackupStorage") -> str:
    """The Job that removes the data of a BackupStorage, or a Repository or Snapshot of this name.

    Each kind has names of its own: a storage and a repository may be namesakes.
    """
    return _of_kind("cleanup", kind, name)


def volume(name: str) -> str:
    """A name for a volume of a pod, made from any name: a DNS label, other for other names."""
    label = re.sub("[^a-z0-9-]", "-", name.lower()).strip("-")
    if label == name and len(name) <= NAME_LIMIT:
        return name
    return f"{label[: NAME_LIMIT - 9].rstrip('-')}-{_digest(name)}".lstrip("-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _of_kind(verb: str, kind: str, name: str) -> str:
    plain = kind == "BackupStorage" and not name.startswith(("repository-", "snapshot-"))
    return unique(f"{verb}-{name}" if plain else f"{verb}-{kind.lower()}-{name}")
