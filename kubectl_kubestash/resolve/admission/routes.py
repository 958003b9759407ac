"""Which kinds does the webhook look at, when, and where?

The same kinds as upstream, and no others: nothing of Kubernetes' own ever waits for us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...api.resources import (
    BACKUP_BATCH,
    BACKUP_BLUEPRINT,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    HOOK_TEMPLATE,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
)
from .request import CREATE, UPDATE

if TYPE_CHECKING:
    from ...api.resources import Resource

MUTATE, VALIDATE = "mutate", "validate"
FAIL, IGNORE = "Fail", "Ignore"


class Route(NamedTuple):
    """One entry of a webhook configuration."""

    verb: str
    """`mutate` or `validate`."""

    resource: Resource
    operations: tuple[str, ...] = (CREATE, UPDATE)
    failure_policy: str = FAIL
    """What the API server does when nobody answers."""

    @property
    def path(self) -> str:
        """Where it is asked for, such as `/validate-core-kubestash-com-v1alpha1-backupsession`."""
        group = self.resource.group.replace(".", "-")
        return f"/{self.verb}-{group}-{self.resource.version}-{self.resource.singular}"

    @property
    def name(self) -> str:
        """Its own name, which a refusal names."""
        prefix = self.verb if self.failure_policy == FAIL else f"{self.verb}-unless-absent"
        return f"{prefix}.{self.resource.plural}.{self.resource.group}"


MUTATED = (
    BACKUP_STORAGE,
    RETENTION_POLICY,
    BACKUP_BLUEPRINT,
    BACKUP_CONFIGURATION,
    HOOK_TEMPLATE,
)

ROUTES: tuple[Route, ...] = (
    *(Route(MUTATE, resource) for resource in MUTATED),
    Route(VALIDATE, BACKUP_STORAGE),
    # Of a Repository nothing is judged but that it stays where it is.
    Route(VALIDATE, REPOSITORY, (UPDATE,)),
    Route(VALIDATE, RETENTION_POLICY),
    Route(VALIDATE, BACKUP_BATCH),
    Route(VALIDATE, BACKUP_BLUEPRINT),
    Route(VALIDATE, BACKUP_CONFIGURATION),
    # A schedule must not miss its run because nobody is there to judge it.
    Route(VALIDATE, BACKUP_SESSION, (CREATE,), IGNORE),
    Route(VALIDATE, BACKUP_SESSION, (UPDATE,)),
    Route(VALIDATE, HOOK_TEMPLATE),
    Route(VALIDATE, RESTORE_SESSION),
)

BY_PATH = {route.path: route for route in ROUTES}
"""What is answered where."""
