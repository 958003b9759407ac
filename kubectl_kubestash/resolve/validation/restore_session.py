"""May this RestoreSession run?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import local_storage
from ..findings import Finding
from ..restore_source import LATEST, choose_snapshot, source_findings
from ..usage_policy import admits
from ..wording import not_supported
from .addon_info import AddonInputs, addon_findings
from .hooks import HookInputs, hook_findings, restore_hooks
from .repositories import other_namespace
from .restore_target import component_findings, target_findings
from .sessions import duration_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ...api.addons.addon import Addon
    from ...api.addons.function import Function
    from ...api.core.hook_template import HookTemplate
    from ...api.core.restore_session import RestoreSession
    from ...api.meta import TypedObjectReference
    from ...api.resources import ObjectKey
    from ...api.storage.backup_storage import BackupStorage
    from ...api.storage.repository import Repository
    from ...api.storage.snapshot import Snapshot
    from ..workload import Workload


@dataclass(frozen=True, kw_only=True)
class RestoreInputs:
    """A RestoreSession and what it refers to. None means: looked for, not found."""

    session: RestoreSession
    namespace: Mapping[str, Any]
    """The raw Namespace of the session."""

    snapshot: Snapshot | None = None
    """The Snapshot to restore; chosen from `snapshots` when None."""

    snapshots: Sequence[Snapshot] = ()
    """All Snapshots of the Repository."""

    repository: Repository | None = None
    storage: BackupStorage | None = None
    addon: Addon | None = None
    functions: Mapping[str, Function | None] = field(default_factory=dict)
    target_found: bool = True
    workload: Workload | None = None
    """The target, when it is one that has pods."""

    hook_templates: Mapping[ObjectKey, HookTemplate | None] = field(default_factory=dict)
    """Those that its hooks name, as far as they are known."""

    allow_cross_namespace: bool = True

    @property
    def owner(self) -> str:
        """What a message begins with."""
        return f"RestoreSession {self.session.key}"

    @property
    def home(self) -> str:
        """The namespace of the session."""
        return self.session.metadata.namespace

    def chosen(self) -> Snapshot | Finding:
        """The Snapshot to restore, or why there is none."""
        return self.snapshot or choose_snapshot(self.session, self.snapshots)

    def target(self) -> TypedObjectReference | None:
        """Where the data goes: the target that is named, or else where it came from."""
        chosen = self.chosen()
        of_snapshot = None if isinstance(chosen, Finding) else chosen.spec.app_ref
        return self.session.spec.target or of_snapshot


def restore_findings(inputs: RestoreInputs) -> list[Finding]:
    """Everything that keeps this restore from running."""
    checks: Sequence[Callable[[RestoreInputs], Iterator[Finding]]] = (
        _data_source,
        _snapshot,
        _repository,
        target_findings,
        component_findings,
        _other_namespaces,
        _unsupported,
        _addon,
        _hooks,
    )
    return [finding for check in checks for finding in check(inputs)]


def _data_source(inputs: RestoreInputs) -> Iterator[Finding]:
    source = inputs.session.spec.data_source
    where = "spec.dataSource"
    if source is None:
        message = f"{inputs.owner}: {where}: say what to restore."
        yield Finding("DataSourceMissing", message, where)
    elif source.pitr is not None:
        yield not_supported(inputs.owner, f"{where}.pitr", "recovery to a point in time")
        if source.pitr.target_time is None:
            message = f"{inputs.owner}: {where}.pitr.targetTime: name the moment."
            yield Finding("TargetTimeMissing", message, f"{where}.pitr.targetTime")
        if not source.repository:
            message = f"{inputs.owner}: {where}.repository: name the Repository."
            yield Finding("RepositoryMissing", message, f"{where}.repository")


def _snapshot(inputs: RestoreInputs) -> Iterator[Finding]:
    source = inputs.session.spec.data_source
    if source is None or source.pitr is not None:
        return
    chosen = inputs.chosen()
    if isinstance(chosen, Finding):
        yield chosen
        return
    where = "spec.dataSource.repository"
    if source.snapshot == LATEST and not source.repository:
        message = f"{inputs.owner}: {where}: `latest` needs the name of a Repository."
        yield Finding("RepositoryMissing", message, where)
    elif source.repository not in ("", chosen.spec.repository):
        message = (
            f"{inputs.owner}: {where}: Snapshot {chosen.key} is in Repository "
            f"{chosen.spec.repository!r}, not in {source.repository!r}."
        )
        yield Finding("SnapshotElsewhere", message, where)
    yield from source_findings(inputs.session, chosen)


def _repository(inputs: RestoreInputs) -> Iterator[Finding]:
    source = inputs.session.spec.data_source
    repository, storage = inputs.repository, inputs.storage
    where = "spec.dataSource.repository"
    if source is None:
        return
    if repository is None:
        name = f" {source.repository!r}" if source.repository else ""
        message = f"{inputs.owner}: {where}: the Repository{name} does not exist."
        yield Finding("RepositoryNotFound", message, where)
        return
    if source.encryption_secret is None and repository.spec.encryption_secret is None:
        secret = "spec.dataSource.encryptionSecret"  # noqa: S105
        message = f"{inputs.owner}: {secret}: name the Secret with the key RESTIC_PASSWORD."
        yield Finding("EncryptionSecretMissing", message, secret)
    if storage is None:
        message = f"{inputs.owner}: {where}: the BackupStorage of {repository.key} does not exist."
        yield Finding("StorageNotFound", message, where)
        return
    policy, home = storage.spec.usage_policy, storage.metadata.namespace
    if not admits(policy, owner_namespace=home, namespace=inputs.namespace):
        message = (
            f"{inputs.owner}: {where}: BackupStorage {storage.key} does not admit namespace "
            f"{inputs.home} (its spec.usagePolicy)."
        )
        yield Finding("StorageNotAllowed", message, where)
    claim = local_storage.claim(storage)
    if local_storage.is_local(storage) and claim and home != inputs.home:
        message = (
            f"{inputs.owner}: {where}: BackupStorage {storage.key} is in PersistentVolumeClaim "
            f"{home}/{claim}, which cannot be mounted in namespace {inputs.home}."
        )
        yield Finding("StorageNotReachable", message, where)


def _other_namespaces(inputs: RestoreInputs) -> Iterator[Finding]:
    source = inputs.session.spec.data_source
    if inputs.allow_cross_namespace or source is None:
        return
    if source.namespace not in ("", inputs.home):
        where = "spec.dataSource.namespace"
        yield other_namespace(inputs.owner, where, f"namespace {source.namespace}")
    secret = source.encryption_secret
    if secret and secret.namespace not in (None, "", inputs.home):
        where = "spec.dataSource.encryptionSecret.namespace"
        yield other_namespace(inputs.owner, where, f"Secret {secret.namespace}/{secret.name}")


def _unsupported(inputs: RestoreInputs) -> Iterator[Finding]:
    spec = inputs.session.spec
    for where, given, what in (
        ("spec.hooks.preRestore", spec.hooks.pre_restore, "a hook"),
        ("spec.hooks.postRestore", spec.hooks.post_restore, "a hook"),
        ("spec.manifestOptions", spec.manifest_options, "a restore of manifests"),
    ):
        if given:
            yield not_supported(inputs.owner, where, what)
    yield from duration_findings(inputs.owner, "spec.restoreTimeout", spec.restore_timeout)


def _addon(inputs: RestoreInputs) -> Iterator[Finding]:
    info = inputs.session.spec.addon
    yield from addon_findings(
        AddonInputs(
            addon_info=info,
            addons={info.name: inputs.addon} if info.name else {},
            functions=inputs.functions,
            kind="restore",
            owner=inputs.owner,
            field="spec.addon",
            target=inputs.target(),
        )
    )


def _hooks(inputs: RestoreInputs) -> Iterator[Finding]:
    templates, hooks = inputs.hook_templates, restore_hooks(inputs.session)
    return hook_findings(HookInputs(inputs.owner, inputs.namespace, templates), hooks)
