"""`kubestash-runner backup-postgres` next to bare restic that runs the very same pg_dump."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kubectl_kubestash.api.resources import APP_BINDING, SECRET
from kubectl_kubestash.api.schema import OPTIONAL
from kubectl_kubestash.runner import command
from tests.cluster.needs import POSTGRES_PACKAGES, require_programs
from tests.postgres_server import PASSWORD as DATABASE_PASSWORD
from tests.postgres_server import PROGRAMS, PostgresServer

from . import programs
from .backup_objects import COMPONENT, NAMESPACE, PASSWORD, Backups
from .control_plane import api_server, connect, login
from .figure import Bar, Figure, Result, ratios
from .memory import Memory
from .process import Failed, environment, run

if TYPE_CHECKING:
    from tests.cluster.api_server import ApiServer

MEBIBYTES = int(os.environ.get("BENCH_MEBIBYTES", "2048"))
PAIRS = 3
SPEED, MEMORY, FLAT = Bar(0.95, is_floor=True), Bar(60), Bar(5)
_ROW = 1024
_FILL = """create table rows as
select n, repeat(md5(n::text) || md5((-n)::text), 16) as body from generate_series(1, :rows) n"""
_APP = {"apiGroup": APP_BINDING.group, "kind": APP_BINDING.kind, "name": "db"}
_POD = "backup-pod"


def measure() -> Figure:
    """Both in turns, into new repositories; the runner's own memory is watched."""
    require_programs(POSTGRES_PACKAGES)
    with (
        api_server() as server,
        PostgresServer() as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        database.sql(_FILL.replace(":rows", str((MEBIBYTES << 20) // (_ROW + 8))))
        database.sql("vacuum analyze rows")
        place = Place(server, database, Path(folder))
        place.prepare()
        ours, bare = [], []
        for number in range(PAIRS):
            bare.append(place.restic())
            ours.append(place.runner(number))
    size = ours[0].mebibytes
    return Figure(
        f"pg_dump of {size:.0f} MiB through stdin, repository in {Path(folder).parent}",
        [
            ratios(
                "throughput, runner / restic --stdin-from-command",
                [size / one.seconds for one in ours],
                [size / seconds for seconds in bare],
                SPEED,
            ),
            Result("most memory of the runner", "MiB", [one.memory.peak for one in ours], MEMORY),
            Result("growth of it", "MiB", [one.memory.growth for one in ours], FLAT),
            Result("runner", "s", [one.seconds for one in ours]),
            Result("restic", "s", bare),
        ],
    )


@dataclass(frozen=True)
class Taken:
    """One run of the runner."""

    seconds: float
    memory: Memory
    mebibytes: float


@dataclass(frozen=True)
class Place:
    """A database, a storage, and the cluster that knows of both."""

    server: ApiServer
    database: PostgresServer
    folder: Path

    @property
    def backups(self) -> Backups:
        """The sessions that the runner is given."""
        store = self.folder / "store"
        store.mkdir(exist_ok=True)
        return Backups(connect(self.server, "kubestash-operator"), store, app=_APP)

    def prepare(self) -> None:
        """The storage, and the AppBinding with its Secret."""
        self.server.kubectl("apply", "--server-side", "-f", str(OPTIONAL))
        self.server.kubectl("wait", "--for=condition=Established", "-f", str(OPTIONAL))
        self.backups.make_storage()
        client = connect(self.server, "kubestash-operator")
        login_of = {"username": "postgres", "password": DATABASE_PASSWORD}
        data = {name: base64.b64encode(text.encode()).decode() for name, text in login_of.items()}
        metadata = {"name": "db", "namespace": NAMESPACE}
        client.create(
            SECRET, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
        )
        url = f"postgres://127.0.0.1:{self.database.port}/postgres?sslmode=disable"
        spec = {"type": "postgres", "clientConfig": {"url": url}, "secret": {"name": "db"}}
        identity = {"apiVersion": APP_BINDING.api_version, "kind": APP_BINDING.kind}
        client.create(APP_BINDING, {**identity, "metadata": metadata, "spec": spec})

    def restic(self) -> float:
        """Seconds of bare restic, with the very flags that the runner gives it."""
        target = self.folder / "bare"
        repository = self._repository(target)
        passwords = self.folder / "pgpass"
        escaped = DATABASE_PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
        passwords.touch(mode=0o600)
        passwords.write_text(f"*:*:*:postgres:{escaped}\n")
        known = (
            "PGHOST=127.0.0.1",
            f"PGPORT={self.database.port}",
            "PGUSER=postgres",
            "PGSSLMODE=disable",
            f"PGPASSFILE={passwords}",
        )
        dump = ("env", "-i", *known, str(PROGRAMS / "pg_dump"), "--no-password", "postgres")
        wanted = command.backup_output(
            repository, dump, filename="dumpfile.sql", host=_POD, tag="bare"
        )
        taken = run(wanted.argv, wanted.environment, log=self.folder / "restic.log")
        shutil.rmtree(target)
        return taken.seconds

    def runner(self, number: int) -> Taken:
        """The runner as its Job would start it, into a repository that is on record already."""
        session, target = self.backups.start(number), self.backups.restic_folder(number)
        self.backups.record(number, self._repository(target))
        argv = (
            str(programs.runner()),
            "backup-postgres",
            f"--namespace={NAMESPACE}",
            f"--backupsession={session}",
            f"--scratch-dir={self.folder / 'scratch'}",
            "--pg-args=postgres",
            "--backup-cmd=pg_dump",
            "--user=postgres",
        )
        log = self.folder / "runner.log"
        with log.open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(
                argv,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            try:
                with Memory(process.pid) as memory:
                    process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
            seconds = time.perf_counter() - began
        component = self.backups.component(number)
        if component.get("phase") != "Succeeded":
            raise Failed(f"the runner reported {component}: {log.read_text()[-2000:]}")
        shutil.rmtree(target)
        return Taken(seconds, memory, component["resticStats"][0]["summary"]["bytes"] / (1 << 20))

    def _repository(self, target: Path) -> command.ResticRepository:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        known = {
            "RESTIC_REPOSITORY": str(target),
            "RESTIC_PASSWORD_FILE": str(password),
            "RESTIC_PROGRESS_FPS": command.HEARTBEAT_HZ,
            "TMPDIR": str(self.folder),
            "PATH": environment()["PATH"],
        }
        made = command.ResticRepository("bare", (str(programs.restic()),), ("--no-cache",), known)
        init = made.command("init")
        run(init.argv, init.environment, log=self.folder / "restic.log")
        return made

    def _environment(self) -> dict[str, str]:
        return login(self.server, self.folder) | {
            "COMPONENT_NAME": COMPONENT,
            "POD_NAMESPACE": NAMESPACE,
            "POD_NAME": _POD,
            "POD_UID": "00000000-0000-0000-0000-000000000001",
            "NODE_NAME": "node",
            "KUBESTASH_RESTIC": str(programs.restic()),
            "KUBESTASH_SKIP_CHECK": "true",
            "KUBESTASH_TERMINATION_FILE": str(self.folder / "termination-log"),
        }
