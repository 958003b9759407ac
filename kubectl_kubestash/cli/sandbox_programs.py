"""What the sandbox runs containers with: our runner, and a restic that is new enough."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Unsupported, UsageError
from ..resolve.image import Image
from ..runner.command import OLDEST_RESTIC, check_version
from .load_image import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_OLDEST = ".".join(map(str, OLDEST_RESTIC))


def images(given: Iterable[str]) -> dict[str, str]:
    """Image → program, ours first, then what `--image NAME=PROGRAM` says. Raises UsageError."""
    found = {str(Image.parse(DEFAULT)): str(_own_folder() / "kubestash-runner")}
    for text in given:
        name, _, program = text.rpartition("=")
        if not name or not os.access(program, os.X_OK) or not Path(program).is_absolute():
            raise UsageError(f"--image {text}: NAME=PROGRAM names no program by its whole path")
        found[str(Image.parse(name))] = program
    return found


def provide(folder: Path, environment: Mapping[str, str], images: Mapping[str, str]) -> list[str]:
    """Put programs where containers find them; what the sandbox's process is told of images.

    Containers see `folder` and this installation, but not where restic happens to be.
    """
    folder.mkdir(exist_ok=True)
    told = []
    for number, (name, program) in enumerate(images.items()):
        inside = program if number == 0 else str(_copied(Path(program), folder / f"image-{number}"))
        told += ["--image", name, inside]
    if found := restic(environment):
        _copied(found, folder / "restic")
    return told


def _copied(program: Path, target: Path) -> Path:
    """A link to the same file where that can be, for restic has 30 MB."""
    fresh = target.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    try:
        os.link(program.resolve(), fresh)
    except OSError:
        shutil.copy(program, fresh)
    fresh.replace(target)
    return target


def missing(environment: Mapping[str, str]) -> dict[str, str]:
    """What no container, or no backup, can do without, and how to get it."""
    wanted = {
        "bubblewrap, in which containers run": (
            shutil.which("bwrap", path=environment.get("PATH")),
            "apt-get install bubblewrap",
        ),
        f"restic {_OLDEST} or newer": (
            restic(environment),
            f"put restic in PATH, or into {_cache(environment)}/0.18.1/; `make demo` builds it",
        ),
        "obstore, which the runner needs": (
            find_spec("obstore"),
            f"{sys.executable} -m pip install 'kubectl-kubestash[runner]'",
        ),
    }
    return {name: advice for name, (found, advice) in wanted.items() if not found}


def restic(environment: Mapping[str, str]) -> Path | None:
    """The restic of PATH, else one that was built here; none when each is too old."""
    return next((path for path in _candidates(environment) if _is_new_enough(path)), None)


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    if installed := shutil.which("restic", path=environment.get("PATH")):
        yield Path(installed)
    yield from sorted(_cache(environment).glob("*/restic"), reverse=True)


def _cache(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kubestash" / "restic"


def _is_new_enough(program: Path) -> bool:
    try:
        answer = subprocess.run(
            [program, "version"], capture_output=True, text=True, check=False, timeout=10
        )
        check_version(answer.stdout)
    except (OSError, subprocess.TimeoutExpired, Unsupported):
        return False
    return True


def _own_folder() -> Path:
    """The folder of our console scripts: that of the Python that runs us."""
    return Path(sys.executable).parent
