"""Kubeconfig files: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .keys import Keys


def write(file: Path, *, server: str, keys: Keys, user: str, context: str) -> Path:
    """Write a kubeconfig for one user with everything inside, readable by its owner only."""
    name = {"cluster": context, "user": user}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [{"name": context, "context": name}],
        "clusters": [{"name": context, "cluster": _cluster(server, keys)}],
        "users": [{"name": user, "user": _login(keys, user)}],
    }
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        json.dump(content, output, indent=1)
    return file


def _cluster(server: str, keys: Keys) -> dict[str, str]:
    return {"server": server, "certificate-authority-data": _embedded(keys.certificate("ca"))}


def _login(keys: Keys, user: str) -> dict[str, str]:
    return {
        "client-certificate-data": _embedded(keys.certificate(user)),
        "client-key-data": _embedded(keys.key(user)),
    }


def _embedded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
