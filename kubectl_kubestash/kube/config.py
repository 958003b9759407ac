"""How do we reach the cluster, and as whom? Reads kubeconfig files as kubectl does."""

from __future__ import annotations

from typing import NamedTuple


class Login(NamedTuple):
    """A cluster, a user and a namespace, resolved from kubeconfig, flags or the pod we run in."""

    server: str
    namespace: str
    context: str


def load(
    *,
    kubeconfig: str = "",
    context: str = "",
    cluster: str = "",
    user: str = "",
    namespace: str = "",
    environment: dict[str, str] | None = None,
) -> Login:
    """The login that kubectl would use with these flags and this environment."""
    raise NotImplementedError
