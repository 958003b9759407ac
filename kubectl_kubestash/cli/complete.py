"""What could the word be that is being typed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import typer
from typer.main import get_command

from ..api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    NAMESPACE,
    OURS,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    SNAPSHOT,
    ObjectKey,
    ours_by_word,
)
from .frame import Command, Group, summary_of
from .root import application
from .settings import GLOBAL_FLAGS, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.resources import Resource

Candidate = tuple[str, str]

_FLAG_VALUES: dict[str, Resource] = {
    "-n": NAMESPACE,
    "--namespace": NAMESPACE,
    "--repo": REPOSITORY,
    "--snapshot": SNAPSHOT,
    "--bc": BACKUP_CONFIGURATION,
    "--addon": ADDON,
    "--storage": BACKUP_STORAGE,
    "--retention": RETENTION_POLICY,
}
_CHOICES = {
    "-o": ("json", "yaml", "name", "wide", "jsonpath=", "custom-columns="),
    "--output": ("json", "yaml", "name", "wide", "jsonpath=", "custom-columns="),
    "--dry-run": ("client", "server"),
    "--color": ("auto", "always", "never"),
    "--provider": ("s3", "gcs", "azure", "local"),
}
_LINT_FORMS = ("table", "json", "github")
_ARGUMENTS: dict[tuple[str, ...], Resource] = {
    ("backup", "now"): BACKUP_CONFIGURATION,
    ("backup", "list"): BACKUP_CONFIGURATION,
    ("backup", "wait"): BACKUP_SESSION,
    ("backup", "logs"): BACKUP_SESSION,
    ("restore", "wait"): RESTORE_SESSION,
    ("restore", "logs"): RESTORE_SESSION,
    ("trigger",): BACKUP_CONFIGURATION,
    ("addon", "describe"): ADDON,
    ("addon", "lint"): ADDON,
}
_LATEST = {BACKUP_SESSION, RESTORE_SESSION, SNAPSHOT}


class _Line(NamedTuple):
    """The words so far, sorted out."""

    command: Command | Group
    path: tuple[str, ...]
    arguments: tuple[str, ...]
    waiting_flag: str
    """The flag whose value is being typed, or empty."""


def candidates(words: list[str], settings: Settings | None = None) -> list[Candidate]:
    """Names and what they are, all of which begin with the last word."""
    settings = settings or Settings()
    settings.read_environment()
    *before, typed = words or [""]
    line = _read(before, settings)
    return [found for found in _possible(line, typed, settings) if found[0].startswith(typed)]


def _read(words: Iterable[str], settings: Settings) -> _Line:
    root = get_command(application())
    assert isinstance(root, Group)
    command: Command | Group = root
    context = typer.Context(root)
    path: list[str] = []
    arguments: list[str] = []
    flag = ""
    for word in words:
        if flag:
            _remember(settings, flag, word)
            flag = ""
        elif word.startswith("--") and "=" in word:
            _remember(settings, *word.split("=", 1))
        elif word.startswith("-"):
            flag = word if _takes_value(command, word) else ""
        elif isinstance(command, Group) and (found := command.get_command(context, word)):
            assert isinstance(found, Command | Group)
            command = found
            path.append(word)
        else:
            arguments.append(word)
    return _Line(command, tuple(path), tuple(arguments), flag)


def _possible(line: _Line, typed: str, settings: Settings) -> list[Candidate]:
    if line.waiting_flag:
        return _values(line, settings)
    if typed.startswith("-"):
        return _flags(line.command)
    if isinstance(line.command, Group):
        context = typer.Context(line.command)
        return [(entry.name, entry.summary) for entry in line.command.rows(context)]
    return _positional(line, settings)


def _values(line: _Line, settings: Settings) -> list[Candidate]:
    flag = line.waiting_flag
    if line.path[-1:] == ("lint",) and flag in {"-o", "--output"}:
        return [(choice, "") for choice in _LINT_FORMS]
    if flag in _CHOICES:
        return [(choice, "") for choice in _CHOICES[flag]]
    if flag == "--session":
        return _sessions(line, settings)
    resource = _FLAG_VALUES.get(flag)
    return _names(resource, settings) if resource else []


def _positional(line: _Line, settings: Settings) -> list[Candidate]:
    if line.path in {("get",), ("describe",)}:
        if not line.arguments:
            return [(resource.plural, resource.kind) for resource in OURS]
        kind = ours_by_word(line.arguments[0])
        return _names(kind, settings) if kind else []
    if line.path == ("addon", "resolve"):
        return _tasks(line, settings) if line.arguments else _names(ADDON, settings)
    resource = _ARGUMENTS.get(line.path)
    return _names(resource, settings) if resource else []


def _names(resource: Resource, settings: Settings) -> list[Candidate]:
    namespace = settings.namespace if resource.namespaced else ""
    found = [
        (str(item["metadata"]["name"]), str(item.get("status", {}).get("phase", "")))
        for item in settings.client.list(resource, namespace)
    ]
    return [*([("@latest", "the newest")] if resource in _LATEST else []), *found]


def _sessions(line: _Line, settings: Settings) -> list[Candidate]:
    if not line.arguments:
        return []
    key = ObjectKey(settings.namespace, line.arguments[0])
    configuration = settings.client.find(BACKUP_CONFIGURATION, key) or {}
    return [
        (str(session["name"]), str(session.get("scheduler", {}).get("schedule", "")))
        for session in configuration.get("spec", {}).get("sessions", ())
    ]


def _tasks(line: _Line, settings: Settings) -> list[Candidate]:
    addon = settings.client.find(ADDON, ObjectKey("", line.arguments[0])) or {}
    return [
        (str(task["name"]), kind)
        for kind in ("backup", "restore")
        for task in addon.get("spec", {}).get(f"{kind}Tasks", ())
    ]


def _flags(command: Command | Group) -> list[Candidate]:
    own = [
        (name, str(getattr(param, "help", "") or ""))
        for param in command.params
        for name in param.opts
        if name.startswith("--")
    ]
    shared = [(name, flag.help) for flag in GLOBAL_FLAGS for name in flag.names if name[1] == "-"]
    return [(name, summary_of(about)) for name, about in [*own, *shared]]


def _takes_value(command: Command | Group, word: str) -> bool:
    for flag in GLOBAL_FLAGS:
        if word in flag.names:
            return flag.kind is not bool
    return any(
        word in param.opts and not getattr(param, "is_flag", False) for param in command.params
    )


def _remember(settings: Settings, word: str, value: str) -> None:
    for flag in GLOBAL_FLAGS:
        if word in flag.names:
            settings.set(flag, (value,) if flag.kind is tuple else value or True)
