"""Which objects of KubeStash say what these manifests of Stash say?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...api.manifest_check import UNKNOWN_FIELD, spec_problems, without_unknown_fields
from ...api.stash import resources
from ...api.stash.backup_blueprint import BackupBlueprint
from ...api.stash.backup_configuration import BackupConfiguration
from ...api.stash.function import Function
from ...api.stash.repository import Repository
from ...api.stash.restore_session import RestoreSession
from ...api.stash.task import Task
from ...errors import Invalid
from . import function_task
from .backup_blueprint import backup_blueprint
from .backup_configuration import backup_configuration
from .reading import LOST, NEEDLESS, Note, Reading
from .restore_session import restore_session
from .retention import Policies
from .stash_objects import Options, StashObjects, group_of, name_of, namespace_of
from .storage import repository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...api.meta import KubeResource
    from ..manifest import Object

MODELS: Mapping[str, type[KubeResource]] = {
    model.resource.kind: model
    for model in (Repository, BackupConfiguration, RestoreSession, BackupBlueprint, Function, Task)
}


@dataclass(frozen=True)
class Converted:
    """One object of the input and what it has become."""

    raw: Mapping[str, Any]
    objects: Sequence[Object]
    notes: Sequence[Note]

    @property
    def about(self) -> str:
        """The object, such as `BackupConfiguration demo/files`."""
        home = namespace_of(self.raw)
        return f"{self.raw.get('kind')} {f'{home}/' if home else ''}{name_of(self.raw)}"

    @property
    def is_of_stash(self) -> bool:
        """Whether there was something to convert."""
        return group_of(self.raw) == resources.GROUP


def convert(
    objects: Sequence[Mapping[str, Any]], options: Options | None = None
) -> list[Converted]:
    """Every object with what it has become, in the order of the input."""
    trouble = {index: why for index, raw in enumerate(objects) if (why := _trouble(raw))}
    sound = [raw for index, raw in enumerate(objects) if index not in trouble]
    stash = StashObjects(sound, options or Options())
    policies = Policies()
    found = [
        Converted(raw, (), [trouble[index]])
        if index in trouble
        else _converted(raw, stash, policies)
        for index, raw in enumerate(objects)
    ]
    return _without_namesakes(found)


def _without_namesakes(found: Sequence[Converted]) -> list[Converted]:
    """The same, but each object once; one that differs from its namesake is told."""
    made: dict[tuple[str, str, str], Object] = {}
    kept = []
    for one in found:
        objects, notes = [], list(one.notes)
        for each in one.objects:
            key = (str(each["kind"]), namespace_of(each), name_of(each))
            if key not in made:
                objects.append(each)
            elif made[key] != each:
                notes.append(Note(LOST, "", f"another {key[0]} is named {key[2]} already"))
            made.setdefault(key, each)
        kept.append(Converted(one.raw, objects, notes))
    return kept


def _trouble(raw: Mapping[str, Any]) -> Note | None:
    """Why an object of Stash's is not converted at all."""
    if group_of(raw) != resources.GROUP:
        return None
    kind = str(raw.get("kind"))
    model = MODELS.get(kind)
    if model is None:
        return Note(LOST, "", f"KubeStash has nothing like the kind {kind} of Stash")
    if raw.get("apiVersion") != model.resource.api_version:
        return Note(LOST, "", f"only {kind} of {model.resource.api_version} is read")
    try:
        name = model.parse(raw).metadata.name
    except Invalid as error:
        return Note(LOST, "", error.message)
    if not name:
        return Note(LOST, "", "it has no name")
    wrong = [one for one in spec_problems(model, raw) if one.message != UNKNOWN_FIELD]
    message = "; ".join(f"{one.path} {one.message}" for one in wrong)
    return Note(LOST, "", f"{kind} {name} is not valid: {message}") if wrong else None


def _converted(raw: Mapping[str, Any], stash: StashObjects, policies: Policies) -> Converted:
    if group_of(raw) != resources.GROUP:
        return Converted(raw, (), [Note(NEEDLESS, "", "it is not of Stash, and stays as it is")])
    builders: dict[str, Callable[[Reading], list[Object]]] = {
        "Repository": repository,
        "BackupConfiguration": lambda each: backup_configuration(each, stash, policies),
        "RestoreSession": lambda each: restore_session(each, stash),
        "BackupBlueprint": lambda each: backup_blueprint(each, stash, policies),
        "Function": lambda each: function_task.function(each, stash),
        "Task": lambda each: function_task.addon(each, stash),
    }
    kind = str(raw["kind"])
    known, unknown = without_unknown_fields(MODELS[kind], raw)
    reading = Reading(known)
    made = builders[kind](reading)
    told = [Note(LOST, path, "neither Stash nor KubeStash has such a field") for path in unknown]
    return Converted(raw, made, [*reading.notes(), *told])
