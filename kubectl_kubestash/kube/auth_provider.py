"""The old `auth-provider` of a kubeconfig user (OIDC), through the `kubernetes` package."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from ..errors import Unauthorized
from .credentials import Credential

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_CA_FIELDS = {"idp-certificate-authority", "idp-certificate-authority-data"}


class AuthProvider:
    """Loads that package, which takes 0.3 s, at the first request."""

    def __init__(self, user: Mapping[str, Any], name: str, files: tuple[Path, ...]) -> None:
        self._provider = user["auth-provider"]
        self._user_name = name
        self._files = files
        self._lock = threading.Lock()
        self._credential: Credential | None = None

    def current(self) -> Credential:
        """The token of the file, refreshed at the identity provider when it has expired."""
        with self._lock:
            if self._credential is None:
                self._credential = self._load()
            return self._credential

    def renew(self, refused: Credential) -> bool:
        """Ask the package again: it compares the token's own time."""
        with self._lock:
            self._credential = None
        return self.current() != refused

    def _load(self) -> Credential:
        kind = self._provider.get("name")
        if kind != "oidc":
            raise Unauthorized(
                f"The auth-provider {kind!r} of user {self._user_name} is no longer supported.",
                "use an exec credential plugin instead, such as gke-gcloud-auth-plugin",
            )
        from kubernetes.config import kube_config  # noqa: PLC0415
        from kubernetes.config.config_exception import ConfigException  # noqa: PLC0415

        package: Any = kube_config  # it has no types
        files = package.KubeConfigMerger(os.pathsep.join(map(str, self._files)))
        config = files.config
        trusted = self._trust_the_system(config)
        try:
            loader = package.KubeConfigLoader(
                config,
                active_context=_context_of(config, self._user_name),
                # What we added to the settings must not end up in the user's file.
                config_persister=None if trusted else files.save_changes,
            )
            loader._load_authentication()  # noqa: SLF001 - it has no other door to the token
        except (ConfigException, OSError, KeyError, ValueError) as error:
            raise Unauthorized(
                f"The OIDC token of user {self._user_name} cannot be refreshed "
                f"({type(error).__name__})."
            ) from None
        token = getattr(loader, "token", "")
        if not token:
            raise Unauthorized(f"User {self._user_name} has no usable OIDC token.")
        return Credential(token)

    def _trust_the_system(self, config: Any) -> bool:
        """Name the system's authorities: without any the package would verify nothing at all."""
        import ssl  # noqa: PLC0415 - here for its list of authorities

        settings = self._provider.get("config") or {}
        authorities = ssl.get_default_verify_paths().cafile
        if _CA_FIELDS & settings.keys() or not authorities:
            return False
        for entry in config["users"].value:
            if entry["name"] == self._user_name:
                entry["user"]["auth-provider"]["config"]["idp-certificate-authority"] = authorities
        return True


def _context_of(config: Any, user: str) -> str:
    """Some context of that user; the loader takes no user."""
    for entry in config["contexts"].value:
        if entry["context"].get("user") == user:
            return str(entry["name"])
    raise Unauthorized(f"No context of the kubeconfig names user {user}.")
