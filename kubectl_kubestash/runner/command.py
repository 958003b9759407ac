"""restic command lines as values.

Pure: what is run, with which environment, and what an exit code means. The repository's address,
its password and the cloud keys are in the environment or in files, never in argv, because argv is
readable by everybody (`/proc/PID/cmdline`) and is what we print.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import (
    RepositoryLocked,
    RepositoryMissing,
    SourceIncomplete,
    ToolError,
    Unsupported,
    WrongPassword,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OLDEST_RESTIC = (0, 17, 1)
"""The first with all exit codes, `--stdin-from-command` and JSON of restores."""

HEARTBEAT_HZ = "1"
"""How often restic reports progress, in lines a second."""

# https://restic.readthedocs.io/en/stable/075_scripting.html#exit-codes
# Codes that are not listed are failures too: restic promises to add new ones.
_ERRORS: Mapping[int, type[ToolError]] = {
    3: SourceIncomplete,
    10: RepositoryMissing,
    11: RepositoryLocked,
    12: WrongPassword,
}
_MEANING: Mapping[int, str] = {
    3: "some of the source could not be read",
    10: "there is no restic repository at this place",
    11: "the restic repository is locked",
    12: "no key of the restic repository fits RESTIC_PASSWORD of {source}",
    -9: "it was killed (SIGKILL: out of memory, or by force)",
}
_VERSION = re.compile(r"restic (\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Command:
    """One program to run. `str()` of it may be logged."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)

    def __str__(self) -> str:
        return shlex.join(self.argv)


@dataclass(frozen=True)
class ResticRepository:
    """Where one restic repository is, and how to talk to it."""

    place: str
    """What messages call it: `Repository demo/files, component dump`."""

    program: tuple[str, ...]
    """restic, with what it is started through: nice, ionice."""

    flags: tuple[str, ...]
    """Flags of every command: cache, certificates, connections."""

    environment: Mapping[str, str] = field(repr=False)
    """All that the child may know: RESTIC_REPOSITORY, password file, keys, PATH, TMPDIR."""

    key_source: str = "the encryption Secret"
    """What messages call the source of the password."""

    def command(self, *args: str) -> Command:
        """The program with these arguments, on this repository."""
        return Command((*self.program, *args, *self.flags), self.environment)

    def reader(self, *args: str) -> Command:
        """The same without a lock of its own, for all that only reads."""
        return self.command(*args, "--no-lock")


def backup(
    repository: ResticRepository, path: str, *, host: str, tag: str, excludes: Sequence[str] = ()
) -> Command:
    """Store one absolute path as one restic snapshot.

    The parent is chosen by path alone: the host is the pod's name and differs from run to run, so
    with restic's default no run would ever find what the last one has read.
    """
    flags = ["--json", "--quiet", "--host", host, "--tag", tag, "--group-by", "paths"]
    flags += [flag for pattern in excludes for flag in ("--exclude", pattern)]
    # `--` because a path may start with a dash, so the repository's flags come before it.
    argv = (*repository.program, "backup", *flags, *repository.flags, "--", path)
    return Command(argv, repository.environment)


def backup_output(
    repository: ResticRepository, program: Sequence[str], *, filename: str, host: str, tag: str
) -> Command:
    """Store what a program prints as one file; restic starts the program and judges its end."""
    flags = ["--json", "--quiet", "--host", host, "--tag", tag, "--group-by", "paths"]
    flags += ["--stdin-from-command", "--stdin-filename", filename]
    argv = (*repository.program, "backup", *flags, *repository.flags, "--", *program)
    return Command(argv, repository.environment)


def restore(
    repository: ResticRepository,
    snapshot_id: str,
    path: str,
    *,
    includes: Sequence[str] = (),
    excludes: Sequence[str] = (),
) -> Command:
    """Bring `path` of that snapshot back to where it was; only what lies below it is touched."""
    source = snapshot_id if path == "/" else f"{snapshot_id}:{path}"
    patterns = [flag for pattern in includes for flag in ("--include", pattern)]
    patterns += [flag for pattern in excludes for flag in ("--exclude", pattern)]
    return repository.command("restore", source, "--target", path, "--json", "--sparse", *patterns)


def program(restic: str, nice: Mapping[str, str]) -> tuple[str, ...]:
    """How restic is started: `[ionice -c C -n D] [nice -n A] restic`.

    `nice` holds NICE_ADJUSTMENT, IONICE_CLASS and IONICE_CLASS_DATA as far as they are set.
    """
    prefix: list[str] = []
    if io_class := nice.get("IONICE_CLASS", ""):
        prefix += ["ionice", "-c", io_class]
        if data := nice.get("IONICE_CLASS_DATA", ""):
            prefix += ["-n", data]
    if adjustment := nice.get("NICE_ADJUSTMENT", ""):
        prefix += ["nice", "-n", adjustment]
    return (*prefix, restic)


def error_for(
    exit_code: int, doing: str, last_lines: str, *, key_source: str = "the encryption Secret"
) -> ToolError:
    """The error for a failed restic; `doing` says what for, such as `restic backup of /data`."""
    kind = _ERRORS.get(exit_code, ToolError)
    meaning = _MEANING.get(exit_code, "").format(source=key_source)
    if not meaning and exit_code < 0:
        meaning = f"it was ended by signal {-exit_code}"
    detail = meaning or last_lines or "it said nothing"
    if meaning and last_lines:
        detail = f"{meaning}: {last_lines}"
    return kind(
        f"{doing} failed with exit code {exit_code}: {detail}",
        exit_code=exit_code,
        last_lines=last_lines,
    )


def check_version(printed: str) -> None:
    """Raises Unsupported for a restic that is too old for us, or that is none."""
    match = _VERSION.search(printed)
    oldest = ".".join(map(str, OLDEST_RESTIC))
    if match is None:
        raise Unsupported(f"The program named restic does not say which version it is: {printed!r}")
    version = (int(match[1]), int(match[2]), int(match[3]))
    if version < OLDEST_RESTIC:
        found = ".".join(map(str, version))
        raise Unsupported(f"restic {found} is too old: restic {oldest} or newer is needed.")
