"""A database server, its AppBinding, and the runner's PostgreSQL tasks on them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from kubectl_kubestash.api.resources import APP_BINDING, RESTORE_SESSION, SNAPSHOT
from kubectl_kubestash.resolve import names
from kubectl_kubestash.runner.backup import Backup, BackupOptions
from kubectl_kubestash.runner.backup_postgres import PostgresDump, PostgresOptions
from kubectl_kubestash.runner.postgres import INSTALLED
from kubectl_kubestash.runner.restore import Restore, RestoreOptions
from kubectl_kubestash.runner.restore_postgres import PostgresTarget
from tests.postgres_server import PASSWORD, PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres_server import PostgresServer

    from .world import Object, World

TARGET = {"apiGroup": "appcatalog.appscode.com", "kind": "AppBinding"}


@dataclass
class PostgresWorld:
    """One namespace with AppBindings of real servers."""

    world: World
    installed: Path = INSTALLED
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def bind(
        self,
        server: PostgresServer,
        name: str = "db",
        *,
        login: dict[str, str] | None = None,
        query: str = "",
        tls: dict[str, str] | None = None,
        database: str = "",
        **client: Any,
    ) -> None:
        """An AppBinding of this server."""
        secret = f"{name}-auth"
        self.world.secret(secret, login or {"username": "postgres", "password": PASSWORD})
        url = f"postgres://127.0.0.1:{server.port}/{database}?{query}"
        spec: Object = {
            "type": "postgres",
            "version": "15.0",
            "clientConfig": {"url": url, **client},
            "secret": {"name": secret},
        }
        if tls is not None:
            self.world.secret(f"{name}-tls", tls)
            spec["tlsSecret"] = {"name": f"{name}-tls"}
        self.world.create(APP_BINDING, name, spec=spec)

    def options(self, name: str, **given: Any) -> PostgresOptions:
        return PostgresOptions(self.world.key(name), **{"wait": 60.0, "user": "postgres", **given})

    def backup(self, name: str = "db", *, args: str = "", cmd: str = "pg_dumpall") -> Object:
        """Back up the database of an AppBinding; the component as reported, and its session."""
        session = self.start(name)
        with self.world.toolbox() as opened:
            asked = self.options(session, arguments=args, command=cmd)
            dump = PostgresDump(opened.tools, asked, self.world.lines.append, self.installed)
            options = BackupOptions(asked.key)
            Backup(opened.tools, options, narrate=self.world.lines.append, content=dump).run()
        self.world.conclude(session)
        return {**self.world.component(session), "session": session}

    def start(self, name: str = "db") -> str:
        session = self.world.start_session()
        for repository in self.world.repositories:
            key = self.world.key(names.snapshot(repository, session))
            patch = {"spec": {"appRef": {**TARGET, "name": name}}}
            self.world.client.patch(SNAPSHOT, key, patch)
        return session

    def restore(
        self, session: str, name: str = "db", *, args: str = "", is_begun: bool = False
    ) -> Object:
        """Restore a Snapshot to the database of an AppBinding; the component as reported.

        With `is_begun`, another pod was at it before and is gone.
        """
        world, restore = self.world, f"restore-{next(self._numbers)}"
        snapshot = names.snapshot("files", session)
        source = {"repository": "files", "snapshot": snapshot}
        world.create(
            RESTORE_SESSION,
            restore,
            spec={"dataSource": source, "target": {**TARGET, "name": name}},
        )
        if is_begun:
            begun = {"phase": "Running", "claim": {"pod": "pod-gone", "uid": "uid-gone"}}
            status = {"status": {"components": {"dump": begun}}}
            world.client.patch(RESTORE_SESSION, world.key(restore), status, subresource="status")
        with world.toolbox("pod-r", "") as opened:
            asked = self.options(restore, arguments=args)
            target = PostgresTarget(
                opened.tools, asked, snapshot, world.lines.append, self.installed
            )
            options = RestoreOptions(asked.key, snapshot)
            Restore(opened.tools, options, world.lines.append, destination=target).run()
        status = world.client.get(RESTORE_SESSION, asked.key)["status"]
        return cast("Object", status["components"]["dump"])


def programs(folder: Path, **scripts: str) -> Path:
    """Directories like Debian's, where these shell scripts stand in for programs."""
    made = folder / "15" / "bin"
    made.mkdir(parents=True)
    for program in PROGRAMS.iterdir():
        if program.name not in scripts:
            (made / program.name).symlink_to(program)
    for name, script in scripts.items():
        (made / name).write_text(f"#!/bin/sh\n{script}\n")
        (made / name).chmod(0o755)
    return folder
