"""What do Stash's Functions and Tasks become? A Function stays one; a Task becomes an Addon.

The steps of a Task run one after the other in one Job. So do the tasks of a session: each step is
a task of the Addon, and a session names them all in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...api.resources import ADDON, FUNCTION
from ..labels import STEPS
from ..task_values import BUILTINS
from . import built_in, metadata
from .reading import LOST
from .stash_objects import name_of, spec_of
from .variables import needed, renamed, used

if TYPE_CHECKING:
    from ..manifest import Object
    from .reading import Reading
    from .stash_objects import Raw, StashObjects

_FIELDS = (
    *("image", "command", "args", "workingDir", "ports", "volumeMounts", "volumeDevices"),
    "runtimeSettings",
)


@dataclass(frozen=True)
class Step:
    """One step of a Task."""

    name: str
    """Unique in the Task."""

    function: str
    params: dict[str, str]
    used: tuple[str, ...]
    """Variables in the Function and the volumes, under KubeStash's names."""

    needed: tuple[str, ...]
    """Those that have no default of their own."""


def function(reading: Reading, stash: StashObjects) -> list[Object]:
    """The Function; under another name where it would replace one that install brings."""
    name = function_name(stash, str(reading.get("metadata.name") or ""))
    made = metadata.same(FUNCTION, reading, namespace="")
    if made["metadata"]["name"] != name:
        made["metadata"]["name"] = name
        message = f"KubeStash has a Function of this name; this one is called {name}"
        reading.review("metadata.name", message)
    reading.drop("metadata.namespace", "a Function is in no namespace")
    spec = reading.at("spec")
    spec.lose("podSecurityPolicyName", "Kubernetes has no PodSecurityPolicies any more")
    made["spec"] = renamed({name: spec.take(name) for name in _FIELDS if spec.get(name)})
    spec.remark(
        "its image has to keep KubeStash's contract with Functions, not Stash's: it reads a "
        "BackupSession or RestoreSession of core.kubestash.com and writes its result there"
    )
    return [made]


def function_name(stash: StashObjects, name: str) -> str:
    """What a Function of Stash is called now."""
    return f"stash-{name}" if name in stash.options.functions_of_others else name


def addon(reading: Reading, stash: StashObjects) -> list[Object]:
    """The Addon of a Task."""
    made = metadata.same(ADDON, reading, namespace="")
    reading.drop("metadata.namespace", "an Addon is in no namespace")
    spec = reading.at("spec")
    steps = steps_of(stash, reading.raw)
    if not steps:
        reading.note(LOST, "", "it has no steps, so there is nothing to run")
        return []
    annotations = made["metadata"].setdefault("annotations", {})
    annotations[STEPS] = ",".join(step.name for step in steps)
    volumes = _volumes(spec)
    for given, step in zip(spec.each("steps"), steps, strict=True):
        _settle(given, step, stash)
    field = "restoreTasks" if is_restore(stash, reading.raw) else "backupTasks"
    made["spec"] = {field: [_task(step, volumes) for step in steps]}
    return [made]


def _settle(given: Reading, step: Step, stash: StashObjects) -> None:
    name = given.take("name")
    if step.function != name:
        given.review("name", f"the Function is called {step.function} now")
    if stash.function(str(name)) is None:
        given.remark(f"the Function {name} is not among the manifests")
    for param in given.each("params"):
        if step.params[str(param.get("name") or "")] == str(param.get("value") or ""):
            param.take("name")
            param.take("value")
        else:
            param.lose("value", "another value of the same name comes later")


def _volumes(spec: Reading) -> list[dict[str, Any]]:
    found = []
    for volume in spec.each("volumes"):
        source = {name: volume.take(name) for name in volume.raw if name != "name"}
        found.append({"name": volume.take("name"), "source": source})
    return found


def _task(step: Step, volumes: list[dict[str, Any]]) -> dict[str, Any]:
    task = {
        "name": step.name,
        "function": step.function,
        "driver": "Restic",
        "executor": "Job",
        "singleton": True,
        "parameters": [_parameter(step, name) for name in _parameters(step)],
        "volumeTemplate": renamed(volumes),
    }
    return {name: value for name, value in task.items() if value not in ([], "")}


def _parameters(step: Step) -> list[str]:
    names = dict.fromkeys([*step.params, *step.used])
    return [name for name in names if name not in BUILTINS]


def _parameter(step: Step, name: str) -> dict[str, Any]:
    usage = "As Stash sets it." if name.isupper() else f"Used by Function {step.function}."
    found: dict[str, Any] = {"name": name, "usage": usage}
    if name in step.params:
        return {**found, "default": step.params[name]}
    return {**found, "required": True} if name in step.needed else found


def steps_of(stash: StashObjects, task: Raw) -> list[Step]:
    """The steps of a Task in their order."""
    spec, steps, seen = spec_of(task), [], dict[str, int]()
    for raw in spec.get("steps") or ():
        name = str(raw.get("name") or "")
        seen[name] = seen.get(name, 0) + 1
        template = [_template(stash, name), spec.get("volumes") or []]
        template = renamed(template)
        steps.append(
            Step(
                name=name if seen[name] == 1 else f"{name}-{seen[name]}",
                function=function_name(stash, name),
                params=params_of(raw),
                used=tuple(used(template)),
                needed=tuple(needed(template)),
            )
        )
    return steps


def params_of(raw: Raw) -> dict[str, str]:
    """The values of a step, or of a reference to a Task, by name."""
    given = raw.get("params") or ()
    return {str(each.get("name") or ""): str(each.get("value") or "") for each in given}


def _template(stash: StashObjects, name: str) -> Raw:
    return spec_of(stash.function(name))


def is_restore(stash: StashObjects, task: Raw) -> bool:
    """Whether a RestoreSession names the Task, or at least its name says so."""
    name = name_of(task)
    by = {
        kind: any((spec_of(raw).get("task") or {}).get("name") == name for raw in of_kind)
        for kind, of_kind in (
            ("backup", stash.configurations()),
            ("restore", stash.of_stash("RestoreSession")),
        )
    }
    return by["restore"] or ("restore" in name and not by["backup"])


def session_tasks(
    stash: StashObjects, task: Raw, invoker: Raw
) -> tuple[list[dict[str, Any]], set[str]]:
    """The tasks of a session that runs a Task, and the params that none of them takes."""
    reference = spec_of(invoker).get("task") or {}
    given = params_of(reference)
    known = built_in.values(stash, invoker)
    unused, tasks = set(given), []
    for step in steps_of(stash, task):
        names = _parameters(step)
        of_stash = {name: known[name] for name in names if name in known}
        wanted = {name: text for name, text in given.items() if name in names}
        unused -= set(wanted)
        free = {name: text for name, text in of_stash.items() if name not in step.params}
        params = {**free, **wanted}
        tasks.append({"name": step.name, **({"params": params} if params else {})})
    return tasks, unused
