"""What the container tells us about itself, read once from its environment."""

from __future__ import annotations

import math
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UsageError
from .restic import TimeLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

ALWAYS_PASSED = (
    "PATH",
    "LANG",
    "LC_ALL",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "GOMAXPROCS",
    "GOGC",
    "GOMEMLIMIT",
)
"""Variables of the container that every child may see; all others are withheld."""

_NICE = ("NICE_ADJUSTMENT", "IONICE_CLASS", "IONICE_CLASS_DATA")


class Pod(NamedTuple):
    """The pod that we run in."""

    namespace: str
    name: str
    uid: str
    node: str


@dataclass(frozen=True)
class Patience:
    """How long we wait for others, in seconds."""

    lock: float = 40 * 60.0
    """For locks of others: longer than the 30 minutes after which a lost one turns stale."""

    poll: float = 10.0
    lock_watch: float = 6 * 60.0
    """A holder that lives renews its lock every 5 minutes."""

    report: float = 5 * 60.0
    """For the API server to take a result."""

    progress: float = 10.0
    """Between two reports of progress."""

    backend: float = 30.0
    """For one operation on a small file in the backend."""


@dataclass(frozen=True)
class Surroundings:
    """Everything that comes from the environment."""

    pod: Pod
    component: str
    restic: str
    hostname: str
    termination_file: Path
    nice: Mapping[str, str]
    patience: Patience
    limits: TimeLimits
    check: bool
    """Whether a backup is followed by a check of the repository and a look at its size."""

    allow_empty_source: bool
    job: str = ""
    inherited: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Surroundings:
        """From this environment, or that of the process."""
        env = dict(os.environ) if environment is None else environment
        pod = Pod(
            env.get("POD_NAMESPACE", ""),
            env.get("POD_NAME", "") or socket.gethostname(),
            env.get("POD_UID", ""),
            env.get("NODE_NAME", ""),
        )
        return cls(
            pod=pod,
            component=env.get("COMPONENT_NAME", "") or "dump",
            restic=env.get("KUBESTASH_RESTIC", "") or "restic",
            hostname=socket.gethostname(),
            termination_file=Path(env.get("KUBESTASH_TERMINATION_FILE", "/dev/termination-log")),
            nice={name: env[name] for name in _NICE if env.get(name)},
            patience=_patience(env),
            limits=_limits(env),
            check=not _flag(env, "KUBESTASH_SKIP_CHECK"),
            allow_empty_source=_flag(env, "KUBESTASH_ALLOW_EMPTY_SOURCE"),
            job=env.get("JOB_NAME", ""),
            inherited=env,
        )


def _patience(env: Mapping[str, str]) -> Patience:
    default = Patience()
    return Patience(
        lock=_seconds(env, "KUBESTASH_LOCK_TIMEOUT", default.lock),
        poll=_seconds(env, "KUBESTASH_POLL_INTERVAL", default.poll),
        lock_watch=_seconds(env, "KUBESTASH_LOCK_WATCH", default.lock_watch),
        report=_seconds(env, "KUBESTASH_REPORT_TIMEOUT", default.report),
        progress=_seconds(env, "KUBESTASH_PROGRESS_INTERVAL", default.progress),
        backend=_seconds(env, "KUBESTASH_BACKEND_TIMEOUT", default.backend),
    )


def _limits(env: Mapping[str, str]) -> TimeLimits:
    default = TimeLimits()
    return TimeLimits(
        probe=_seconds(env, "KUBESTASH_PROBE_TIMEOUT", default.probe),
        stall=_seconds(env, "KUBESTASH_STALL_TIMEOUT", default.stall),
        grace=_seconds(env, "KUBESTASH_STOP_GRACE", default.grace),
    )


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name, "")
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise UsageError(f"{name} is {text!r}, it must be a number of seconds.")
    return seconds


def _flag(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").lower() in {"1", "true", "yes"}
