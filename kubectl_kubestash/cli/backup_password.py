"""The password that backups are encrypted with: made well, kept well, never shown."""

from __future__ import annotations

import os
import secrets
import sys
import unicodedata
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Refused, UsageError
from . import diagnostics

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "RESTIC_PASSWORD"
NOT_SHOWN = "<not shown>"
"""Stands for a password where one would be printed."""

_BYTES = 32
_SHORTEST, _LONGEST = 8, 4096
"""Characters, and bytes."""


def password(path: str, *, from_stdin: bool) -> str:
    """The password from a file or from stdin, or a new one of 256 random bits.

    Raises UsageError for one that cannot be meant.
    """
    if path and from_stdin:
        raise UsageError("--password-file and --password-stdin cannot be used together")
    if not path and not from_stdin:
        return secrets.token_urlsafe(_BYTES)
    brought = _read(path).rstrip("\r\n")
    if len(brought) < _SHORTEST or "\n" in brought or not brought.strip():
        raise UsageError(f"the password must be one line of at least {_SHORTEST} characters")
    if any(unicodedata.category(char) == "Cc" for char in brought):
        raise UsageError("the password has a control character: restic could not be given it")
    return brought


@contextmanager
def exported(path: str, text: str) -> Iterator[None]:
    """Take a new file that only its owner can read, and fill it once all within has gone well.

    Nothing stays of it otherwise: a password that no Secret has is taken for the one of the
    backups. Without a path, nothing is exported. Raises Refused, UsageError.
    """
    if not path:
        yield
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path} exists and is not overwritten", "--export another file") from None
    except OSError as error:
        raise UsageError(f"--export {path}: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        try:
            yield
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
        file.write(f"{text}\n")


def remind(name: str, namespace: str, *, exported: str) -> None:
    """Say what hangs on this Secret, and how to keep a copy."""
    diagnostics.warn(
        "whoever loses this password loses EVERY BACKUP made with it; keep a copy outside of the "
        "cluster"
    )
    if not exported:
        diagnostics.line(
            f"hint: kubectl get secret {name} -n {namespace} "
            f"-o jsonpath='{{.data.{KEY}}}' | base64 -d > {name}.password"
        )


def _read(path: str) -> str:
    """The file, or stdin without a path; far more than a password is not read to its end."""
    where = f"--password-file {path}" if path else "--password-stdin"
    try:
        with open(path, "rb") if path else nullcontext(sys.stdin.buffer) as file:  # noqa: PTH123
            data = file.read(_LONGEST + 1)
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}") from None
    if len(data) > _LONGEST:
        raise UsageError(f"{where}: more than {_LONGEST} bytes are no password")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{where} is not text") from None
