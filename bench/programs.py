"""The programs that are measured, ready to run: our scripts with byte code, kubectl, restic."""

from __future__ import annotations

import compileall
import sys
from pathlib import Path

from tests.cluster import programs
from tests.cluster.needs import Missing

PROJECT = Path(__file__).parent.parent
SYSTEM_KUBECTL = Path("/usr/bin/kubectl")


def script(name: str) -> Path:
    """One of our console scripts, as it was installed. Raises Missing."""
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        raise Missing(f"{found} is not there: {sys.executable} -m pip install --no-deps -e .")
    return found


def plugin() -> Path:
    """`kubectl-kubestash`."""
    return script("kubectl-kubestash")


def runner() -> Path:
    """`kubestash-runner`."""
    return script("kubestash-runner")


def warm_byte_code() -> None:
    """Compile all that our scripts may import: an installed wheel has this done, too."""
    for folder in ("kubectl_kubestash", "tui"):
        compileall.compile_dir(PROJECT / folder, quiet=1)


def kubectls() -> dict[str, Path]:
    """Kubectl of the test cluster's own version, and that of the machine, if it has one."""
    own = programs.KUBERNETES.ensure().with_name("kubectl")
    found = {f"kubectl {programs.KUBERNETES_VERSION}": own}
    if SYSTEM_KUBECTL.exists():
        found[str(SYSTEM_KUBECTL)] = SYSTEM_KUBECTL
    return found


def restic() -> Path:
    """restic, in the version of the image."""
    return programs.RESTIC.ensure()


def versions() -> dict[str, str]:
    """What the figures depend on beside the machine."""
    from importlib.metadata import version  # noqa: PLC0415

    return {
        "restic": programs.RESTIC.version,
        "kubernetes": programs.KUBERNETES_VERSION,
        "typer": version("typer"),
        "pydantic": version("pydantic"),
    }
