"""From an Addon's task and a configuration to the Job, with or without a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..api.addons.addon import Addon
from ..api.addons.function import Function
from ..api.core.backup_configuration import BackupConfiguration
from ..api.core.backup_session import BackupSession
from ..api.core.restore_session import RestoreSession
from ..api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_STORAGE,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    ObjectKey,
)
from ..api.storage.backup_storage import BackupStorage
from ..api.storage.repository import Repository
from ..api.storage.snapshot import Snapshot
from ..errors import NotFound, UsageError
from ..gather.reader import every, find
from ..resolve.executor_job import backup_jobs, left_out, restore_jobs
from ..resolve.image import Image
from ..resolve.manifest import manifest
from ..resolve.run_tasks import BackupJobInputs, RestoreJobInputs, backup_tasks, restore_tasks
from ..resolve.trigger import backup_session
from ..views.resolution import explain
from . import diagnostics, lookup, output, references, resolve_target, sections, style
from .file_reader import Files, read_files
from .task_sources import sources_of

if TYPE_CHECKING:
    from ..kube.client import Client, Object
    from .output import Format
    from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the user wants to see resolved."""

    addon: str
    task: str
    configuration: str = ""
    session: str = ""
    target: str = ""
    parameters: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    image: str = ""


def answer(settings: Settings, question: Question, shape: Format, *, explained: bool) -> None:
    """Print the Jobs, or the Jobs in words. Raises SubstitutionError, NotFound, UsageError."""
    reader = read_files(question.files) if question.files else settings.client
    resolver = _Resolver(settings, question, reader)
    jobs, sources, warnings = resolver.resolve()
    for warning in warnings:
        diagnostics.warn(warning)
    if explained:
        look = style.of_stdout(settings)
        parts = [part for job in jobs for part in explain(job, sources) if part]
        for line in sections.render(parts, look):
            output.line(line)
    else:
        output.documents(jobs, shape)


_Answer = tuple[list["Object"], Mapping[str, Mapping[str, str]], list[str]]


class _Resolver:
    def __init__(self, settings: Settings, question: Question, reader: Files | Client) -> None:
        self.settings = settings
        self.question = question
        self.reader = reader
        self.image = Image.parse(question.image)

    def resolve(self) -> _Answer:
        """The Jobs, the origin of each value by container, and warnings."""
        addon = self._addon()
        functions = {entry.metadata.name: entry for entry in every(self.reader, Function)}
        if self._is_restore(addon):
            return self._restore(addon, functions)
        return self._backup(addon, functions)

    def _backup(self, addon: Addon, functions: Mapping[str, Function]) -> _Answer:
        configuration = self._configuration()
        session = self._session(configuration)
        run = BackupSession.model_validate(
            backup_session(configuration, session, now=datetime.now(UTC))
        )
        repositories = self._repositories(configuration)
        inputs = BackupJobInputs(
            session=run,
            configuration=configuration,
            session_spec=session,
            addon=addon,
            functions=functions,
            storages=self._storages(configuration),
            repositories=repositories,
            image=self.image,
            workload=resolve_target.workload_of(self.reader, configuration),
            binding=resolve_target.binding_of(self.reader, configuration),
        )
        sources, warnings = sources_of(backup_tasks(inputs, ordinal="0"))
        missing = left_out(inputs)
        return backup_jobs(inputs), sources, [*warnings, *([missing] if missing else [])]

    def _restore(self, addon: Addon, functions: Mapping[str, Function]) -> _Answer:
        configuration = self._configuration()
        home = configuration.key.namespace
        target = configuration.spec.target
        if target is None:
            raise UsageError("a restore needs a target", "--target KIND/NAME")
        repository = next(iter(self._repositories(configuration)), None)
        name = repository.key.name if repository else "REPOSITORY"
        spec = {
            "target": target.model_dump(by_alias=True),
            "dataSource": {"repository": name, "snapshot": "latest"},
            "addon": {
                "name": addon.metadata.name,
                "tasks": [self._task_entry(each) for each in self.tasks],
            },
        }
        run = RestoreSession.model_validate(
            manifest(RESTORE_SESSION, ObjectKey(home, "RESTORESESSION"), spec=spec)
        )
        workload = resolve_target.workload_of(self.reader, configuration)
        snapshot = {"repository": name, "appRef": spec["target"]}
        components: dict[str, Any] = {word: {} for word in resolve_target.components(workload)}
        inputs = RestoreJobInputs(
            session=run,
            snapshot=Snapshot.model_validate(
                manifest(
                    SNAPSHOT,
                    ObjectKey(home, "SNAPSHOT"),
                    spec=snapshot,
                    status={"components": components},
                )
            ),
            repository=repository
            or Repository.model_validate(manifest(REPOSITORY, ObjectKey(home, name), spec={})),
            storage=next(iter(self._storages(configuration)), None) or _some_storage(home),
            addon=addon,
            functions=functions,
            image=self.image,
            workload=workload,
            binding=resolve_target.binding_of(self.reader, configuration),
        )
        sources, warnings = sources_of(restore_tasks(inputs, ordinal="0"))
        return restore_jobs(inputs), sources, warnings

    def _addon(self) -> Addon:
        name = self.question.addon
        found = find(self.reader, Addon, ObjectKey("", name))
        if found is None:
            known = [item["metadata"]["name"] for item in self.reader.list(ADDON)]
            raise NotFound(
                f'addons.addons.kubestash.com "{name}" not found',
                *lookup.suggestions(name, known),
                reason="NotFound",
            )
        return found

    def _is_restore(self, addon: Addon) -> bool:
        backup = [task.name for task in addon.spec.backup_tasks]
        restore = [task.name for task in addon.spec.restore_tasks]
        for known in (backup, restore):
            if set(self.tasks) <= set(known):
                return known is restore
        unknown = next((task for task in self.tasks if task not in [*backup, *restore]), "")
        raise NotFound(
            f"Addon {addon.metadata.name} has no task {unknown or self.question.task!r}",
            *lookup.suggestions(unknown, [*backup, *restore]),
            reason="NotFound",
        )

    @property
    def tasks(self) -> list[str]:
        """The tasks in question, which share a Job."""
        return self.question.task.split(",")

    def _task_entry(self, task: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"name": task}
        if self.question.parameters:
            entry["params"] = references.parameters(list(self.question.parameters))
        return entry

    def _configuration(self) -> BackupConfiguration:
        """The one that was named, the only one in the files, or one made up for the target."""
        home = self.settings.namespace_flag or (
            "default" if self.question.files else self.settings.namespace
        )
        if self.question.configuration:
            ref = references.named(self.question.configuration, home)
            return self._named(ObjectKey(ref["namespace"], ref["name"]))
        if self.question.target:
            return self._made_up(references.target(self.question.target, home), home)
        known = every(self.reader, BackupConfiguration) if self.question.files else []
        if len(known) == 1:
            return known[0]
        raise UsageError(
            "for which configuration, or which target?", "--bc NAMESPACE/NAME", "--target KIND/NAME"
        )

    def _named(self, key: ObjectKey) -> BackupConfiguration:
        found = find(self.reader, BackupConfiguration, key)
        if found is None:
            known = [o["metadata"]["name"] for o in self.reader.list(BACKUP_CONFIGURATION)]
            raise NotFound(
                f'backupconfigurations.core.kubestash.com "{key}" not found',
                *lookup.suggestions(key.name, known),
                reason="NotFound",
            )
        return found

    def _made_up(self, target: dict[str, str], home: str) -> BackupConfiguration:
        session = {"name": self.question.session or "SESSION"}
        spec = {"target": target, "sessions": [session]}
        key = ObjectKey(home, "CONFIGURATION")
        return BackupConfiguration.model_validate(manifest(BACKUP_CONFIGURATION, key, spec=spec))

    def _session(self, configuration: BackupConfiguration) -> Any:
        """The session, running only the task in question, with the session's own values for it."""
        sessions = configuration.spec.sessions
        wanted = self.question.session
        names = [session.name for session in sessions]
        if wanted and wanted not in names:
            raise NotFound(
                f"BackupConfiguration {configuration.key} has no session {wanted!r}",
                *lookup.suggestions(wanted, names),
                reason="NotFound",
            )
        fitting = [
            session
            for session in sessions
            if (session.name == wanted if wanted else self._runs_it(session))
        ]
        session = fitting[0] if fitting else sessions[0]
        raw = session.model_dump(by_alias=True, exclude_unset=True)
        entries = [self._entry_of(session, task) for task in self.tasks]
        addon = {**(raw.get("addon") or {}), "name": self.question.addon, "tasks": entries}
        return type(session).model_validate({**raw, "addon": addon})

    def _entry_of(self, session: Any, name: str) -> dict[str, Any]:
        """A task with the session's own values for it, and those of the command line on top."""
        tasks = [task for task in session.addon.tasks if task.name == name]
        same = session.addon.name == self.question.addon and tasks
        chosen = tasks[0].model_dump(by_alias=True, exclude_unset=True) if same else {}
        given = self._task_entry(name)
        params = {**(chosen.get("params") or {}), **given.get("params", {})}
        return {**chosen, **given, **({"params": params} if params else {})}

    def _runs_it(self, session: Any) -> bool:
        names = {task.name for task in session.addon.tasks}
        return session.addon.name == self.question.addon and set(self.tasks) <= names

    def _repositories(self, configuration: BackupConfiguration) -> list[Repository]:
        """Those of the configuration; one that does not exist yet as it would be made."""
        home = configuration.key.namespace
        wanted = {r.name: r for s in configuration.spec.sessions for r in s.repositories}
        return [
            find(self.reader, Repository, ObjectKey(home, name))
            or Repository.model_validate(manifest(REPOSITORY, ObjectKey(home, name), spec={}))
            for name in wanted
        ]

    def _storages(self, configuration: BackupConfiguration) -> list[BackupStorage]:
        home = configuration.key.namespace
        keys = [b.storage_ref.key(home) for b in configuration.spec.backends if b.storage_ref]
        found = [find(self.reader, BackupStorage, key) for key in keys]
        missing = [str(key) for key, item in zip(keys, found, strict=True) if item is None]
        if missing:
            diagnostics.warn(
                f"BackupStorage {', '.join(missing)} is not there; the volume of a local one "
                "is missing below"
            )
        return [item for item in found if item is not None]


def _some_storage(home: str) -> BackupStorage:
    key = ObjectKey(home, "STORAGE")
    spec = {"storage": {"provider": "s3", "s3": {"bucket": "BUCKET"}}}
    return BackupStorage.model_validate(manifest(BACKUP_STORAGE, key, spec=spec))
