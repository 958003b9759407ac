"""What there is to say about a BackupBlueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .describe_invoker import work
from .description import Related, events, head, usage
from .fields import NONE, at, items, namespace_of, reference, text
from .section import Section
from .variables import leaves, names

if TYPE_CHECKING:
    from .fields import Raw

TEMPLATE = ("spec", "backupConfigurationTemplate")


def describe_backup_blueprint(blueprint: Raw, related: Related) -> list[Section]:
    """Whom it is for, what it makes, and which variables an application has to set."""
    wanted = {name: None for value in leaves(at(blueprint, *TEMPLATE)) for name in names(value)}
    return [
        head(
            blueprint,
            related.now,
            ("For", ", ".join(_kind(subject) for subject in items(blueprint, "spec", "subjects"))),
            ("Usable from", usage(blueprint)),
            ("Makes", _made_in(blueprint)),
            ("When deleted", _deletion(text(blueprint, *TEMPLATE, "deletionPolicy"))),
        ),
        _sessions(blueprint),
        _backends(blueprint),
        Section("Asks for", lines=tuple(f"variables.kubestash.com/{name}" for name in wanted)),
        events(related.events, related.now),
    ]


def _kind(subject: Raw) -> str:
    group, _, _ = text(subject, "apiVersion").rpartition("/")
    return f"{text(subject, 'kind')}.{group}" if group else text(subject, "kind")


def _made_in(blueprint: Raw) -> str:
    where = text(blueprint, *TEMPLATE, "namespace") or namespace_of(blueprint)
    return f"BackupConfigurations in namespace {where}" if where else ""


def _deletion(policy: str) -> str:
    meanings = {
        "": "the BackupConfigurations stay",
        "OnDelete": "the BackupConfigurations go with it",
    }
    return meanings.get(policy, policy)


def _sessions(blueprint: Raw) -> Section:
    rows = tuple(
        (text(session, "name"), text(session, "scheduler", "schedule") or NONE, *work(session))
        for session in items(blueprint, *TEMPLATE, "sessions")
    )
    columns = ("NAME", "SCHEDULE", "ADDON", "TASKS", "REPOSITORIES")
    return Section("Sessions", columns=columns, rows=rows)


def _backends(blueprint: Raw) -> Section:
    rows = tuple(
        (
            text(backend, "name") or "(default)",
            reference(backend.get("storageRef"), namespace_of(blueprint)),
            reference(backend.get("retentionPolicy"), namespace_of(blueprint)),
        )
        for backend in items(blueprint, *TEMPLATE, "backends")
    )
    return Section("Backends", columns=("NAME", "STORAGE", "RETENTION POLICY"), rows=rows)
