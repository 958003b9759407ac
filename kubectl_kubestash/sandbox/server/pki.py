"""Keys of one sandbox: its authority, its certificate, and tokens that only it can make.

They are made in a process of its own, because cryptography would take 14 MiB of memory for good.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import subprocess
import sys
from typing import TYPE_CHECKING

from ...errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

_GROUPS = {"sandbox-admin": ["system:masters"]}


class Keys:
    """The files of `pki/`, made when they are not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not (folder / "tokens.key").exists():
            made = subprocess.run(
                [sys.executable, "-P", "-m", f"{__package__}.certificates", str(folder)],
                capture_output=True,
                check=False,
            )
            if made.returncode:
                last = made.stderr.decode(errors="replace").strip().rpartition("\n")[2]
                raise Refused(f"keys cannot be made in {folder}: {last}")
        self._secret = (folder / "tokens.key").read_bytes()

    @property
    def authority(self) -> str:
        """The certificate that clients trust, as PEM."""
        return (self._folder / "ca.crt").read_text()

    @property
    def server(self) -> Path:
        """Certificate and key of the server in one file."""
        return self._folder / "server.pem"

    def token(self, user: str) -> str:
        """What a client sends to be this user. Tokens do not expire."""
        name = base64.urlsafe_b64encode(user.encode()).decode().rstrip("=")
        return f"{name}.{hmac.new(self._secret, user.encode(), hashlib.sha256).hexdigest()}"

    def user(self, token: str) -> str:
        """Whose token this is; empty when it is nobody's."""
        name = token.partition(".")[0]
        try:
            user = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
        except ValueError:
            return ""
        return user if hmac.compare_digest(self.token(user), token) else ""


def groups(user: str) -> list[str]:
    """The groups of a user."""
    _, _, account = user.partition("system:serviceaccount:")
    namespace = account.partition(":")[0]
    accounts = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
    return [*_GROUPS.get(user, accounts if account else []), "system:authenticated"]
