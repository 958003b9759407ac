"""Which description belongs to which kind?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api import resources
from .describe_addon import describe_addon, describe_function, describe_hook_template
from .describe_batch import describe_backup_batch
from .describe_blueprint import describe_backup_blueprint
from .describe_configuration import describe_backup_configuration
from .describe_runs import (
    describe_backup_session,
    describe_restore_session,
    describe_snapshot,
)
from .describe_storage import (
    describe_backup_storage,
    describe_repository,
    describe_retention_policy,
)
from .describe_verification import describe_backup_verification_session, describe_backup_verifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api.resources import Resource
    from .description import Related
    from .fields import Raw
    from .section import Section

_BY_KIND: dict[str, Callable[[Raw, Related], list[Section]]] = {
    resources.ADDON.kind: describe_addon,
    resources.FUNCTION.kind: describe_function,
    resources.HOOK_TEMPLATE.kind: describe_hook_template,
    resources.BACKUP_CONFIGURATION.kind: describe_backup_configuration,
    resources.BACKUP_BATCH.kind: describe_backup_batch,
    resources.BACKUP_BLUEPRINT.kind: describe_backup_blueprint,
    resources.BACKUP_VERIFIER.kind: describe_backup_verifier,
    resources.BACKUP_VERIFICATION_SESSION.kind: describe_backup_verification_session,
    resources.BACKUP_SESSION.kind: describe_backup_session,
    resources.RESTORE_SESSION.kind: describe_restore_session,
    resources.SNAPSHOT.kind: describe_snapshot,
    resources.BACKUP_STORAGE.kind: describe_backup_storage,
    resources.REPOSITORY.kind: describe_repository,
    resources.RETENTION_POLICY.kind: describe_retention_policy,
}


def describe(resource: Resource, item: Raw, related: Related) -> list[Section]:
    """All that there is to say about an object of ours; empty sections are left out."""
    return [section for section in _BY_KIND[resource.kind](item, related) if section]
