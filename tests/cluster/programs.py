"""The programs that the tests build from Go modules."""

from __future__ import annotations

from .extended_go_program import ExtendedGoProgram
from .go_program import GoProgram

KUBERNETES_VERSION = "1.34.4"

_VERSION_VARIABLES = tuple(
    (f"{package}.{name}", value)
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    for name, value in (
        ("gitVersion", f"v{KUBERNETES_VERSION}"),
        ("gitMajor", KUBERNETES_VERSION.split(".", maxsplit=1)[0]),
        ("gitMinor", KUBERNETES_VERSION.split(".")[1]),
        ("gitCommit", "built-for-tests"),
        ("gitTreeState", "clean"),
    )
)

RESTIC = GoProgram(name="restic", version="0.18.1", package="github.com/restic/restic/cmd/restic")

RESTIC_WITH_CHEAP_KEYS = ExtendedGoProgram(
    name="restic",
    version=RESTIC.version,
    package="./cmd/restic",
    extends=RESTIC,
    additions="cheap_keys",
)
"""For the hundreds of repositories that tests make and throw away."""

KUBERNETES = GoProgram(
    name="kubernetes",
    version=KUBERNETES_VERSION,
    variables=_VERSION_VARIABLES,
    links=("kubectl",),
)
"""etcd, the control plane, the node's agents and kubectl; its first argument says which."""

DNS = GoProgram(name="dns", version="1.13.2")
"""CoreDNS with the plugins that a cluster's DNS needs."""

ALL = (RESTIC, RESTIC_WITH_CHEAP_KEYS, KUBERNETES, DNS)
