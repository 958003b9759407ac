"""The Job that Stash makes of a Task, from the manifests alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import ObjectKey
from ..api.stash import resources
from ..api.stash.function import Function
from ..api.stash.task import Task
from ..errors import NotFound
from ..resolve.convert import built_in
from ..resolve.convert.function_task import params_of
from ..resolve.convert.stash_objects import StashObjects, name_of, namespace_of, spec_of
from ..resolve.stash_task import StashTaskInputs, stash_task_job
from . import lookup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..kube.client import Object


def job_of_task(objects: Sequence[Mapping[str, Any]], name: str, namespace: str) -> Object:
    """The Job, with the values of the first BackupConfiguration or RestoreSession that names it.

    Raises NotFound, and SubstitutionError for a variable that nobody sets.
    """
    stash = StashObjects(objects)
    task = stash.task(name)
    if task is None:
        known = [name_of(raw) for raw in stash.of_stash(resources.TASK.kind)]
        raise NotFound(
            f"there is no Task {name!r} among the manifests", *lookup.suggestions(name, known)
        )
    invokers = [
        raw
        for kind in (resources.BACKUP_CONFIGURATION, resources.RESTORE_SESSION)
        for raw in stash.of_stash(kind.kind)
        if (spec_of(raw).get("task") or {}).get("name") == name
    ]
    invoker: Mapping[str, Any] = invokers[0] if invokers else {}
    home = namespace_of(invoker) or namespace
    run = {"BACKUP_SESSION": "BACKUPSESSION", "RESTORE_SESSION": "RESTORESESSION"}
    functions = [Function.parse(raw) for raw in stash.of_stash(resources.FUNCTION.kind)]
    return stash_task_job(
        StashTaskInputs(
            task=Task.parse(task),
            functions={each.metadata.name: each for each in functions},
            key=ObjectKey(home, name_of(invoker) or name),
            built_in={**run, **built_in.values(stash, invoker), "NAMESPACE": home},
            params=params_of(spec_of(invoker).get("task") or {}),
        )
    )
