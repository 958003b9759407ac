"""An image with Debian's PostgreSQL, for databases in pods of tests. Built once, then kept."""

from __future__ import annotations

import fcntl
import tempfile
from pathlib import Path

from . import image
from .needs import IMAGE_PACKAGES, require_programs, require_root
from .paths import cache_root

NAME = "docker.io/library/postgres:15-tests"
"""Reads POSTGRES_PASSWORD; its arguments are settings of the server."""

GROUP = 999
"""Of the server; the numbers of user and group."""

_START = """#!/bin/sh
set -e
programs=/usr/lib/postgresql/15/bin
data=/var/lib/postgresql/tests
if [ ! -d "$data" ]; then
    printf %s "$POSTGRES_PASSWORD" > /tmp/password
    "$programs/initdb" -D "$data" -A scram-sha-256 -U postgres -N --pwfile=/tmp/password
    echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
    echo "hostssl all all all scram-sha-256" >> "$data/pg_hba.conf"
fi
exec "$programs/postgres" -D "$data" -k /tmp -c listen_addresses='*' -c fsync=off "$@"
"""
_CONTAINERFILE = f"""FROM {image.BASE_IMAGE}
RUN groupadd --system --gid {GROUP} postgres \\
 && useradd --system --uid {GROUP} --gid {GROUP} --home-dir /var/lib/postgresql postgres \\
 && mkdir -p /etc/postgresql-common/createcluster.d \\
 && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/none.conf \\
 && apt-get update \\
 && apt-get install --yes --no-install-recommends postgresql-15 \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \\
 && chown -R postgres:postgres /var/lib/postgresql
COPY start /usr/local/bin/start
USER postgres
ENTRYPOINT ["/usr/local/bin/start"]
"""


def archive() -> Path:
    """An archive with the image, built if need be. Raises Missing."""
    require_root()
    require_programs(IMAGE_PACKAGES)
    folder = cache_root() / "postgres-image"
    folder.mkdir(parents=True, exist_ok=True)
    built = folder / f"{image.digest_of(_START + _CONTAINERFILE)}.tar"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            for old in folder.glob("*.tar"):
                old.unlink()
            _build(built)
    return built


def _build(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="kubestash-postgres-") as temporary:
        context = Path(temporary)
        (context / "Containerfile").write_text(_CONTAINERFILE)
        (context / "start").write_text(_START)
        (context / "start").chmod(0o755)
        image.build_here(temporary, NAME, target)
