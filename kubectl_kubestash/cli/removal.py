"""The steps of `uninstall`: each says what it has done, or would do in a dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_CONFIGURATION, BACKUP_STORAGE, OURS, REPOSITORY, SNAPSHOT
from ..errors import NotFound
from ..kube.store import key_of
from ..resolve.labels import FINALIZER
from ..views.fields import at, items, text
from . import output

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..kube.client import Client, Object
    from .settings import Settings


class Removal:
    """Takes objects away, and what would keep them or their data from going as is wanted."""

    def __init__(self, settings: Settings, *, dry_run: bool) -> None:
        self.client = settings.client
        self.dry_run = dry_run
        self.count = 0
        """How much was done."""

    def delete(self, resource: Resource, found: list[Object]) -> None:
        """Delete these; one that is gone by now is no matter."""
        for item in found:
            try:
                self.client.delete(resource, key_of(item), dry_run=self.dry_run)
            except NotFound:
                continue
            self._say(item, "deleted")

    def drop_finalizers(self) -> None:
        """Nobody is left to clean up, so nothing may wait for it."""
        for resource in OURS:
            for item in there(self.client, resource):
                finalizers = item["metadata"].get("finalizers") or []
                if FINALIZER in finalizers:
                    left = [entry for entry in finalizers if entry != FINALIZER]
                    self.client.patch(
                        resource,
                        key_of(item),
                        {"metadata": {"finalizers": left}},
                        resource_version=item["metadata"]["resourceVersion"],
                        dry_run=self.dry_run,
                    )
                    self._say(item, "finalizer removed")

    def keep_data(self) -> None:
        """Set every deletion policy to Delete, so that data stays when the objects go."""
        for resource in (SNAPSHOT, REPOSITORY, BACKUP_STORAGE):
            for item in there(self.client, resource):
                if text(item, "spec", "deletionPolicy") not in {"", "Delete"}:
                    self._keep(resource, item, {"spec": {"deletionPolicy": "Delete"}})
        for item in there(self.client, BACKUP_CONFIGURATION):
            sessions = [_keeping(session) for session in items(item, "spec", "sessions")]
            if sessions != at(item, "spec", "sessions"):
                self._keep(BACKUP_CONFIGURATION, item, {"spec": {"sessions": sessions}})

    def _keep(self, resource: Resource, item: Object, patch: Object) -> None:
        self.client.patch(resource, key_of(item), patch, dry_run=self.dry_run)
        self._say(item, "will keep its data")

    def _say(self, item: Object, what: str) -> None:
        self.count += 1
        suffix = " (dry run)" if self.dry_run else ""
        output.line(f"{output.reference(item)} {what}{suffix}")


def there(client: Client, resource: Resource) -> list[Object]:
    """All objects of a kind; none where the kind is not installed."""
    try:
        return client.list(resource)
    except NotFound:
        return []


def _keeping(session: object) -> Object:
    """The session of a configuration, whose Repositories keep their data."""
    assert isinstance(session, dict)
    repositories = [
        {**repo, "deletionPolicy": "Delete"} if repo.get("deletionPolicy") == "WipeOut" else repo
        for repo in session.get("repositories") or ()
    ]
    return {**session, "repositories": repositories} if repositories else dict(session)
