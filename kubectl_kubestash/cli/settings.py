"""The flags that every command takes, and what follows from them.

They are those of kubectl, plus a few of our own. Each is also read from the environment, as
`KUBESTASH_` and the flag in capitals; a flag that was typed wins.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import Refused, UsageError
from . import diagnostics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kube.client import Client
    from ..kube.transport import Trace

ENVIRONMENT_PREFIX = "KUBESTASH_"


class GlobalFlag(NamedTuple):
    """A flag that is accepted anywhere after the plugin's name."""

    field: str
    names: tuple[str, ...]
    help: str
    kind: type = str
    """`str`, `bool`, `int`, or `tuple` for a flag that may be repeated."""

    metavar: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        long = next(name for name in reversed(self.names) if name.startswith("--"))
        return ENVIRONMENT_PREFIX + long.lstrip("-").replace("-", "_").upper()


GLOBAL_FLAGS = (
    GlobalFlag("namespace", ("-n", "--namespace"), "Namespace to work in.", str, "NAME"),
    GlobalFlag("all_namespaces", ("-A", "--all-namespaces"), "All namespaces.", bool),
    GlobalFlag("kubeconfig", ("--kubeconfig",), "Path of the kubeconfig file.", str, "FILE"),
    GlobalFlag("context", ("--context",), "Context of the kubeconfig to use.", str, "NAME"),
    GlobalFlag("cluster", ("--cluster",), "Cluster of the kubeconfig to use.", str, "NAME"),
    GlobalFlag("user", ("--user",), "User of the kubeconfig to use.", str, "NAME"),
    GlobalFlag("as_user", ("--as",), "User to act as.", str, "NAME"),
    GlobalFlag("as_groups", ("--as-group",), "Group to act as; may be repeated.", tuple, "NAME"),
    GlobalFlag("as_uid", ("--as-uid",), "UID to act as.", str, "UID"),
    GlobalFlag("token", ("--token",), "Bearer token for the API server.", str, "TOKEN"),
    GlobalFlag("server", ("-s", "--server"), "Address of the API server.", str, "URL"),
    GlobalFlag(
        "certificate_authority", ("--certificate-authority",), "CA file of the server.", str, "FILE"
    ),
    GlobalFlag("client_certificate", ("--client-certificate",), "Client certificate.", str, "FILE"),
    GlobalFlag("client_key", ("--client-key",), "Key of the client certificate.", str, "FILE"),
    GlobalFlag("tls_server_name", ("--tls-server-name",), "Name in its certificate.", str, "NAME"),
    GlobalFlag(
        "insecure_skip_tls_verify",
        ("--insecure-skip-tls-verify",),
        "Do not check the server's certificate.",
        bool,
    ),
    GlobalFlag(
        "request_timeout",
        ("--request-timeout",),
        "Give up on a request after this time, such as 30s; 0 means never.",
        str,
        "TIME",
    ),
    GlobalFlag("color", ("--color",), "auto, always or never.", str, "WHEN"),
    GlobalFlag("no_unicode", ("--no-unicode",), "Draw with plain ASCII.", bool),
    GlobalFlag("quiet", ("-q", "--quiet"), "Say only what is wrong.", bool),
    GlobalFlag("yes", ("-y", "--yes"), "Answer yes to every question.", bool),
    GlobalFlag("verbosity", ("-v", "--v"), "6 shows requests, 9 tracebacks.", int, "LEVEL"),
)


class Settings:
    """What the user set for all commands.

    A plain class: `dataclasses` loads `inspect`, which every command would pay for.
    """

    namespace_flag = ""
    all_namespaces = False
    kubeconfig = ""
    context = ""
    cluster = ""
    user = ""
    as_user = ""
    as_groups: tuple[str, ...] = ()
    as_uid = ""
    token = ""
    server = ""
    certificate_authority = ""
    client_certificate = ""
    client_key = ""
    tls_server_name = ""
    insecure_skip_tls_verify = False
    request_timeout = ""
    color = "auto"
    no_unicode = False
    quiet = False
    yes = False
    verbosity = 0
    json_errors = False
    """Whether errors are wanted as JSON, because the answer was wanted as JSON."""

    count_calls: Trace | None = None
    """Told of every request, when it is set before the client is first used."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self.environment: Mapping[str, str] = os.environ if environment is None else environment
        self._client: Client | None = None

    def read_environment(self) -> None:
        """Take `KUBESTASH_<FLAG>` for each flag as its default."""
        for flag in GLOBAL_FLAGS:
            value = self.environment.get(flag.variable, "")
            if value:
                self.set(flag, _converted(flag, value))

    def set(self, flag: GlobalFlag, value: Any) -> None:
        """Remember what was typed; a flag that was not typed comes as None, False or ()."""
        if value is None or value is False or value == ():
            return
        if flag.field == "color" and value not in {"auto", "always", "never"}:
            raise UsageError(f"--color is auto, always or never, not {value!r}")
        name = "namespace_flag" if flag.field == "namespace" else flag.field
        setattr(self, name, value)

    @property
    def client(self) -> Client:
        """The connection to the cluster, made when it is first needed."""
        if self._client is None:
            from .connection import connect  # noqa: PLC0415 - the network is not paid by --help

            self._client = connect(self)
        return self._client

    @property
    def namespace(self) -> str:
        """The one namespace to work in: the flag, else the context's, else `default`."""
        if self.all_namespaces:
            raise UsageError("this command works in one namespace, so -A cannot be used with it")
        return self.namespace_flag or self.client.login.namespace or "default"

    @property
    def scope(self) -> str:
        """The namespace to list, empty for all of them."""
        return "" if self.all_namespaces else self.namespace

    @property
    def unicode(self) -> bool:
        """Whether the terminal can show more than ASCII, as far as its locale tells."""
        spoken = (sys.stdout.encoding or "").lower().replace("-", "")
        return not self.no_unicode and spoken == "utf8" and not self._is_plain_locale

    @property
    def _is_plain_locale(self) -> bool:
        names = ["LC_ALL", "LC_CTYPE", "LANG"]
        if self.environment.get("LC_CTYPE") == "C.UTF-8":
            # Python sets it by itself when LANG=C, so it says nothing about the terminal.
            names.remove("LC_CTYPE")
        locale = next((value for name in names if (value := self.environment.get(name))), "")
        return locale in {"C", "POSIX"}

    def draws(self, *, terminal: bool) -> bool:
        """Whether a stream that is, or is not, a terminal can be drawn on twice."""
        return terminal and self.environment.get("TERM") != "dumb"

    def colorful(self, *, terminal: bool) -> bool:
        """Whether to use colour on a stream that is, or is not, a terminal."""
        if self.color != "auto":
            return self.color == "always"
        plain = self.environment.get("NO_COLOR") or self.environment.get("TERM") == "dumb"
        return terminal and not plain

    def confirm(self, question: str) -> None:
        """Ask on the terminal. Raises Refused when the answer is no, or nobody can answer."""
        if self.yes:
            return
        try:
            answer = diagnostics.ask(f"{question} [y/N] ")
        except Refused as error:
            raise Refused(error.message, "use --yes") from None
        if answer.lower() not in {"y", "yes"}:
            raise Refused("nothing was done")

    def confirm_by_name(self, question: str, name: str) -> None:
        """Ask for a name to be typed; --yes is not enough for what cannot be undone."""
        try:
            answer = diagnostics.ask(f"{question}\nType {name} to go on: ")
        except Refused as error:
            raise Refused(error.message, "run it in a terminal: --yes is not enough here") from None
        if answer != name:
            raise Refused("the name was not typed, so nothing was done")


def _converted(flag: GlobalFlag, value: str) -> Any:
    if flag.kind is bool:
        return value.lower() in {"1", "true", "yes", "on"}
    if flag.kind is int:
        if not value.isdigit():
            raise UsageError(f"{flag.variable} must be a number, not {value!r}")
        return int(value)
    return tuple(value.split(",")) if flag.kind is tuple else value
