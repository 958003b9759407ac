"""Sessions of a cluster, kept up to date by informers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import (
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    NAMESPACE,
    RESTORE_SESSION,
    SNAPSHOT,
    ObjectKey,
)
from kubectl_kubestash.errors import ClusterError, Forbidden, NotFound, Unauthorized
from kubectl_kubestash.gather.events import events_of
from kubectl_kubestash.gather.run_containers import containers
from kubectl_kubestash.kube.informer import Informer
from kubectl_kubestash.views.fields import text

from .rows import BACKUP
from .session_row import SessionKey
from .source import Overview, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.kube.client import Client

    from .source import Inbox, Object

TAIL = 200
"""Lines of each container's log."""
_LONGEST = 64_000
"""Bytes of one line: a tool may print megabytes without an end of line."""
_LONGEST_PAUSE = 5.0
"""Seconds: somebody is looking."""
_OF_SESSION = "session"


class ClusterSource:
    """What one client can see of a namespace, or of all."""

    def __init__(self, client: Client, scope: str = "") -> None:
        self._client = client
        self._scope = scope
        self._inbox: Inbox | None = None
        self._informers: dict[str, Informer] = {}

    @property
    def scope(self) -> str:
        """The namespace that is watched; empty for all of them."""
        return self._scope

    @property
    def is_synced(self) -> bool:
        """Whether each kind that can be read has been read whole."""
        informers = self._informers.values()
        return all(one.synced.is_set() or one.last_error is not None for one in informers)

    def start(self, inbox: Inbox) -> None:
        """Begin to list and to watch."""
        self._inbox = inbox
        made: dict[str, Informer] = {}

        def tell(_: str, item: Object) -> None:
            if self._informers is made:
                self._tell(made, inbox, item)

        for resource in (BACKUP_SESSION, RESTORE_SESSION, SNAPSHOT):
            made[resource.kind] = Informer(
                self._client,
                resource,
                namespace=self._scope,
                indexes={_OF_SESSION: _session_of} if resource == SNAPSHOT else None,
                on_change=tell,
                longest_pause=_LONGEST_PAUSE,
            )
        self._informers = made
        for informer in made.values():
            informer.start()

    def stop(self) -> None:
        """Cut the watches. Their threads end by themselves: nobody waits for a silent server."""
        informers, self._informers = self._informers, {}
        for informer in informers.values():
            informer.stop(timeout=0)

    def rescope(self, namespace: str) -> None:
        """Begin anew with this namespace; empty for all."""
        self.stop()
        self._scope = namespace
        if self._inbox is not None:
            self._inbox.clear()
            self.start(self._inbox)

    def session(self, key: SessionKey) -> Object | None:
        """A session, as last heard of."""
        informer = self._informers.get(key.kind)
        return informer.get(ObjectKey(key.namespace, key.name)) if informer else None

    def snapshots(self, key: SessionKey) -> list[Object]:
        """The Snapshots of a BackupSession."""
        informer = self._informers.get(SNAPSHOT.kind)
        return informer.by_index(_OF_SESSION, str(key)) if informer and key.kind == BACKUP else []

    def troubles(self) -> tuple[Trouble, ...]:
        """Why some kinds are not watched now."""
        return tuple(
            Trouble(informer.resource.plural, _reason(error), error.message, error.hints)
            for informer in self._informers.values()
            if (error := informer.last_error) is not None
        )

    def events(self, key: SessionKey) -> list[Object]:
        """The Events about a session."""
        session = self.session(key)
        return events_of(self._client, session) if session else []

    def log(self, key: SessionKey) -> list[str]:
        """The last lines of each container of its Pods. Raises ClusterError."""
        return list(self._log(ObjectKey(key.namespace, key.name)))

    def namespaces(self) -> list[str]:
        """All namespaces of the cluster. Raises ClusterError."""
        return sorted(item["metadata"]["name"] for item in self._client.list(NAMESPACE))

    def overview(self) -> Overview:
        """The BackupConfigurations, and what is known of their runs. Raises ClusterError."""
        configurations = self._client.list(BACKUP_CONFIGURATION, self._scope)
        known = (
            informer.items() if (informer := self._informers.get(kind)) else []
            for kind in (BACKUP_SESSION.kind, SNAPSHOT.kind)
        )
        return Overview(configurations, *known)

    def _log(self, session: ObjectKey) -> Iterator[str]:
        for container in containers(self._client, session):
            if container.has_started:
                yield f"==> {container.pod.name}/{container.name} <=="
                try:
                    for raw in self._client.logs(
                        container.pod, container=container.name, tail=TAIL
                    ):
                        yield raw[:_LONGEST].decode(errors="replace").rstrip("\n")
                except ClusterError as error:
                    yield f"the log ends here: {error.message}"

    def _tell(self, informers: dict[str, Informer], inbox: Inbox, item: Object) -> None:
        metadata = item["metadata"]
        namespace, name = metadata.get("namespace") or "", metadata["name"]
        if item["kind"] == SNAPSHOT.kind:
            inbox.touch(SessionKey(BACKUP, namespace, text(item, "spec", "backupSession")))
            return
        found = informers[item["kind"]].get(ObjectKey(namespace, name))
        inbox.put(SessionKey(item["kind"], namespace, name), found)


def _session_of(snapshot: Object) -> list[str]:
    namespace = text(snapshot, "metadata", "namespace")
    return [str(SessionKey(BACKUP, namespace, text(snapshot, "spec", "backupSession")))]


def _reason(error: ClusterError) -> str:
    if isinstance(error, NotFound):
        return "missing"
    return "refused" if isinstance(error, Forbidden | Unauthorized) else "away"
