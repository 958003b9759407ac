"""Which proxy leads to the server? The kubeconfig's, else that of the environment, as Go reads it.

https://pkg.go.dev/net/http#ProxyFromEnvironment
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from ..errors import Unsupported, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult


class Proxy(NamedTuple):
    """An HTTP proxy."""

    host: str
    port: int
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.host}:{self.port})"


def choose(configured: str, server: SplitResult, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy for that server, or None for the direct way."""
    if configured:
        return _parse(configured, "proxy-url")
    names = (
        ("HTTPS_PROXY", "https_proxy") if server.scheme == "https" else ("HTTP_PROXY", "http_proxy")
    )
    url, name = next(((environment[n], n) for n in names if environment.get(n)), ("", ""))
    if not url or is_loopback(server.hostname or ""):
        return None
    excepted = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    if any(_matches(rule.strip(), server) for rule in excepted.split(",")):
        return None
    return _parse(url, name)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _matches(rule: str, server: SplitResult) -> bool:
    host = (server.hostname or "").rstrip(".")
    rule, _, port = rule.lower().partition(":") if rule.count(":") == 1 else (rule.lower(), "", "")
    if not rule or (port and port != str(server.port or 443)):
        return False
    if rule == "*" or host == rule.lstrip("."):
        return True
    if "/" in rule:
        return _in_network(host, rule)
    return host.endswith("." + rule.removeprefix("*").lstrip("."))


def _in_network(host: str, network: str) -> bool:
    import ipaddress  # noqa: PLC0415 - only where NO_PROXY has networks

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _parse(url: str, source: str) -> Proxy:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if not parts.hostname:
        raise UsageError(f"{source} names no host.")
    if parts.scheme != "http":
        raise Unsupported(f"{source}: a proxy of the kind {parts.scheme}:// is not supported.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Proxy(parts.hostname, parts.port or 80, user, password)
