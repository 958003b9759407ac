"""`kubestash-runner backup` next to bare restic: same tree, same flags, new repositories."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kubectl_kubestash.runner import command

from . import file_tree, programs, restic_calls
from .backup_objects import COMPONENT, NAMESPACE, PASSWORD, Backups
from .control_plane import api_server, connect, login
from .figure import Bar, Figure, Result, ratios
from .process import Failed, Run, environment, run

if TYPE_CHECKING:
    from tests.cluster.api_server import ApiServer

MEBIBYTES = 2048
PAIRS = 5
BAR = Bar(0.95, is_floor=True)
_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where there is one
_POD = "backup-pod"


def measure() -> Figure:
    """The runner and restic in turns; then the runner once more with each restic call timed."""
    with api_server() as server, tempfile.TemporaryDirectory(dir=_place()) as folder:
        place = Place(server, Path(folder))
        files = file_tree.write(place.source, MEBIBYTES)
        size = file_tree.warm(place.source) / (1 << 20)
        place.backups.make_storage()
        ours, bare = [], []
        for number in range(PAIRS):
            bare.append(place.restic(2 * number))
            ours.append(place.runner(2 * number + 1))
        calls = place.timed_calls(2 * PAIRS)
    return Figure(
        f"backup of {size:.0f} MiB in {files} files, repository in {Path(folder).parent}",
        [
            ratios("throughput, runner / restic", _speeds(ours, size), _speeds(bare, size), BAR),
            Result("runner", "s", [one.seconds for one in ours]),
            Result("restic", "s", [one.seconds for one in bare]),
            Result("CPU of runner with restic", "s", [one.cpu_seconds for one in ours]),
            Result("CPU of restic", "s", [one.cpu_seconds for one in bare]),
        ],
        {"where the runner's time goes, one run": calls},
    )


def _place() -> str | None:
    """Memory, where there is enough: a slow disk would hide what the runner costs."""
    needed = 3 * MEBIBYTES << 20
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > needed
    return str(_MEMORY) if has_room else None


def _speeds(runs: list[Run], size: float) -> list[float]:
    return [size / one.seconds for one in runs]


@dataclass(frozen=True)
class Place:
    """A source, a storage, and the cluster that knows of it."""

    server: ApiServer
    folder: Path

    @property
    def source(self) -> Path:
        """The tree that is backed up."""
        return self.folder / "source"

    @property
    def backups(self) -> Backups:
        """The sessions that the runner is given."""
        store = self.folder / "store"
        store.mkdir(exist_ok=True)
        return Backups(connect(self.server, "kubestash-operator"), store)

    def restic(self, number: int) -> Run:
        """Bare restic, with the very flags that the runner gives it."""
        target = self.folder / f"bare-{number}"
        repository = command.ResticRepository(
            "bare", (str(programs.restic()),), ("--no-cache",), self._restic_environment(target)
        )
        wanted = command.backup(
            repository, str(self.source), host=_POD, tag="bare", excludes=(self._left_out,)
        )
        self._init(repository)
        taken = run(wanted.argv, wanted.environment, log=self.folder / "restic.log")
        shutil.rmtree(target)
        return taken

    def runner(self, number: int, *, restic: Path | None = None) -> Run:
        """The runner as its Job would start it, into a repository that is on record already."""
        session = self.backups.start(number)
        target = self.backups.restic_folder(number)
        made = command.ResticRepository(
            "ours", (str(programs.restic()),), (), self._restic_environment(target)
        )
        self._init(made)
        self.backups.record(number, made)
        argv = (
            programs.runner(),
            "backup",
            f"--namespace={NAMESPACE}",
            f"--backupsession={session}",
            f"--paths={self.source}",
            f"--scratch-dir={self.folder / 'scratch'}",
        )
        log = self.folder / "runner.log"
        taken = run(argv, self._runner_environment(restic or programs.restic()), log=log)
        if self.backups.component(number).get("phase") != "Succeeded":
            raise Failed(f"the runner reported {self.backups.component(number)}")
        shutil.rmtree(target)
        return taken

    def timed_calls(self, number: int) -> dict[str, str]:
        """Seconds of each restic that the runner starts, and of itself."""
        watch = restic_calls.Watch(self.folder, programs.restic())
        taken = self.runner(number, restic=watch.script())
        calls = watch.calls()
        rest = taken.seconds - sum(seconds for _, seconds in calls)
        shown = {f"restic {what}": f"{seconds:.2f} s" for what, seconds in calls}
        return shown | {"the runner itself": f"{rest:.2f} s", "all": f"{taken.seconds:.2f} s"}

    @property
    def _left_out(self) -> str:
        return f"{self.source}/lost+found"

    def _init(self, repository: command.ResticRepository) -> None:
        init = repository.command("init")
        run(init.argv, init.environment, log=self.folder / "restic.log")

    def _restic_environment(self, target: Path) -> dict[str, str]:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        return {
            "RESTIC_REPOSITORY": str(target),
            "RESTIC_PASSWORD_FILE": str(password),
            "RESTIC_PROGRESS_FPS": command.HEARTBEAT_HZ,
            "TMPDIR": str(self.folder),
            "PATH": environment()["PATH"],
        }

    def _runner_environment(self, restic: Path) -> dict[str, str]:
        return login(self.server, self.folder) | {
            "COMPONENT_NAME": COMPONENT,
            "POD_NAMESPACE": NAMESPACE,
            "POD_NAME": _POD,
            "POD_UID": "00000000-0000-0000-0000-000000000001",
            "NODE_NAME": "node",
            "KUBESTASH_RESTIC": str(restic),
            "KUBESTASH_SKIP_CHECK": "true",
            "KUBESTASH_TERMINATION_FILE": str(self.folder / "termination-log"),
        }
