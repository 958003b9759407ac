"""What is each object called?

Names are made from other names, so every step of a run can be found again after a crash. Limits and
the way of cutting are those of KubeStash, so that scripts written for it find our objects. Where a
name becomes a label or must stay unique after cutting, a hash keeps two long names apart.
"""

from __future__ import annotations

import hashlib
import re

NAME_LIMIT = 63
CRON_JOB_LIMIT = 52
"""A CronJob appends 11 characters to make the names of its Jobs."""

_RUN = re.compile(r"(?P<head>.+)-(?P<digits>\d+)")


def join3(prefix: str, name: str, suffix: str, *, limit: int = NAME_LIMIT) -> str:
    """`prefix-name-suffix`; when too long, its middle is left out."""
    joined = "-".join(part for part in (prefix, name, suffix) if part)
    if len(joined) <= limit:
        return joined.strip("-")
    head = (limit + 1) // 2
    return (joined[:head] + joined[len(joined) - (limit - head) :]).strip("-")


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
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: limit - 9].rstrip('-._')}-{digest}"


def backup_session(invoker: str, session: str, unix_seconds: int) -> str:
    """The run of a session that was started at this second."""
    return join3(invoker, session, str(unix_seconds))


def snapshot(repository: str, backup_session_name: str) -> str:
    """What that run stores in that Repository."""
    run = _RUN.fullmatch(backup_session_name)
    if run is None:
        return join3(repository, backup_session_name, "")
    return join3(repository, run["head"], run["digits"])


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
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{label[: NAME_LIMIT - 9].rstrip('-')}-{digest}".lstrip("-")


def _of_kind(verb: str, kind: str, name: str) -> str:
    plain = kind == "BackupStorage" and not name.startswith(("repository-", "snapshot-"))
    return unique(f"{verb}-{name}" if plain else f"{verb}-{kind.lower()}-{name}")
