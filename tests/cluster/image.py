"""The project's image, built from its Containerfile with Debian's tools alone.

No registry is asked: the base image comes from debootstrap, restic's image from our own build of
it, and both get the names that the Containerfile knows. Everything stays in the cache, and layers
are built again only when what goes into them has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import programs
from .needs import IMAGE_PACKAGES, require_programs, require_root
from .paths import PROJECT, cache_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BASE_IMAGE = "docker.io/library/debian:bookworm-slim"
RESTIC_IMAGE = f"docker.io/restic/restic:{programs.RESTIC.version}"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_AUTHORITIES_INSIDE = "/run/authorities.crt"
_PASSED_ON = ("DEFAULT_TIMEOUT", "EXTRA_INDEX_URL", "INDEX_URL", "PROXY", "TRUSTED_HOST")
_UNREAD = (
    "var/cache/apt",
    *(f"usr/share/{one}" for one in ("doc", "info", "lintian", "locale", "man")),
)
_PACKAGED = ("kubectl_kubestash", "tui", "crds")


def image_name() -> str:
    """`docker.io/library/kubectl-kubestash:<version>`, what the product itself asks for."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return f"docker.io/library/{project['name']}:{project['version']}"


def archive() -> Path:
    """An archive with the image of this work tree, built if need be. Raises Missing."""
    require_root()
    require_programs(IMAGE_PACKAGES)
    built = _folder() / f"{_digest(_inputs())}.tar"
    with _only_one():
        if not built.exists():
            _provide_base()
            _provide_restic()
            _build(image_name())
            for old in _folder().glob("*.tar"):
                old.unlink()
            temporary = built.with_suffix(".new")
            temporary.unlink(missing_ok=True)
            _buildah("push", "--quiet", image_name(), f"docker-archive:{temporary}:{image_name()}")
            temporary.replace(built)
    return built


def build_here(context: str, name: str, target: Path) -> None:
    """Build another image on the same base, and write its archive."""
    with _only_one():
        _provide_base()
        _buildah("bud", "--quiet", "--pull-never", "-t", name, context)
        temporary = target.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        _buildah("push", "--quiet", name, f"docker-archive:{temporary}:{name}")
        temporary.replace(target)


def digest_of(text: str) -> str:
    """Names what is built from a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def wheel(folder: Path) -> Path:
    """Build the wheel of this work tree into a folder."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(PROJECT)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return next(folder.glob("*.whl"))


def _build(name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="kubestash-image-") as temporary:
        context = Path(temporary)
        for file in ("Containerfile", "requirements.lock"):
            shutil.copy(PROJECT / file, context)
        wheel(context)
        _buildah(
            "bud", "--quiet", "--layers", "--pull-never", *_pip_access(), "-t", name, temporary
        )


def _pip_access() -> list[str]:
    """Let pip inside reach its index as pip outside does."""
    given = {name: os.environ[name] for tail in _PASSED_ON if (name := f"PIP_{tail}") in os.environ}
    flags = [f"--build-arg={name}={value}" for name, value in given.items()]
    if AUTHORITIES.exists():
        volume = f"--volume={AUTHORITIES}:{_AUTHORITIES_INSIDE}:ro"
        flags += [volume, f"--build-arg=PIP_CERT={_AUTHORITIES_INSIDE}"]
    return flags


def _provide_base() -> None:
    if _has(BASE_IMAGE):
        return
    print("making the base image once, with debootstrap", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="kubestash-base-") as folder:
        mirror = [os.environ["DEBIAN_MIRROR"]] if "DEBIAN_MIRROR" in os.environ else []
        subprocess.run(
            ["debootstrap", "--variant=minbase", "bookworm", folder, *mirror],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        _slim(Path(folder))
        _commit({folder: "/"}, BASE_IMAGE)


def _slim(root: Path) -> None:
    """Leave out what the published slim image leaves out, now and in later installations."""
    for folder in _UNREAD:
        shutil.rmtree(root / folder, ignore_errors=True)
    rules = "".join(f"path-exclude /{folder}/*\n" for folder in _UNREAD[1:])
    (root / "etc/dpkg/dpkg.cfg.d/slim").write_text(rules)


def _provide_restic() -> None:
    if not _has(RESTIC_IMAGE):
        _commit({str(programs.RESTIC.ensure()): "/usr/bin/restic"}, RESTIC_IMAGE)


def _commit(files: dict[str, str], name: str) -> None:
    container = _buildah("from", "scratch")
    for source, target in files.items():
        _buildah("add", "--quiet", container, source, target)
    _buildah("commit", "--quiet", "--rm", container, name)


def _has(name: str) -> bool:
    return name in _buildah("images", "--format", "{{.Name}}:{{.Tag}}").split()


def _buildah(*arguments: str) -> str:
    with tempfile.TemporaryDirectory(prefix="kubestash-run-") as state:
        places = [f"--root={cache_root() / 'containers'}", f"--runroot={state}"]
        answer = subprocess.run(
            # buildah leaves layers mounted: in a mount namespace of its own they go when it ends.
            [
                "unshare",
                "--mount",
                "--",
                "buildah",
                *places,
                "--storage-driver=overlay",
                *arguments,
            ],
            env=os.environ | {"BUILDAH_ISOLATION": "chroot"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if answer.returncode != 0:
        report = answer.stdout[-2000:] + answer.stderr[-3000:]
        raise RuntimeError(f"buildah {arguments[0]}: {report}")
    return answer.stdout.strip()


def _inputs() -> Iterable[Path]:
    yield from (PROJECT / name for name in ("Containerfile", "requirements.lock", "pyproject.toml"))
    for package in _PACKAGED:
        files = (PROJECT / package).rglob("*")
        yield from sorted(one for one in files if one.is_file() and "__pycache__" not in one.parts)


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(PROJECT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _folder() -> Path:
    return cache_root() / "image"


@contextmanager
def _only_one() -> Iterator[None]:
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
