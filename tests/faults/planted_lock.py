"""A lock as restic writes it, with any time in it: what a pod with a wrong clock would leave.

The clock of a container cannot be set apart from that of its machine: time namespaces leave the
wall clock alone (time_namespaces(7)), and restic, a static Go program, asks no library that could
lie. So the file is made here, after restic's own description of its format
(https://restic.readthedocs.io/en/stable/100_references.html#repository-format).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from base64 import b64decode
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF


class _Keys(NamedTuple):
    encrypt: bytes
    mac_k: bytes
    mac_r: bytes


def plant(
    repository: Path, password: str, *, host: str, time: datetime, exclusive: bool = False
) -> Path:
    """Write a lock into a repository in a folder; the file that holds it."""
    lock = {
        "time": time.isoformat(),
        "exclusive": exclusive,
        "hostname": host,
        "username": "root",
        "pid": 1,
    }
    sealed = _seal(_master(repository, password), json.dumps(lock).encode())
    file = repository / "locks" / hashlib.sha256(sealed).hexdigest()
    file.write_bytes(sealed)
    return file


def _master(repository: Path, password: str) -> _Keys:
    (file,) = (repository / "keys").iterdir()
    key = json.loads(file.read_text())
    raw = hashlib.scrypt(
        password.encode(),
        salt=b64decode(key["salt"]),
        n=key["N"],
        r=key["r"],
        p=key["p"],
        maxmem=1 << 30,
        dklen=64,
    )
    of_user = _Keys(raw[:32], raw[32:48], raw[48:])
    master = json.loads(_open(of_user, b64decode(key["data"])))
    mac = master["mac"]
    return _Keys(b64decode(master["encrypt"]), b64decode(mac["k"]), b64decode(mac["r"]))


def _seal(keys: _Keys, plain: bytes) -> bytes:
    vector = os.urandom(16)
    text = _counter_mode(keys.encrypt, vector, plain)
    return vector + text + _poly1305(keys, vector, text)


def _open(keys: _Keys, sealed: bytes) -> bytes:
    vector, text, tag = sealed[:16], sealed[16:-16], sealed[-16:]
    if _poly1305(keys, vector, text) != tag:
        raise ValueError("wrong password")
    return _counter_mode(keys.encrypt, vector, text)


def _counter_mode(key: bytes, vector: bytes, text: bytes) -> bytes:
    return _openssl("aes-256-ctr", "-K", key.hex(), "-iv", vector.hex(), content=text)


def _poly1305(keys: _Keys, nonce: bytes, text: bytes) -> bytes:
    """Poly1305-AES: https://cr.yp.to/mac.html."""
    factor = int.from_bytes(keys.mac_r, "little") & _CLAMP
    total = 0
    for start in range(0, len(text), 16):
        block = int.from_bytes(text[start : start + 16] + b"\1", "little")
        total = (total + block) * factor % ((1 << 130) - 5)
    pad = _openssl("aes-128-ecb", "-nopad", "-K", keys.mac_k.hex(), content=nonce)
    return ((total + int.from_bytes(pad, "little")) % (1 << 128)).to_bytes(16, "little")


def _openssl(cipher: str, *arguments: str, content: bytes) -> bytes:
    return subprocess.run(
        ["openssl", "enc", f"-{cipher}", *arguments],
        input=content,
        capture_output=True,
        check=True,
    ).stdout
