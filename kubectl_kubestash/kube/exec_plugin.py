"""Credentials from a program: `aws eks get-token`, `gke-gcloud-auth-plugin` and their like.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..errors import Unauthorized, UsageError
from .credentials import Credential
from .tls import ClientCertificate

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP = "client.authentication.k8s.io"
_VERSIONS = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")
_SILENT_LIMIT = 60.0
"""Seconds for a program that has no terminal to ask on."""


class ExecPlugin:
    """Runs the program when there is no credential yet, when it expires, when it is refused."""

    def __init__(
        self,
        spec: Mapping[str, Any],
        *,
        cluster: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._spec = spec
        self._cluster = cluster
        self._environment = os.environ if environment is None else environment
        self._lock = threading.Lock()
        self._credential: Credential | None = None
        self._expires: datetime | None = None
        self._check()

    def __repr__(self) -> str:
        return f"ExecPlugin({self._command})"

    def current(self) -> Credential:
        """What the program said last, for as long as that holds."""
        with self._lock:
            expired = self._expires is not None and datetime.now(UTC) >= self._expires
            if self._credential is None or expired:
                self._credential, self._expires = self._run()
            return self._credential

    def renew(self, refused: Credential) -> bool:
        """Forget a credential that was refused; another thread may have done it already."""
        with self._lock:
            if self._credential == refused:
                self._credential = None
        return True

    @property
    def _command(self) -> str:
        return str(self._spec.get("command") or "")

    @property
    def _version(self) -> str:
        return str(self._spec.get("apiVersion") or "")

    def _check(self) -> None:
        if not self._command:
            raise UsageError("kubeconfig: exec has no command.")
        if self._version not in _VERSIONS:
            wanted = " or ".join(_VERSIONS)
            raise UsageError(f"kubeconfig: exec {self._command}: apiVersion must be {wanted}.")
        mode = self._spec.get("interactiveMode")
        if mode is None and self._version.endswith("/v1"):
            raise UsageError(f"kubeconfig: exec {self._command}: interactiveMode is not set.")
        if mode not in {None, "Never", "IfAvailable", "Always"}:
            raise UsageError(f"kubeconfig: exec {self._command}: interactiveMode {mode!r}.")

    def _is_interactive(self) -> bool:
        mode = self._spec.get("interactiveMode") or "IfAvailable"
        terminal = sys.stdin is not None and sys.stdin.isatty()
        if mode == "Always" and not terminal:
            raise Unauthorized(f"exec plugin {self._command} must ask, but stdin is no terminal.")
        return mode != "Never" and terminal

    def _run(self) -> tuple[Credential, datetime | None]:
        interactive = self._is_interactive()
        arguments = [self._command, *map(str, self._spec.get("args") or ())]
        try:
            done = subprocess.run(
                arguments,
                env=self._environ(interactive),
                stdin=None if interactive else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                timeout=None if interactive else _SILENT_LIMIT,
                check=False,
            )
        except OSError as error:
            hint = str(self._spec.get("installHint") or "").strip()
            message = f"exec plugin {self._command} could not be run: {error.strerror}."
            raise Unauthorized(message, *([hint] if hint else [])) from error
        except subprocess.TimeoutExpired:
            message = f"exec plugin {self._command} gave no answer in {_SILENT_LIMIT:.0f} s."
            raise Unauthorized(message) from None
        if done.returncode:
            raise Unauthorized(f"exec plugin {self._command} failed: exit code {done.returncode}.")
        return self._answer(done.stdout)

    def _environ(self, interactive: bool) -> dict[str, str]:
        spec: dict[str, Any] = {"interactive": interactive}
        if self._spec.get("provideClusterInfo") and self._cluster is not None:
            spec["cluster"] = self._cluster
        info = {"apiVersion": self._version, "kind": "ExecCredential", "spec": spec}
        own = {str(pair["name"]): str(pair["value"]) for pair in self._spec.get("env") or ()}
        return {**self._environment, **own, "KUBERNETES_EXEC_INFO": json.dumps(info)}

    def _answer(self, output: bytes) -> tuple[Credential, datetime | None]:
        """What it printed, as a credential. No error quotes what it printed."""
        try:
            answer = json.loads(output)
            kind, version = answer["kind"], answer["apiVersion"]
            status = answer.get("status") or {}
            expires = _moment(status.get("expirationTimestamp"))
        except (ValueError, LookupError, TypeError, AttributeError):
            message = f"exec plugin {self._command} did not print an ExecCredential."
            raise Unauthorized(message) from None
        if (kind, version) != ("ExecCredential", self._version):
            message = f"exec plugin {self._command} answered {version}, not {self._version}."
            raise Unauthorized(message)
        return self._credential_of(status), expires

    def _credential_of(self, status: Mapping[str, Any]) -> Credential:
        token = str(status.get("token") or "")
        chain = str(status.get("clientCertificateData") or "").encode()
        key = str(status.get("clientKeyData") or "").encode()
        if bool(chain) != bool(key):
            raise Unauthorized(f"exec plugin {self._command} gave half of a certificate and key.")
        if not token and not chain:
            raise Unauthorized(f"exec plugin {self._command} gave no token and no certificate.")
        certificate = ClientCertificate(chain, key) if chain else None
        return Credential(f"Bearer {token}" if token else "", certificate)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
