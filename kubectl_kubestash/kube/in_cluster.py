"""Which cluster is the pod in that we run in?

https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .credentials import TokenFile

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class Pod(NamedTuple):
    """What the kubelet gives to a pod for talking to its API server."""

    server: str
    namespace: str
    ca_file: str
    source: TokenFile


def find(environment: Mapping[str, str], root: Path = SERVICE_ACCOUNT) -> Pod | None:
    """The cluster around us, or None outside a pod (or without a service account token)."""
    host = environment.get("KUBERNETES_SERVICE_HOST", "")
    port = environment.get("KUBERNETES_SERVICE_PORT", "")
    token = root / "token"
    if not host or not port or not token.is_file():
        return None
    address = f"[{host}]" if ":" in host else host
    return Pod(
        f"https://{address}:{port}",
        environment.get("POD_NAMESPACE") or _namespace(root / "namespace"),
        str(root / "ca.crt"),
        TokenFile(token),
    )


def _namespace(path: Path) -> str:
    return path.read_text().strip() if path.is_file() else "default"
