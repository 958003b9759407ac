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
        from oauthlib.oauth2 import OAuth2Error  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        package: Any = kube_config  # it has no types
        failures = (ConfigException, OAuth2Error, HTTPError, OSError, KeyError, ValueError)
        try:
            token = self._token(package)
        except failures as error:
            # Its text may hold the answer of the identity provider.
            problem = type(error).__name__
            message = f"The OIDC token of user {self._user_name} cannot be refreshed: {problem}."
            raise Unauthorized(message) from None
        if not token:
            raise Unauthorized(f"User {self._user_name} has no usable OIDC token.")
        return Credential(token)

    def _token(self, package: Any) -> str:
        merged = package.KubeConfigMerger(os.pathsep.join(map(str, self._files)))
        config = merged.config
        settings = config["users"].get_with_name(self._user_name)["user"]["auth-provider"]["config"]
        added = _name_authorities(settings.value)

        def save() -> None:
            # The new tokens, and nothing of ours.
            for field in added:
                settings.value.pop(field)
            merged.save_changes()

        loader = package.KubeConfigLoader(
            config, active_context=_context_of(config, self._user_name), config_persister=save
        )
        loader._load_authentication()  # noqa: SLF001 - it has no other door to the token
        return str(getattr(loader, "token", ""))


def _name_authorities(settings: dict[str, Any]) -> list[str]:
    """Name the system's authorities: without any the package would verify nothing at all."""
    import ssl  # noqa: PLC0415 - here for its list of authorities

    if _CA_FIELDS & settings.keys():
        return []
    authorities = ssl.get_default_verify_paths().cafile
    if not authorities:
        raise Unauthorized("This system has no list of authorities to trust an OIDC issuer by.")
    settings["idp-certificate-authority"] = authorities
    return ["idp-certificate-authority"]


def _context_of(config: Any, user: str) -> str:
    """Some context of that user; the loader takes no user."""
    for entry in config["contexts"].value:
        if entry["context"].safe_get("user") == user:
            return str(entry["name"])
    raise Unauthorized(f"No context of the kubeconfig names user {user}.")
