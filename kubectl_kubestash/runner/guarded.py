"""One component's restic repository behind its guards: identity, locks, exclusive work.

All tasks reach restic through here, so that none of them writes to a repository that is not the one
on record, initialises one that may exist, or removes data beside a backup.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from ..errors import ToolError
from .exclusive import exclusively, holders, lease_key
from .holders import Gone, gone_hosts
from .identity import Identification
from .locks import Locks
from .restic_folder import ResticFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..api.resources import ObjectKey
    from .facts import RepositoryFacts
    from .opening import Toolbox
    from .pods import PodRef
    from .restic import Restic

T = TypeVar("T")


def utc_now() -> datetime:
    """The time of now."""
    return datetime.now(UTC)


class GuardedRepository:
    """One component of a Repository."""

    def __init__(
        self,
        toolbox: Toolbox,
        facts: RepositoryFacts,
        component_path: str,
        *,
        narrate: Callable[[str], None],
        clock: Callable[[], datetime] = utc_now,
        former_holders: tuple[PodRef, ...] = (),
    ) -> None:
        """`former_holders` are pods that are gone and may have left a lock."""
        self.restic: Restic = toolbox.restic_of(facts, component_path)
        self.component_path = component_path
        self._folder = ResticFolder(toolbox, facts, component_path)
        self.identification = Identification(self.restic, self._folder, self.exclusively)
        """Asked before anything is written, forgotten or restored."""
        self._toolbox = toolbox
        self._facts = facts
        self._clock = clock
        self._former_holders = former_holders
        self._locks = Locks(
            self.restic,
            toolbox.surroundings,
            toolbox.supervisor,
            gone_hosts=self._gone_hosts,
            remove=self._remove_lock,
            clock=clock,
            narrate=narrate,
        )

    def patiently(self, action: Callable[[], T]) -> T:
        """Do what takes a lock; wait for others. Raises RepositoryLocked when they stay."""
        return self._locks.patiently(action)

    def remove_dead_locks(self) -> None:
        """Remove what pods of ours that are gone have left, before nobody knows them any more.

        Where no lock lies at all, as nearly always, restic is not even started.
        """
        if self._folder.names("locks"):
            self._locks.remove_dead()

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Only one pod of the cluster is in such a block for this restic repository."""
        with exclusively(
            self._toolbox.client,
            self._lease,
            surroundings=self._toolbox.surroundings,
            supervisor=self._toolbox.supervisor,
            clock=self._clock,
        ) as held:
            self._former_holders = (*self._former_holders, *held.former_holders)
            yield

    def confirm_stored(self, snapshot_id: str) -> None:
        """Raises ToolError unless the backend holds this snapshot as it was written.

        A snapshot's id is the SHA-256 of its file
        (https://restic.readthedocs.io/en/stable/100_references.html#repository-format), so this
        proves more than restic's list, without half a second for the repository's key.
        """
        if self._folder.digest("snapshots", snapshot_id) != snapshot_id:
            raise ToolError(
                f"restic snapshot {snapshot_id[:8]} was reported as stored, but "
                f"{self.restic.repository.place} does not hold it whole.",
                exit_code=0,
            )

    def forget(self, ids: Sequence[str]) -> None:
        """Drop snapshots and see that they are gone. Only inside `exclusively`."""
        present = [stored.id for stored in self.restic.snapshots() if stored.id in set(ids)]
        if not present:
            return
        self.patiently(lambda: self.restic.forget(present))
        left = {stored.id for stored in self.restic.snapshots()} & set(present)
        if left:
            names = ", ".join(sorted(snapshot[:8] for snapshot in left))
            raise ToolError(
                f"{self.restic.repository.place}: restic forgot, but {names} are still there.",
                exit_code=0,
            )

    @property
    def _lease(self) -> ObjectKey:
        repository = self._facts.repository
        return lease_key(repository.key, repository.metadata.uid, self.component_path)

    def _gone_hosts(self, hosts: Sequence[str]) -> Gone:
        of_lease = holders(self._toolbox.client, self._lease) if hosts else ()
        return gone_hosts(
            self._toolbox.client,
            self._facts.repository.key,
            self.component_path,
            hosts=hosts,
            home=self._toolbox.surroundings.pod.namespace,
            former_holders=(*self._former_holders, *of_lease),
        )

    def _remove_lock(self, lock_id: str) -> None:
        self._folder.remove(self._folder.path("locks", lock_id))
