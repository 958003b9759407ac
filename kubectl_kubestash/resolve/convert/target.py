"""What is backed up or restored, and which tasks of which addon do it?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..workload import KINDS as WORKLOADS
from .function_task import session_tasks
from .stash_objects import namespace_of, spec_of

if TYPE_CHECKING:
    from .reading import Reading
    from .stash_objects import Raw, StashObjects

ADDON = "set-the-addon"
CLAIM = "PersistentVolumeClaim"
CLAIM_MOUNT = "/kubestash-data"
_STASH_MOUNT = "/stash-data"
_CACHE_VOLUME = "kubestash-tmp-volume"
_TASK = re.compile(r"(?P<name>[a-z0-9]+)(-[a-z]+)*-(backup|restore)\b.*")


@dataclass
class Choice:
    """An addon and its tasks."""

    name: str
    tasks: list[dict[str, Any]] = field(default_factory=list)
    is_ours: bool = False
    """Whether it works on volumes, and brings a volume for temporary files."""


def reference(reading: Reading) -> dict[str, Any]:
    """`target` of a configuration or a restore; empty when there is none."""
    given = reading.at("target.ref")
    if not given.raw:
        return {}
    group = str(given.take("apiVersion") or "").rpartition("/")[0]
    found = {"apiGroup": group, **given.taken(kind="kind", namespace="namespace")}
    return {**found, "name": str(given.take("name") or "")}


def choose(reading: Reading, stash: StashObjects, invoker: Raw, *, verb: str) -> Choice:
    """The addon for the invoker's target; `verb` is `backup` or `restore`. Settles `spec.task`."""
    task = str(reading.get("task.name") or "")
    found = stash.task(task) if task else None
    tasks, unused = session_tasks(stash, found, invoker) if found is not None else ([], ())
    if tasks:
        return _of_task(reading, task, tasks, unused)
    choice = _of_target(reading, stash, invoker, verb, task)
    shown = ", ".join(entry["name"] for entry in choice.tasks)
    if choice.name == ADDON:
        reading.remark(f"name the Addon that does it, in the place of {ADDON}")
    if task:
        reading.review("task.name", f"Addon {choice.name}, task {shown}, takes its place")
    _params(reading, choice)
    return choice


def _of_task(
    reading: Reading, name: str, tasks: list[dict[str, Any]], unused: Collection[str]
) -> Choice:
    """A Task that is among the manifests, and has steps: without any it says nothing."""
    reading.take("task.name")
    for param in reading.at("task").each("params"):
        if param.get("name") in unused:
            param.note("lost", "", f"no Function of Task {name} uses it")
        else:
            param.take("name")
            param.take("value")
    return Choice(name, tasks)


def _of_target(reading: Reading, stash: StashObjects, invoker: Raw, verb: str, task: str) -> Choice:
    kind = str(reading.get("target.ref.kind") or "")
    is_snapshot = reading.get("driver") == "VolumeSnapshotter"
    word = "volume-snapshot" if is_snapshot else "logical-backup"
    entry = {"name": f"{word}-restore" if verb == "restore" else word}
    if verb == "restore" and is_snapshot:
        entry = {"name": "volume-snapshot-restore"}
    by_task = _TASK.fullmatch(task)
    if by_task:
        return Choice(f"{by_task['name']}-addon", [entry], by_task["name"] == "pvc")
    if task:
        return Choice(ADDON, [entry])
    if kind in WORKLOADS:
        return Choice("workload-addon", [entry], is_ours=True)
    if kind == CLAIM:
        return Choice("pvc-addon", [entry], is_ours=True)
    if not kind and reading.get("target.volumeClaimTemplates"):
        return Choice("workload-addon", [entry], is_ours=True)
    return Choice(_of_application(reading, stash, invoker), [entry])


def _of_application(reading: Reading, stash: StashObjects, invoker: Raw) -> str:
    """The addon for a database: its AppBinding says what it is."""
    ref = reading.get("target.ref") or {}
    if ref.get("kind") != "AppBinding":
        return ADDON
    binding = spec_of(stash.target(ref, namespace_of(invoker)))
    application = binding.get("appRef")
    kind = str(application.get("kind") or "") if isinstance(application, Mapping) else ""
    kind = kind or str(binding.get("type") or "").rpartition("/")[2]
    return f"{kind.lower()}-addon" if kind else ADDON


def _params(reading: Reading, choice: Choice) -> None:
    """`args` are the arguments of the dump tool in both; other params are those of one image."""
    for param in reading.at("task").each("params"):
        if param.get("name") == "args" and param.get("value") and not choice.is_ours:
            param.take("name")
            choice.tasks[0].setdefault("params", {})["args"] = param.take("value")
        else:
            message = "it is for the image of Stash; the Addon may have a parameter like it"
            param.note("lost", "", message)


def files(reading: Reading, choice: Choice) -> None:
    """What is read or written where: paths, patterns, mounts, temporary files."""
    target, task = reading.at("target"), choice.tasks[0]
    _temporary_files(reading, choice)
    if not choice.is_ours:
        return
    params = task.setdefault("params", {})
    if choice.name == "pvc-addon":
        _paths_of_claim(target, params)
    elif paths := _joined(target, "paths"):
        params["paths"] = paths
    if exclude := _joined(target, "exclude"):
        params["exclude"] = exclude
    volumes = _target_volumes(target, choice)
    if volumes:
        task["targetVolumes"] = volumes
    if not params:
        del task["params"]


def _target_volumes(target: Reading, choice: Choice) -> dict[str, Any]:
    if choice.name == "pvc-addon":
        target.review("volumeMounts", f"pvc-addon mounts the claim at {CLAIM_MOUNT}")
        return {}
    return target.taken(volumeMounts="volumeMounts", volumeClaimTemplates="volumeClaimTemplates")


def _joined(target: Reading, name: str) -> str:
    """The texts of a list, with commas between."""
    texts = target.get(name) or []
    fine = [text for text in texts if "," not in text]
    if len(fine) < len(texts):
        target.lose(name, "KubeStash joins them by commas, and one of them has a comma")
        return ""
    target.take(name)
    return ",".join(fine)


def _paths_of_claim(target: Reading, params: dict[str, Any]) -> None:
    """Stash has paths below its own mount of the claim, KubeStash below /kubestash-data."""
    paths = target.get("paths") or []
    mounts = [mount.get("mountPath") for mount in target.get("volumeMounts") or ()]
    root = str(mounts[0] if mounts else _STASH_MOUNT).rstrip("/")
    below = [path for path in paths if path == root or path.startswith(f"{root}/")]
    if len(below) < len(paths) or any("," in path for path in paths):
        target.lose("paths", f"not all are below {root}, where Stash mounts the claim")
    elif paths:
        moved = [f"{CLAIM_MOUNT}{path.removeprefix(root).rstrip('/')}" for path in paths]
        target.review("paths", f"pvc-addon mounts the claim at {CLAIM_MOUNT}, not at {root}")
        params["paths"] = ",".join(moved)


def _temporary_files(reading: Reading, choice: Choice) -> None:
    task, given = choice.tasks[0], reading.at("tempDir")
    if not choice.is_ours:
        reading.lose("tempDir", f"give Addon {choice.name} such a volume in addonVolumes")
        return
    if given.get("disableCaching"):
        given.review("disableCaching", "it is the parameter enableCache")
        task.setdefault("params", {})["enableCache"] = "false"
    else:
        given.drop("disableCaching", "there is a cache unless enableCache says otherwise")
    volume = given.taken(medium="medium", sizeLimit="sizeLimit")
    if volume:
        task["addonVolumes"] = [{"name": _CACHE_VOLUME, "source": {"emptyDir": volume}}]
