"""Waits for locks of others, and removes a lock only when its holder is proven dead.

restic itself judges a lock by its host name and process id, which mean nothing in another pod: its
`unlock` removes the lock of a live process in another PID namespace. So we never call it. A lock is
dead when

* its host is a pod of ours that has ended, told by the pod's uid; or
* its host is a pod of ours that is not there any more, and it was not renewed while we watched: a
  pod deleted by force from a node that is cut off may still be uploading; or
* it is a child of ours that has ended; or
* it is older than 30 minutes, restic's own limit, and was not renewed while we watched: a holder
  that lives replaces its lock every 5 minutes.

Exactly that lock is then removed, by its name.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from ..errors import Interrupted, RepositoryLocked, Stalled
from .stored import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .holders import Gone
    from .process import Supervisor
    from .restic import Restic
    from .stored import Lock
    from .surroundings import Surroundings

T = TypeVar("T")

STALE_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Evidence:
    """What is known about the holders of locks at one moment."""

    gone: Gone
    """Host names of pods of ours that have ended, or are not there any more."""

    ended_here: frozenset[int]
    """Children of this very runner that have ended: ids mean nothing in other containers."""

    own_host: str
    """Our host name when it is this pod's alone, else empty."""

    watched: Mapping[str, float]
    """For how many seconds we have seen each lock, by id."""


def dead(lock: Lock, evidence: Evidence, *, now: datetime, watch: float) -> bool:
    """Whether the holder of this lock is proven dead. Pure."""
    if lock.host and lock.host in evidence.gone.ended:
        return True
    if evidence.own_host and lock.host == evidence.own_host:
        return lock.pid in evidence.ended_here
    if evidence.watched.get(lock.id, 0.0) < watch:
        return False
    if lock.host and lock.host in evidence.gone.absent:
        return True
    made = _made(lock)
    return made is not None and now - made > STALE_AFTER


def _made(lock: Lock) -> datetime | None:
    try:
        return moment(lock.time)
    except ValueError:
        return None


@dataclass
class Locks:
    """The locks of one restic repository."""

    restic: Restic
    surroundings: Surroundings
    supervisor: Supervisor
    gone_hosts: Callable[[Sequence[str]], Gone]
    """Of these host names, those of pods that are gone."""

    remove: Callable[[str], None]
    """Removes the lock of this id from the backend."""

    clock: Callable[[], datetime]
    narrate: Callable[[str], None]
    _seen: dict[str, float] = field(default_factory=dict)

    def patiently(self, action: Callable[[], T]) -> T:
        """Repeat the action until no lock is in its way.

        Raises RepositoryLocked, naming the locks, after `Patience.lock` seconds; a lock that was
        removed last of all is worth one more try.
        """
        patience = self.surroundings.patience
        deadline = time.monotonic() + patience.lock
        is_late = False
        while True:
            try:
                return action()
            except RepositoryLocked as error:
                locks = self._look()
                removed = self._remove_dead(locks)
                was_late, is_late = is_late, time.monotonic() >= deadline
                if is_late and (was_late or not removed):
                    raise self._gave_up(error, locks) from None
                if removed:
                    continue
                held = ", ".join(map(str, locks)) or "a lock that is gone by now"
                self.narrate(f"Waiting for {held} on {self.restic.repository.place}.")
            if self.supervisor.stop.wait(patience.poll):
                raise Interrupted("Asked to stop while waiting for a lock.", exit_code=0)

    def remove_dead(self) -> None:
        """Remove the locks whose holders are proven dead now."""
        self._remove_dead(self._look())

    def _look(self) -> list[Lock]:
        """The locks of now; a look that fails is a look that found nothing."""
        try:
            locks = self.restic.locks()
        except (RepositoryLocked, Stalled):
            return []
        now = time.monotonic()
        self._seen = {lock.id: self._seen.get(lock.id, now) for lock in locks}
        return locks

    def _remove_dead(self, locks: Sequence[Lock]) -> bool:
        if not locks:
            return False
        evidence = self._evidence(locks)
        now, watch = self.clock(), self.surroundings.patience.lock_watch
        doomed = [lock for lock in locks if dead(lock, evidence, now=now, watch=watch)]
        for lock in doomed:
            self.narrate(f"Removing the {lock}: its holder is gone.")
            self.remove(lock.id)
        return bool(doomed)

    def _evidence(self, locks: Sequence[Lock]) -> Evidence:
        here = self.surroundings
        # With the host's network the name is the node's, and many pods share it.
        own = here.hostname if here.hostname == here.pod.name else ""
        foreign = sorted({lock.host for lock in locks if lock.host and lock.host != own})
        now = time.monotonic()
        return Evidence(
            gone=self.gone_hosts(foreign),
            ended_here=frozenset(self.supervisor.ended),
            own_host=own,
            watched={lock_id: now - since for lock_id, since in self._seen.items()},
        )

    def _gave_up(self, error: RepositoryLocked, locks: Sequence[Lock]) -> RepositoryLocked:
        held = ", ".join(map(str, locks)) or "nobody by now"
        waited = self.surroundings.patience.lock
        return RepositoryLocked(
            f"{self.restic.repository.place} is still locked after {waited:g} s. Held: {held}.",
            exit_code=error.exit_code,
            last_lines=error.last_lines,
        )
