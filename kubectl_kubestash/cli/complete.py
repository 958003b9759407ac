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
from .frame import Command, Group
from .help_page import summary_of
from .root import application
from .run_list import PHASES
from .settings import GLOBAL_FLAGS, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typer._click import Parameter

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
    "--dry-run": ("client", "server"),
    "--color": ("auto", "always", "never"),
    "--provider": ("s3", "gcs", "azure", "local"),
    "--deletion-policy": ("Delete", "WipeOut"),
    "--usable-from": ("All", "Same"),
    "--phase": PHASES,
}
_ONE_OF = "One of: "
"""How the help of a flag begins that lists what can be said."""

_ANYTHING, _NO_FILES, _FOLDERS = 0, 4, 16
"""What the shell may add: https://pkg.go.dev/github.com/spf13/cobra#ShellCompDirective."""

_PATHS = {"FILE": _ANYTHING, "FOLDER": _FOLDERS}
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


def candidates(words: list[str], settings: Settings | None = None) -> tuple[list[Candidate], int]:
    """Names and what they are, all of which begin with the last word; what the shell may add."""
    settings = settings or Settings()
    settings.read_environment()
    *before, typed = words or [""]
    line = _read(before, settings)
    if typed.startswith("-") and "=" in typed:
        flag, _, typed = typed.partition("=")
        line = line._replace(waiting_flag=flag)
    found = [each for each in _possible(line, typed, settings) if each[0].startswith(typed)]
    return found, _directive(line)


def _directive(line: _Line) -> int:
    """Files where the flag wants one; nothing else is a file."""
    shared = {name: known.metavar for known in GLOBAL_FLAGS for name in known.names}
    own = _own_flag(line)
    metavar = own.metavar if own is not None else shared.get(line.waiting_flag)
    takes_folder = own is not None and "or a folder" in str(getattr(own, "help", ""))
    return _ANYTHING if takes_folder else _PATHS.get(metavar or "", _NO_FILES)


def _own_flag(line: _Line) -> Parameter | None:
    return next((param for param in line.command.params if line.waiting_flag in param.opts), None)


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
        elif word.startswith("-") and "=" in word:
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
    if flag in _CHOICES:
        return [(choice, "") for choice in _CHOICES[flag]]
    if flag == "--session":
        return _sessions(line, settings)
    if flag == "--context":
        from ..kube import kubeconfig  # noqa: PLC0415 - only who completes contexts

        known = kubeconfig.read(settings.kubeconfig, settings.environment).contexts
        return [(name, "") for name in sorted(known)]
    if (own := _own_flag(line)) is not None and flag not in _FLAG_VALUES:
        return [(choice, "") for choice in _listed(str(getattr(own, "help", "")))]
    resource = _FLAG_VALUES.get(flag)
    return _names(resource, settings) if resource else []


def _listed(about: str) -> list[str]:
    """`One of: json, jsonpath=TEMPLATE, or a file.`: json and jsonpath=."""
    if not about.startswith(_ONE_OF):
        return []
    words = about.removeprefix(_ONE_OF).rstrip(".").split(", ")
    return [name + equals for name, equals, _ in (w.partition("=") for w in words if " " not in w)]


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
        if word in flag.names and flag.kind is bool:
            settings.set(flag, value.lower() not in {"0", "f", "false"})
        elif word in flag.names:
            settings.set(flag, (value,) if flag.kind is tuple else value)
