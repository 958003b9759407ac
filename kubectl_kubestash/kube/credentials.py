"""As whom do we speak? Header and certificate of a request, from what a kubeconfig user says."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote

from ..errors import Unauthorized, UsageError
from .tls import ClientCertificate

if TYPE_CHECKING:
    from collections.abc import Mapping

Headers = tuple[tuple[str, str], ...]


class Credential(NamedTuple):
    """What proves one request: a value for the Authorization header, a certificate, or both."""

    authorization: str = ""
    certificate: ClientCertificate | None = None

    def __repr__(self) -> str:
        return "Credential(…)"


class Source(Protocol):
    """Where credentials come from. Used by several threads."""

    def current(self) -> Credential:
        """What to send now. Raises Unauthorized when there is no way to get it."""
        ...

    def renew(self, refused: Credential) -> bool:
        """The server did not accept this one: is there hope that the next differs?"""
        ...


class Static:
    """Token, password or certificate as the kubeconfig has them."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def current(self) -> Credential:
        """Always the same."""
        return self._credential

    def renew(self, refused: Credential) -> bool:  # noqa: ARG002 - no hope, whatever it was
        """Never."""
        return False


class TokenFile:
    """A token that somebody else keeps fresh, as the kubelet does; read for every request."""

    def __init__(self, path: Path, certificate: ClientCertificate | None = None) -> None:
        self._path = path
        self._certificate = certificate

    def current(self) -> Credential:
        """The token that is in the file now."""
        try:
            token = self._path.read_text().strip()
        except OSError as error:
            raise Unauthorized(f"Token file {self._path}: {error.strerror}.") from error
        return Credential(f"Bearer {token}", self._certificate)

    def renew(self, refused: Credential) -> bool:
        """Only when the file has changed meanwhile."""
        return self.current() != refused


class Impersonation(NamedTuple):
    """Whom to act as (https://kubernetes.io/docs/reference/access-authn-authz/authentication/)."""

    user: str = ""
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def headers(self) -> Headers:
        """One header for each value; a list in one header would be one strange group."""
        if not self.user:
            if self.groups or self.uid or self.extra:
                raise UsageError("Groups, uid or extra fields can only go with a user: set --as.")
            return ()
        pairs = [("Impersonate-User", self.user)]
        pairs += [("Impersonate-Group", group) for group in self.groups]
        pairs += [("Impersonate-Uid", self.uid)] if self.uid else []
        for name, values in self.extra:
            # Go spells a header name in its own capitals; the server puts it in lower case again.
            field = "Impersonate-Extra-" + quote(name.lower(), safe="!#$&'*+-.^_`|~")
            pairs += [(field, value) for value in values]
        return tuple(pairs)


def impersonation(user: Mapping[str, Any]) -> Impersonation:
    """The `as…` fields of a user entry."""
    extra = user.get("as-user-extra") or {}
    return Impersonation(
        str(user.get("as") or ""),
        tuple(map(str, user.get("as-groups") or ())),
        str(user.get("as-uid") or ""),
        tuple((str(name), tuple(map(str, values))) for name, values in extra.items()),
    )


def fixed_source(user: Mapping[str, Any]) -> Source | None:
    """The source for what stands in the entry itself, or None when it names none.

    A token file wins over a token, as in client-go.
    """
    certificate = _certificate(user)
    basic = "username" in user or "password" in user
    if basic and (user.get("token") or user.get("tokenFile")):
        raise UsageError("kubeconfig: a user has a token and a password; only one is allowed.")
    if path := user.get("tokenFile"):
        return TokenFile(Path(path), certificate)
    if token := str(user.get("token") or ""):
        return Static(Credential(f"Bearer {token.strip()}", certificate))
    if basic:
        pair = f"{user.get('username', '')}:{user.get('password', '')}".encode()
        return Static(Credential("Basic " + base64.b64encode(pair).decode(), certificate))
    return Static(Credential("", certificate)) if certificate else None


def decoded(entry: Mapping[str, Any], field: str) -> bytes:
    """A base64 field of a kubeconfig. Raises UsageError, without the value."""
    try:
        return binascii.a2b_base64(str(entry.get(field) or ""))
    except binascii.Error:
        raise UsageError(f"kubeconfig: {field} is not base64.") from None


def _certificate(user: Mapping[str, Any]) -> ClientCertificate | None:
    chain, key = (
        decoded(user, f"{field}-data") or (Path(user[field]) if user.get(field) else None)
        for field in ("client-certificate", "client-key")
    )
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        missing = "client-certificate" if chain is None else "client-key"
        raise UsageError(f"kubeconfig: a user has no {missing} to go with the other half.")
    return ClientCertificate(chain, key)
