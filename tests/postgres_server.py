"""A real PostgreSQL, Debian's, started as a process for tests and figures."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.free_ports import free_ports

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "a:password\\with everything"


@dataclass
class PostgresServer:
    """One server on 127.0.0.1 that asks for passwords; use it as a context manager."""

    settings: tuple[str, ...] = ()
    port: int = field(default_factory=lambda: free_ports(1)[0])
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="kubestash-pg-")))

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def __enter__(self) -> PostgresServer:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        for path in (self.folder, password):
            shutil.chown(path, *self._owner())
        self._run("initdb", "-D", self.data, "-A", "scram-sha-256", "-U", "postgres", "-N")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        flags = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
        }
        text = " ".join([f"-c {name}={value}" for name, value in flags.items()])
        text += "".join(f" -c {setting}" for setting in self.settings)
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self.data, "-o", text, "-l", log, "-w", "-t", "120", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)

    def sql(self, text: str, *, database: str = "postgres") -> str:
        """What psql prints for these commands, fields parted by blanks."""
        flags = ["-XAtq", "-F", " ", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text]
        done = subprocess.run(
            [str(PROGRAMS / "psql"), *flags],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def environment(self) -> dict[str, str]:
        own = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres"}
        return os.environ | own | {"PGPASSWORD": PASSWORD}

    def give(self, name: str, content: str) -> Path:
        """A file that only the server may read."""
        path = self.folder / name
        path.write_text(content)
        shutil.chown(path, *self._owner())
        path.chmod(0o600)
        return path

    def _owner(self) -> tuple[int, int]:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return os.geteuid(), os.getegid()
        entry = pwd.getpwnam("postgres")
        return entry.pw_uid, entry.pw_gid

    def _run(self, program: str, *arguments: str | Path, check: bool = True) -> None:
        user, group = self._owner()
        given = [f"--pwfile={self.folder / 'password'}"] if program == "initdb" else []
        subprocess.run(
            [PROGRAMS / program, *map(str, arguments), *given],
            user=user,
            group=group,
            extra_groups=[],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=check,
        )
