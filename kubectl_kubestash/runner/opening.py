"""Opens what facts describe: a component's restic repository, a storage's own files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import KubeStashError
from ..resolve.backend import repository_url, restic_access, store_settings
from .backend import Backend
from .command import HEARTBEAT_HZ, ResticRepository, program
from .process import Supervisor, child_environment
from .report import reason_of
from .restic import Restic
from .surroundings import ALWAYS_PASSED, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..kube.client import Client
    from .facts import RepositoryFacts, StorageFacts
    from .workspace import Workspace


@dataclass(frozen=True)
class Toolbox:
    """What every task of the runner works with."""

    client: Client
    surroundings: Surroundings
    supervisor: Supervisor
    workspace: Workspace
    enable_cache: bool = False

    def attempt(self, work: Callable[[], None], narrate: Callable[[str], None]) -> str:
        """Do the work; what kept it from being done, redacted and told, or nothing."""
        try:
            work()
        except (KubeStashError, OSError) as error:
            reason = self.explain(error)
            narrate(reason)
            return reason
        return ""

    def explain(self, error: Exception) -> str:
        """An error as the text of a status field, redacted."""
        return self.supervisor.redactor.text(reason_of(error))

    def files_of(self, facts: StorageFacts, *, patience: float | None = None) -> Backend:
        """The backend's own files; `patience` in seconds for one operation. BackendError."""
        self.supervisor.redactor.learn(facts.secret.values())
        return Backend(
            store_settings(facts.storage, facts.secret),
            name=f"The backend of BackupStorage {facts.storage.key}",
            patience=self.surroundings.patience.backend if patience is None else patience,
        )

    def restic_of(self, facts: RepositoryFacts, component_path: str) -> Restic:
        """One component of a Repository as restic sees it; nothing is run yet."""
        self.supervisor.redactor.learn([*facts.secret.values(), facts.password])
        access = restic_access(facts.storage, facts.secret)
        flags = [*access.flags, *self._cache_flags()]
        own = {
            **access.environment,
            "RESTIC_REPOSITORY": repository_url(
                facts.storage, facts.repository.spec.path, component_path
            ),
            "RESTIC_PROGRESS_FPS": HEARTBEAT_HZ,
            "TMPDIR": str(self.workspace.temporary(facts.repository.metadata.name)),
            **self._password(facts.password),
        }
        for file in access.files:
            path = str(self.workspace.secret_file(file.name, file.content))
            if file.variable:
                own[file.variable] = path
            if file.flag:
                flags += [file.flag, path]
        inherited = self.surroundings.inherited
        names = (*ALWAYS_PASSED, *access.ambient)
        repository = ResticRepository(
            place=f"Repository {facts.repository.key}, {component_path}",
            program=program(self.surroundings.restic, self.surroundings.nice),
            flags=tuple(flags),
            environment=child_environment(names, own, inherited),
            key_source=f"Secret {facts.encryption_secret}",
        )
        return Restic(repository, self.supervisor, self.surroundings.limits)

    def _cache_flags(self) -> list[str]:
        if not self.enable_cache:
            return ["--no-cache"]
        return ["--cache-dir", str(self.workspace.cache)]

    def _password(self, password: str) -> dict[str, str]:
        # restic strips blanks and line ends of a password file, but not of the variable. A password
        # that has some, made by another tool through the variable, must reach restic unchanged.
        if password != password.strip():
            return {"RESTIC_PASSWORD": password}
        file = self.workspace.secret_file("password", password)
        return {"RESTIC_PASSWORD_FILE": str(file)}
