"""How do we reach the cluster, and as whom? Reads kubeconfig files as kubectl does."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict
from urllib.parse import urlsplit

from ..errors import UsageError
from . import in_cluster, kubeconfig
from .credentials import Credential, Static, decoded, fixed_source, impersonation
from .tls import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from .credentials import Headers, Source
    from .kubeconfig import Entry, KubeConfig

DEFAULT_TIMEOUT = 30.0
_EXEC_EXTENSION = "client.authentication.k8s.io/exec"
_CERTIFICATE = ("client-certificate", "client-key")


class Login(NamedTuple):
    """A cluster, a user and a namespace, resolved from kubeconfig, flags or the pod we run in."""

    server: str
    namespace: str
    context: str
    cluster: str = ""
    """Name of the cluster entry; empty in a pod."""
    user: str = ""
    """Name of the user entry; empty in a pod."""
    trust: Trust = Trust()
    proxy: str = ""
    source: Source = Static(Credential())
    impersonate: Headers = ()
    timeout: float | None = DEFAULT_TIMEOUT
    """Seconds without any answer after which a request has failed; None waits for ever."""
    agent: str = "kubectl-kubestash"
    """Who asks, as the audit log of the API server names it."""

    def __repr__(self) -> str:
        where = f"{self.server!r}, namespace={self.namespace!r}, context={self.context!r}"
        return f"Login({where}, user={self.user!r})"


class Flags(TypedDict, total=False):
    """kubectl's flags for the cluster; each is empty or absent when it was not given."""

    kubeconfig: str
    context: str
    cluster: str
    user: str
    namespace: str
    server: str
    token: str
    client_certificate: str
    client_key: str
    certificate_authority: str
    insecure_skip_tls_verify: bool
    tls_server_name: str
    as_user: str
    as_groups: Sequence[str]
    as_uid: str
    request_timeout: str
    """`5s`, `1m30s`, or a number of seconds; `0` waits for ever."""


def load(*, environment: Mapping[str, str] | None = None, **flags: Unpack[Flags]) -> Login:
    """The login that kubectl would use with these flags and this environment.

    Raises UsageError for what cannot be right: unknown contexts, unreadable files.
    """
    env = os.environ if environment is None else environment
    config = kubeconfig.read(flags.get("kubeconfig") or "", env)
    name, context = _context(config, flags)
    cluster_name = flags.get("cluster") or str(context.get("cluster") or "")
    user_name = flags.get("user") or str(context.get("user") or "")
    cluster = _cluster(config, cluster_name, flags)
    user = _user(config, user_name, flags)
    home = in_cluster.find(env)
    timeout = parse_timeout(flags.get("request_timeout") or "")
    named = flags.get("namespace") or str(context.get("namespace") or "")
    if not cluster.get("server"):
        if not home or name:
            raise _no_server(name, config)
        return _pod_login(home, named, user, flags)._replace(timeout=timeout)
    server = _url(str(cluster["server"]), cluster, user)
    login = Login(server, named or (home.namespace if home else "default"), name)
    return login._replace(
        cluster=cluster_name,
        user=user_name,
        trust=_trust(cluster),
        proxy=str(cluster.get("proxy-url") or ""),
        source=_source(user, user_name, cluster=cluster, config=config, env=env),
        impersonate=impersonation(user).headers,
        timeout=timeout,
    )


def parse_timeout(text: str) -> float | None:
    """Seconds from kubectl's notation: a number of seconds or `1h`, `1m30s`, `500ms`."""
    if not text:
        return DEFAULT_TIMEOUT
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "": 1.0}
    if not re.fullmatch(r"\d+|(\d+(\.\d+)?(ms|h|m|s))+", text):
        raise UsageError(f"--request-timeout {text!r} is not a time such as 30s or 2m.")
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s|)", text)
    return sum(float(number) * units[unit] for number, unit in parts) or None


def _context(config: KubeConfig, flags: Flags) -> tuple[str, Entry]:
    wanted = flags.get("context") or ""
    name = wanted or config.current_context
    if name in config.contexts:
        return name, config.contexts[name]
    if wanted:
        known = ", ".join(sorted(config.contexts)) or "none"
        raise UsageError(f"There is no context {wanted!r}.", f"contexts known: {known}")
    if name and config.contexts:
        raise UsageError(
            f"The current context {name!r} does not exist.", "kubectl config use-context"
        )
    return "", {}


def _cluster(config: KubeConfig, name: str, flags: Flags) -> Entry:
    if flags.get("cluster") and name not in config.clusters:
        raise UsageError(f"There is no cluster {name!r} in the kubeconfig.")
    entry = dict(config.clusters.get(name, {}))
    if server := flags.get("server"):
        # Another server has another name, too.
        entry = {**entry, "server": server, "tls-server-name": ""}
    authorities = ("certificate-authority", "certificate-authority-data")
    if authority := flags.get("certificate_authority"):
        entry = {**entry, **dict.fromkeys(authorities, ""), "insecure-skip-tls-verify": False}
        entry["certificate-authority"] = authority
    if flags.get("insecure_skip_tls_verify"):
        if not flags.get("certificate_authority"):
            entry = {**entry, **dict.fromkeys(authorities, "")}
        entry["insecure-skip-tls-verify"] = True
    if server_name := flags.get("tls_server_name"):
        entry["tls-server-name"] = server_name
    return entry


def _user(config: KubeConfig, name: str, flags: Flags) -> Entry:
    if flags.get("user") and name not in config.users:
        raise UsageError(f"There is no user {name!r} in the kubeconfig.")
    entry = dict(config.users.get(name, {}))
    if token := flags.get("token"):
        # As in kubectl a token file goes on winning over it.
        entry["token"] = token
    for field in _CERTIFICATE:
        if path := str(flags.get(field.replace("-", "_")) or ""):
            entry |= {field: path, f"{field}-data": ""}
    given = {"as": flags.get("as_user"), "as-uid": flags.get("as_uid")}
    given["as-groups"] = list(flags.get("as_groups") or ())  # type: ignore[assignment]
    return entry | {field: value for field, value in given.items() if value}


def _no_server(context: str, config: KubeConfig) -> UsageError:
    if context:
        return UsageError(f"Context {context!r} names no cluster with a server.")
    found = [f"{path} has none" for path in config.files]
    gone = [f"there is no file {path}" for path in config.missing]
    return UsageError(
        f"No cluster is configured: {', '.join(found + gone)}.",
        "set KUBECONFIG or pass --kubeconfig",
        "kubectl config get-contexts",
    )


def _pod_login(home: in_cluster.Pod, namespace: str, user: Entry, flags: Flags) -> Login:
    token = Static(Credential(f"Bearer {flags['token']}")) if flags.get("token") else None
    return Login(
        home.server,
        namespace or home.namespace,
        "",
        trust=Trust(flags.get("certificate_authority") or home.ca_file),
        source=token or home.source,
        impersonate=impersonation(user).headers,
    )


def _trust(cluster: Entry) -> Trust:
    trust = Trust(
        str(cluster.get("certificate-authority") or ""),
        decoded(cluster, "certificate-authority-data").decode(errors="replace"),
        bool(cluster.get("insecure-skip-tls-verify")),
        str(cluster.get("tls-server-name") or ""),
    )
    if trust.insecure and (trust.ca_file or trust.ca_data):
        raise UsageError("A certificate authority and insecure-skip-tls-verify exclude each other.")
    return trust


def _url(server: str, cluster: Entry, user: Entry) -> str:
    """With a scheme; without one it is https where anything of TLS is configured."""
    if "://" not in server:
        fields = ("certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify")
        secure = any(map(cluster.get, fields)) or any(map(user.get, _CERTIFICATE))
        secure = secure or any(user.get(f"{field}-data") for field in _CERTIFICATE)
        server = f"{'https' if secure else 'http'}://{server}"
    try:
        parts = urlsplit(server)
        is_right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right:
        raise UsageError(f"The server {server} is not an address such as https://host:6443.")
    return server.rstrip("/")


def _source(
    user: Entry, name: str, *, cluster: Entry, config: KubeConfig, env: Mapping[str, str]
) -> Source:
    plugin, provider = user.get("exec"), user.get("auth-provider")
    if plugin and provider:
        raise UsageError(f"kubeconfig: user {name} has both exec and auth-provider.")
    # What stands in the entry wins, so that --token does not start a program.
    if source := fixed_source(user):
        return source
    if plugin:
        from .exec_plugin import ExecPlugin  # noqa: PLC0415 - loads subprocess

        return ExecPlugin(plugin, cluster=_cluster_info(cluster), environment=env)
    if provider:
        from .auth_provider import AuthProvider  # noqa: PLC0415 - rare

        return AuthProvider(user, name, config.files)
    return Static(Credential())


def _cluster_info(cluster: Entry) -> dict[str, Any]:
    """What an exec plugin with provideClusterInfo is told."""
    fields = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url")
    info = {field: cluster[field] for field in fields if cluster.get(field)}
    authority = cluster.get("certificate-authority-data")
    if not authority and cluster.get("certificate-authority"):
        import base64  # noqa: PLC0415 - rare

        path = Path(cluster["certificate-authority"])
        try:
            authority = base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            raise UsageError(f"The certificate authority {path}: {error.strerror}.") from error
    if authority:
        info["certificate-authority-data"] = authority
    for extension in cluster.get("extensions") or ():
        if extension.get("name") == _EXEC_EXTENSION:
            info["config"] = extension.get("extension")
    return info
