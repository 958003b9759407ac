"""Keys and certificates of one cluster, made with openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_DAYS = "30"
_EC_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Keys:
    """A folder with a certificate authority and what it has signed.

    Who is who is decided by the subject: https://kubernetes.io/docs/setup/best-practices/certificates/
    """

    folder: Path

    def certificate(self, name: str) -> Path:
        return self.folder / f"{name}.crt"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    @property
    def service_account_key(self) -> Path:
        """Signs and checks the tokens of service accounts."""
        return self.key("service-accounts")

    def make(self, *, api_server_names: Iterable[str], node: str) -> None:
        """Make everything that a control plane and one node need."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sign_itself("ca", "/CN=kubestash-test")
        names = ",".join(api_server_names)
        self._issue("api-server", "/CN=kube-apiserver", f"subjectAltName={names}")
        self._issue("admin", "/O=system:masters/CN=admin")
        self._issue("controller-manager", "/CN=system:kube-controller-manager")
        self._issue("scheduler", "/CN=system:kube-scheduler")
        self._issue("proxy", "/CN=system:kube-proxy")
        self._issue("node", f"/O=system:nodes/CN=system:node:{node}")
        _openssl(["genrsa", "-out", str(self.service_account_key), "2048"])

    def issue_for_server(self, name: str, host: str) -> None:
        """An authority `ca`, unless there is one, and a certificate for this host name."""
        if not self.certificate("ca").exists():
            self._sign_itself("ca", "/CN=kubestash-test")
        self._issue(name, f"/CN={name}", f"subjectAltName=DNS:{host}")

    def _sign_itself(self, name: str, subject: str) -> None:
        _openssl(self._request(name, subject))

    def _issue(self, name: str, subject: str, *extensions: str) -> None:
        authority = ["-CA", str(self.certificate("ca")), "-CAkey", str(self.key("ca"))]
        wanted = [
            "basicConstraints=critical,CA:FALSE",
            "extendedKeyUsage=serverAuth,clientAuth",
            *extensions,
        ]
        additions = [word for extension in wanted for word in ("-addext", extension)]
        _openssl([*self._request(name, subject), *authority, *additions])

    def _request(self, name: str, subject: str) -> list[str]:
        files = ["-keyout", str(self.key(name)), "-out", str(self.certificate(name))]
        return ["req", "-x509", *_EC_KEY, "-days", _DAYS, "-subj", subject, *files]


def _openssl(arguments: Sequence[str]) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
