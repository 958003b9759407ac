"""Which restic repository lies at a place, and whether it is the one on record.

Only restic's own word that there is none (exit code 10) lets one be made, and never where one is on
record: that would hide its loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..errors import BackendError, Interrupted, RepositoryMissing, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager

    from .restic import Restic
    from .restic_folder import ResticFolder

_OF_THE_STORE = (0, 1)
"""Exit codes of restic, 0 when we ended it, whose cause may be the store; others have their own."""

_COMPARE = "Compare spec.storageRef and spec.path of the Repository with the backend."


class Identity(NamedTuple):
    """A restic repository, told from every other one."""

    id: str
    config: str
    """SHA-256 of the config that was there before the id was read; empty when it was not."""


@dataclass(frozen=True)
class Identification:
    """Tells the identity of one component's restic repository.

    `recorded` are ids that other objects have kept, beside that of the Repository.
    """

    restic: Restic
    folder: ResticFolder
    alone: Callable[[], AbstractContextManager[None]]
    """Only one pod of the cluster is in such a block for this restic repository."""

    def confirm(self, recorded: Collection[str] = ()) -> Identity:
        """The repository. Raises when there is none or it is not the one on record."""
        found = self._find()
        if found is None:
            raise RepositoryMissing(f"{self._place}: there is no restic repository.", exit_code=10)
        return self._compared(found, recorded)

    def ensure(self, recorded: Collection[str] = ()) -> Identity:
        """The repository, which is made when there never was one."""
        found = self._find()
        if found is None:
            return Identity(self._make(recorded), "")
        return self._compared(found, recorded)

    @property
    def _place(self) -> str:
        return self.restic.repository.place

    def _find(self) -> Identity | None:
        """None when there is no repository. Raises what a probe raises.

        restic writes its config once, with the id in it, and never again but to migrate the whole
        repository (https://restic.readthedocs.io/en/stable/100_references.html#config). The very
        file that was there when the id was recorded has it still; to decrypt it takes half a
        second for the repository's key.
        """
        config, trouble = self._config()
        status = self.folder.facts.repository.status
        path = self.folder.component_path
        known = status.restic_repositories.get(path)
        if known and config and config == status.restic_configs.get(path):
            return Identity(known, config)
        found = self._probe(trouble)
        return None if found is None else Identity(found, config)

    def _config(self) -> tuple[str, str]:
        """SHA-256 of restic's config, empty without one, and what kept it from being read."""
        try:
            return self.folder.digest_of_config(), ""
        except BackendError as error:
            return "", error.message

    def _probe(self, trouble: str = "") -> str | None:
        """As restic's own; where the store is the cause, with what the store itself says.

        restic hangs for minutes without a word, or knows only that a request was refused: the
        answer to a HEAD has no body that could say why. `trouble` is what the store said before.
        """
        try:
            return self.restic.probe()
        except Interrupted:
            raise
        except ToolError as error:
            if error.exit_code not in _OF_THE_STORE:
                raise
            words = trouble or self._config()[1]
            if not words:
                raise
            message = f"{error.message} {words}"
            raise type(error)(
                message, *error.hints, exit_code=error.exit_code, last_lines=error.last_lines
            ) from None

    def _make(self, recorded: Collection[str]) -> str:
        if known := self._known(recorded):
            raise RepositoryMissing(
                f"{self._place} has vanished: id {known[0][:8]} is on record, "
                "but there is no restic repository. It is not made anew, because that would hide "
                "the loss.",
                _COMPARE,
                exit_code=10,
            )
        with self.alone():
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
        left = self.folder.names()
        harmless = (f"{self.folder.path('keys')}/", self.folder.path("config-tmp-"))
        if others := [name for name in left if not name.startswith(harmless)]:
            raise RepositoryMissing(
                f"{self._place}: {others[0]} is there, but restic's config is "
                "not. No repository is made over what may be left of one.",
                exit_code=10,
            )
        self.folder.remove(*left)

    def _compared(self, found: Identity, recorded: Collection[str]) -> Identity:
        for known in self._known(recorded):
            if known != found.id:
                raise ToolError(
                    f"{self._place} is another one: restic repository "
                    f"{found.id[:8]} is there, {known[:8]} is on record. Nothing was written.",
                    _COMPARE,
                    exit_code=0,
                )
        return found

    def _known(self, recorded: Collection[str]) -> list[str]:
        status = self.folder.facts.repository.status
        of_repository = status.restic_repositories.get(self.folder.component_path, "")
        return [known for known in (of_repository, *recorded) if known]
