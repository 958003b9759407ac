"""What there is to say about an Addon, a Function and a HookTemplate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resolve.task_support import lacks
from ..resolve.wording import counted
from .addons import missing_command_of
from .description import Related, events, head, usage
from .fields import NONE, at, items, mapping, name_of, namespace_of, text, texts
from .section import Section, present
from .variables import leaves, names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .fields import Raw

KINDS = ("backup", "restore")


def describe_addon(addon: Raw, related: Related) -> list[Section]:
    """Its tasks: what runs, what can be set, where a parameter ends up, who uses it."""
    functions = {name_of(function): function for function in related.functions}
    counts = " and ".join(
        counted(len(tasks), f"{kind} task")
        for kind in KINDS
        if (tasks := items(addon, "spec", f"{kind}Tasks")) or kind == "backup"
    )
    return [
        head(addon, related.now, ("Tasks", counts)),
        *(
            _task(addon, task, kind, functions, related.configurations)
            for kind in KINDS
            for task in items(addon, "spec", f"{kind}Tasks")
        ),
        Section("Example", lines=tuple(_example(addon))),
        events(related.events, related.now),
    ]


def task_names(addon: Raw, kind: str) -> list[str]:
    """The names of its backup or restore tasks."""
    return [text(task, "name") for task in items(addon, "spec", f"{kind}Tasks")]


def describe_function(function: Raw, related: Related) -> list[Section]:
    """The container it makes, and which variables it asks for."""
    asked = list(dict.fromkeys(name for _, value in _values(function) for name in names(value)))
    users = [
        f"{name_of(addon)}/{text(task, 'name')}"
        for addon in related.addons
        for kind in KINDS
        for task in items(addon, "spec", f"{kind}Tasks")
        if text(task, "function") == name_of(function)
    ]
    return [
        head(
            function,
            related.now,
            ("Image", text(function, "spec", "image")),
            ("Versions", ", ".join(texts(function, "spec", "availableVersions"))),
            ("Used by", ", ".join(users) or "no task"),
            ("Warning", _not_yet(function)),
        ),
        Section("Command", lines=tuple(texts(function, "spec", "command"))),
        Section("Arguments", lines=tuple(texts(function, "spec", "args"))),
        Section("Variables", lines=(", ".join(asked),) if asked else ()),
        events(related.events, related.now),
    ]


def describe_hook_template(template: Raw, related: Related) -> list[Section]:
    """What it runs, where, and what can be set."""
    rows = tuple(
        (
            text(param, "name"),
            text(param, "default") or NONE,
            "yes" if at(param, "required") else "no",
            text(param, "usage"),
        )
        for param in items(template, "spec", "params")
    )
    action = mapping(template, "spec", "action")
    return [
        head(
            template,
            related.now,
            ("Executor", text(template, "spec", "executor", "type")),
            ("Action", ", ".join(action)),
            ("Usable from", usage(template)),
        ),
        Section("Parameters", columns=("NAME", "DEFAULT", "REQUIRED", "USAGE"), rows=rows),
        events(related.events, related.now),
    ]


def _task(
    addon: Raw,
    task: Raw,
    kind: str,
    functions: Mapping[str, Raw],
    configurations: Sequence[Raw],
) -> Section:
    name = text(task, "name")
    function = functions.get(text(task, "function"))
    return Section(
        f"Task {name} ({kind})",
        fields=present(
            [
                ("Function", text(task, "function")),
                ("Runs", _runs(task)),
                ("Image", _image(function)),
                *_volumes(task),
                ("Used by", _used_by(name_of(addon), name, configurations, kind)),
                ("Warning", _warning(task, function)),
            ]
        ),
        columns=("PARAMETER", "DEFAULT", "REQUIRED", "USED IN", "USAGE"),
        rows=tuple(_parameters(task, function)),
    )


def _runs(task: Raw) -> str:
    parts = [f"driver {text(task, 'driver')}", f"executor {text(task, 'executor') or 'Job'}"]
    parts.append("once for the target" if at(task, "singleton") else "once per pod or node")
    return ", ".join(parts)


def _image(function: Raw | None) -> str:
    image = text(function, "spec", "image")
    return f"{image}   (template)" if names(image) else image


def _parameters(task: Raw, function: Raw | None) -> Iterator[tuple[str, ...]]:
    for parameter in items(task, "parameters"):
        name = text(parameter, "name")
        default = at(parameter, "default")
        yield (
            name,
            NONE if default is None else f'"{default}"' if default == "" else str(default),
            "yes" if at(parameter, "required") else "no",
            _used_in(name, function) or NONE,
            text(parameter, "usage"),
        )


def _used_in(name: str, function: Raw | None) -> str:
    places = []
    for place, value in _values(function):
        if name in names(value):
            flag = value.partition("=")[0] if value.startswith("-") else ""
            places.append(f"arg {flag}" if flag else place)
    return ", ".join(places)


def _values(function: Raw | None) -> Iterator[tuple[str, str]]:
    """Every text of the container that may hold variables, with where it is."""
    if function is None:
        return
    yield "image", text(function, "spec", "image")
    for field in ("command", "args"):
        for number, value in enumerate(texts(function, "spec", field)):
            yield f"{field}[{number}]", value
    yield "workingDir", text(function, "spec", "workingDir")
    for field in ("volumeMounts", "runtimeSettings", "ports", "volumeDevices"):
        for value in leaves(at(function, "spec", field)):
            yield field, value


def _volumes(task: Raw) -> list[tuple[str, str]]:
    mounts: dict[str, list[str]] = {}
    for mount in items(task, "volumeMounts"):
        mounts.setdefault(text(mount, "name"), []).append(text(mount, "mountPath"))
    shown = []
    for volume in items(task, "volumeTemplate"):
        name = text(volume, "name")
        source = ", ".join(mapping(volume, "source")) or "no source"
        where = ", ".join(mounts.pop(name, [])) or "not mounted"
        shown.append(f"{name} at {where} ({source})")
    shown += [f"{name} at {', '.join(paths)} (given elsewhere)" for name, paths in mounts.items()]
    return [("" if number else "Volumes", line) for number, line in enumerate(shown)]


def _used_by(addon: str, task: str, configurations: Sequence[Raw], kind: str) -> str:
    if kind != "backup":
        return ""
    users = [
        f"{namespace_of(configuration)}/{name_of(configuration)}[{text(session, 'name')}]"
        for configuration in configurations
        for session in items(configuration, "spec", "sessions")
        if text(session, "addon", "name") == addon
        and any(text(used, "name") == task for used in items(session, "addon", "tasks"))
    ]
    return ", ".join(users) or "no BackupConfiguration"


def _warning(task: Raw, function: Raw | None) -> str:
    warnings = []
    if function is None:
        warnings.append(f"Function {text(task, 'function')} does not exist")
    if lacking := lacks(text(task, "driver"), text(task, "executor")):
        warnings.append(f"{lacking.removeprefix('the ')} is not supported yet")
    elif function is not None and (lacking := _not_yet(function)):
        warnings.append(lacking)
    return "; ".join(warnings)


def _not_yet(function: Raw) -> str:
    missing = missing_command_of(function)
    return f"not supported yet: this version has no command {missing}" if missing else ""


def _example(addon: Raw) -> Iterator[str]:
    tasks = task_names(addon, "backup")
    if tasks:
        yield (
            f"kubectl kubestash addon resolve {name_of(addon)} {tasks[0]} "
            "--bc NAMESPACE/NAME --session NAME --explain"
        )
