"""How is a container started as a process?

Its root is a tmpfs of its own; it sees the host's programs and the volumes of its pod. The network
is the host's. This keeps a user's own manifests from doing harm by accident; it is no boundary
against somebody who wants to. https://manpages.debian.org/bookworm/bubblewrap/bwrap.1.en.html
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CAPABILITIES = frozenset(
    (
        *("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
"""What root in a container may do, as container runtimes have it by default, less devices."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_WHEN_TOLD = ("sh", "-c", 'read -r go && exec "$@" < /dev/null', "sh")
"""bwrap binds its life to ours late: a command waits for a line that no dead node sends."""

_PACKAGE = Path(__file__).resolve().parents[2]
PYTHON = tuple(dict.fromkeys((Path(sys.base_prefix), Path(sys.prefix), _PACKAGE)))
_ETC = (
    *("alternatives", "ca-certificates", "group", "ld.so.cache", "ld.so.conf", "ld.so.conf.d"),
    *("localtime", "nsswitch.conf", "passwd", "pki", "protocols", "resolv.conf", "services", "ssl"),
)
_ROOTS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


class Mount(NamedTuple):
    """A file or directory of the host, and where the container sees it."""

    source: Path
    target: str
    read_only: bool = True


class Identity(NamedTuple):
    """As whom a container runs."""

    user: int
    group: int
    groups: tuple[int, ...] = ()

    @classmethod
    def of(cls, pod_spec: Mapping[str, Any], container: Mapping[str, Any]) -> Identity:
        """What the manifest asks for; root where it says nothing."""
        of_pod: Mapping[str, Any] = pod_spec.get("securityContext") or {}
        context = {**of_pod, **(container.get("securityContext") or {})}
        groups = [*of_pod.get("supplementalGroups", ()), of_pod.get("fsGroup")]
        return cls(
            int(context.get("runAsUser") or 0),
            int(context.get("runAsGroup") or 0),
            tuple(int(each) for each in groups if each is not None),
        )


def argv(
    command: Sequence[str],
    identity: Identity,
    mounts: Iterable[Mount],
    *,
    status: int,
    host_name: str,
    directory: str = "",
) -> list[str]:
    """The command line. bwrap writes its status as JSON to the descriptor `status`."""
    is_root = os.geteuid() == 0
    everything = [*_host(), *sorted(mounts, key=lambda each: each.target.count("/"))]
    return [
        *("bwrap", "--json-status-fd", str(status), "--die-with-parent", "--new-session"),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", host_name[:63]),
        *("--cap-drop", "ALL", *_capabilities(identity)),
        *([] if is_root else _alone(identity)),
        *("--perms", "1777", "--dir", "/tmp", "--perms", "1777", "--dir", "/var/tmp"),  # noqa: S108
        *("--dir", "/run", "--symlink", "../run", "/var/run", "--proc", "/proc", "--dev", "/dev"),
        *_links(),
        *_parents(everything),
        *(part for mount in everything for part in _bind(mount)),
        *("--chdir", directory or "/", "--", *_WHEN_TOLD),
        *(_become(identity) if is_root else ()),
        *command,
    ]


def enter(process: int, identity: Identity) -> list[str]:
    """What runs one more command in the container of that process, as the same user."""
    namespaces = ["--mount", "--pid", "--ipc", "--uts", "--"]
    if os.geteuid() == 0:
        return ["nsenter", "--target", str(process), *namespaces, *_become(identity)]
    if identity.user or identity.group:
        return [sys.executable, "-I", str(Path(__file__).with_name("enter.py")), str(process)]
    user = ["--user", "--preserve-credentials"]
    return ["nsenter", "--target", str(process), *user, *namespaces]


def _capabilities(identity: Identity) -> list[str]:
    """Root needs them to become who was asked for, and gives them up with that."""
    wanted = sorted(CAPABILITIES) if os.geteuid() == 0 or identity.user == 0 else []
    return [part for each in wanted for part in ("--cap-add", f"CAP_{each}")]


def _alone(identity: Identity) -> list[str]:
    """Without root the user is the one who started the sandbox, by the name that was asked for."""
    return ["--unshare-user", "--uid", str(identity.user), "--gid", str(identity.group)]


def _become(identity: Identity) -> list[str]:
    kept = ",".join(["-all", *(f"+{each.lower()}" for each in sorted(CAPABILITIES))])
    groups = ",".join(map(str, identity.groups))
    return [
        *("setpriv", "--reuid", str(identity.user), "--regid", str(identity.group)),
        *(("--groups", groups) if groups else ("--clear-groups",)),
        *("--inh-caps=-all", f"--bounding-set={kept}"),
    ]


def _host() -> list[Mount]:
    """/usr, what of /etc programs need, and this installation of Python."""
    folders = [Path("/usr"), *(Path("/", each) for each in _ROOTS)]
    files = [Path("/etc", name) for name in _ETC]
    there = [path for path in (*folders, *files, *PYTHON) if path.exists()]
    return [
        Mount(path, str(path))
        for path in there
        if path.parent != Path("/") or not path.is_symlink()
    ]


def _links() -> list[str]:
    """/bin and the like are links into /usr on most systems."""
    links = (Path("/", name) for name in _ROOTS)
    return [part for path in links if path.is_symlink() for part in _link(path)]


def _link(path: Path) -> tuple[str, str, str]:
    return "--symlink", str(path.readlink()).lstrip("/"), str(path)


def _parents(mounts: Iterable[Mount]) -> list[str]:
    """Directories that lead to a mount; those that bwrap makes are for root alone."""
    found = dict.fromkeys(
        str(parent) for each in mounts for parent in reversed(Path(each.target).parents)
    )
    known = ("/", "/dev", "/proc", "/tmp", "/run", "/var/tmp")  # noqa: S108
    return [part for path in found if path not in known for part in ("--dir", path)]


def _bind(mount: Mount) -> tuple[str, str, str]:
    return "--ro-bind" if mount.read_only else "--bind", str(mount.source), mount.target
