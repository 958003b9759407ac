"""The password that backups are encrypted with: made well, kept well, never shown."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from ..errors import Refused, UsageError
from . import diagnostics

KEY = "RESTIC_PASSWORD"
NOT_SHOWN = "<not shown>"
"""Stands for a password where one would be printed."""

_BYTES = 32
_SHORTEST = 8


def password(path: str, *, from_stdin: bool) -> str:
    """The password from a file or from stdin, or a new one of 256 random bits.

    Raises UsageError for one that cannot be meant.
    """
    if path and from_stdin:
        raise UsageError("--password-file and --password-stdin cannot be used together")
    if not path and not from_stdin:
        return secrets.token_urlsafe(_BYTES)
    text = _read(path) if path else sys.stdin.read()
    brought = text.rstrip("\r\n")
    if len(brought) < _SHORTEST or "\n" in brought:
        raise UsageError(f"the password must be one line of at least {_SHORTEST} characters")
    return brought


def export(path: Path, text: str) -> None:
    """Write the password to a new file that only its owner can read. Raises Refused."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path} exists and is not overwritten", "--export another file") from None
    except OSError as error:
        raise UsageError(f"--export {path}: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
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
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--password-file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"--password-file {path} is not text") from None
