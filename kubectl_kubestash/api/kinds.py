"""All kinds with their models. Loads every model: for who handles any kind, such as `lint`."""

from __future__ import annotations

from .addons.addon import Addon
from .addons.function import Function
from .core.backup_batch import BackupBatch
from .core.backup_blueprint import BackupBlueprint
from .core.backup_configuration import BackupConfiguration
from .core.backup_session import BackupSession
from .core.backup_verification_session import BackupVerificationSession
from .core.backup_verifier import BackupVerifier
from .core.hook_template import HookTemplate
from .core.restore_session import RestoreSession
from .meta import KubeResource
from .resources import OURS, Resource
from .storage.backup_storage import BackupStorage
from .storage.repository import Repository
from .storage.retention_policy import RetentionPolicy
from .storage.snapshot import Snapshot

_MODELS: tuple[type[KubeResource], ...] = (
    BackupStorage,
    Repository,
    Snapshot,
    RetentionPolicy,
    BackupConfiguration,
    BackupBatch,
    BackupSession,
    RestoreSession,
    BackupBlueprint,
    HookTemplate,
    BackupVerifier,
    BackupVerificationSession,
    Addon,
    Function,
)

MODELS: dict[Resource, type[KubeResource]] = {model.resource: model for model in _MODELS}
"""The model of each of `resources.OURS`."""

assert set(MODELS) == set(OURS), "every kind has a model"
