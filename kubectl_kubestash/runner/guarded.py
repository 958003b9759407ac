"""One component's restic repository behind its guards: identity, locks, exclusive work.

All tasks reach restic through here, so that none of them writes to a repository that is not the one
on record, initialises one that may exist, or removes data beside a backup.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from ..errors import BackendError, Interrupted, RepositoryMissing, ToolError
from ..resolve.backend import directory
from .exclusive import exclusively, holders, lease_key
from .holders import gone_hosts
from .locks import Locks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from ..api.resources import ObjectKey
    from .facts import RepositoryFacts
    from .opening import Toolbox
    from .pods import PodRef
    from .restic import Restic

T = TypeVar("T")

_OF_THE_STORE = (0, 1)
"""Exit codes of restic, 0 when we ended it, whose cause may be the store; others have their own."""

_BRIEFLY = 5.0
"""Seconds for a question to the store whose answer is of use, but not needed."""


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
        self.config = ""
        """SHA-256 of the config that was there before the id was read; empty when it was not."""
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
        if self._toolbox.files_of(self._facts).names(self._path("locks")):
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

    def confirm(self, recorded: Collection[str] = ()) -> str:
        """The id of the repository. Raises when there is none or it is not the one on record.

        `recorded` are ids that other objects have kept, beside that of the Repository.
        """
        found = self._identity()
        if found is None:
            raise RepositoryMissing(
                f"{self.restic.repository.place}: there is no restic repository.", exit_code=10
            )
        self._compare(found, recorded)
        return found

    def ensure(self, recorded: Collection[str] = ()) -> str:
        """The id of the repository, which is made when there never was one."""
        found = self._identity()
        if found is None:
            return self._make(recorded)
        self._compare(found, recorded)
        return found

    def _identity(self) -> str | None:
        """The id of the repository, None when there is none. Raises what a probe raises.

        restic writes its config once, with the id in it, and never again but to migrate the whole
        repository (https://restic.readthedocs.io/en/stable/100_references.html#config). The very
        file that was there when the id was recorded has it still; to decrypt it takes half a
        second for the repository's key.
        """
        self.config = self._config()
        status = self._facts.repository.status
        known = status.restic_repositories.get(self.component_path)
        if known and self.config and self.config == status.restic_configs.get(self.component_path):
            return known
        return self._probe()

    def _config(self) -> str:
        """SHA-256 of restic's config; empty when it cannot be read: restic says why."""
        try:
            files = self._toolbox.files_of(self._facts, patience=_BRIEFLY)
            content = files.find(self._path("config"))
        except BackendError:
            return ""
        return "" if content is None else hashlib.sha256(content.data).hexdigest()

    def confirm_stored(self, snapshot_id: str) -> None:
        """Raises ToolError unless the backend holds this snapshot as it was written.

        A snapshot's id is the SHA-256 of its file
        (https://restic.readthedocs.io/en/stable/100_references.html#repository-format), so this
        proves more than restic's list, without half a second for the repository's key.
        """
        content = self._toolbox.files_of(self._facts).find(self._path("snapshots", snapshot_id))
        if content is None or hashlib.sha256(content.data).hexdigest() != snapshot_id:
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

    def _probe(self) -> str | None:
        """As restic's own; where the store is the cause, with what the store itself says.

        restic hangs for minutes without a word, or knows only that a request was refused: the
        answer to a HEAD has no body that could say why.
        """
        try:
            return self.restic.probe()
        except Interrupted:
            raise
        except ToolError as error:
            if error.exit_code not in _OF_THE_STORE or not (words := self._words_of_the_store()):
                raise
            message = f"{error.message} {words}"
            raise type(error)(
                message, *error.hints, exit_code=error.exit_code, last_lines=error.last_lines
            ) from None

    def _words_of_the_store(self) -> str:
        try:
            self._toolbox.files_of(self._facts, patience=_BRIEFLY).find(self._path("config"))
        except BackendError as error:
            return error.message
        return ""

    def _make(self, recorded: Collection[str]) -> str:
        if known := self._known(recorded):
            raise RepositoryMissing(
                f"{self.restic.repository.place} has vanished: id {known[0][:8]} is on record, "
                "but there is no restic repository. It is not made anew, because that would hide "
                "the loss.",
                "Compare spec.storageRef and spec.path of the Repository with the backend.",
                exit_code=10,
            )
        with self.exclusively():
            # Somebody may have been faster; two at once would leave a repository with two keys.
            if found := self._probe():
                return found
            self._clear_cut_off_init()
            return self.restic.init()

    def _clear_cut_off_init(self) -> None:
        """Remove the key of an init that was killed before it wrote the config.

        restic refuses to start again beside a key. Anything else there is a repository that has
        lost its config. Raises RepositoryMissing for that.
        """
        files = self._toolbox.files_of(self._facts)
        left = files.names(self._path())
        harmless = (f"{self._path('keys')}/", self._path("config-tmp-"))
        if others := [name for name in left if not name.startswith(harmless)]:
            raise RepositoryMissing(
                f"{self.restic.repository.place}: {others[0]} is there, but restic's config is "
                "not. No repository is made over what may be left of one.",
                exit_code=10,
            )
        files.delete(*left)

    def _compare(self, found: str, recorded: Collection[str]) -> None:
        for known in self._known(recorded):
            if known != found:
                raise ToolError(
                    f"{self.restic.repository.place} is another one: restic repository "
                    f"{found[:8]} is there, {known[:8]} is on record. Nothing was written.",
                    "Compare spec.storageRef and spec.path of the Repository with the backend.",
                    exit_code=0,
                )

    def _known(self, recorded: Collection[str]) -> list[str]:
        of_repository = self._facts.repository.status.restic_repositories.get(
            self.component_path, ""
        )
        return [known for known in (of_repository, *recorded) if known]

    @property
    def _lease(self) -> ObjectKey:
        repository = self._facts.repository
        return lease_key(repository.key, repository.metadata.uid, self.component_path)

    def _gone_hosts(self, hosts: Sequence[str]) -> frozenset[str]:
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
        self._toolbox.files_of(self._facts).delete(self._path("locks", lock_id))

    def _path(self, *parts: str) -> str:
        """Where restic keeps something of this repository in the backend."""
        inside = "/".join((self._facts.repository.spec.path, self.component_path, *parts))
        return directory(self._facts.storage, inside)
