"""May this BackupConfiguration run?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...api.addons.addon import Addon
    from ...api.addons.function import Function
    from ...api.core.backup_configuration import BackupConfiguration
    from ...api.resources import ObjectKey
    from ...api.storage.backup_storage import BackupStorage
    from ...api.storage.repository import Repository
    from ...api.storage.retention_policy import RetentionPolicy
    from ..findings import Finding


@dataclass(frozen=True, kw_only=True)
class ConfigurationInputs:
    """A configuration and what it refers to. None means: looked for, not found."""

    configuration: BackupConfiguration
    namespace: Mapping[str, Any]
    """The raw Namespace of the configuration."""
    storages: Mapping[ObjectKey, BackupStorage | None] = field(default_factory=dict)
    policies: Mapping[ObjectKey, RetentionPolicy | None] = field(default_factory=dict)
    addons: Mapping[str, Addon | None] = field(default_factory=dict)
    functions: Mapping[str, Function | None] = field(default_factory=dict)
    repositories: Sequence[Repository] = ()
    allow_cross_namespace: bool = True


def configuration_findings(inputs: ConfigurationInputs) -> list[Finding]:
    """Everything that keeps this configuration from running."""
    raise NotImplementedError
