"""import-linter reads the static graph; only a fresh interpreter shows what really loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "textual", "pydantic", "kubernetes", "rich", "obstore", "cronsim", "prometheus_client",
    "cryptography",
)  # fmt: skip
PROGRAM = """
import io, sys
from kubectl_kubestash.cli.main import run
sys.stdout = sys.stderr = io.StringIO()
run(sys.argv[1:])
print(*sorted(sys.modules), sep="\\n", file=sys.__stdout__)
"""


def loaded(*words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        capture_output=True,
        text=True,
        check=True,
        env={"KUBECONFIG": "/nonexistent", "PATH": "/usr/bin:/bin"},
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["version", "--client"],
        ["lint", "--help"],
        ["backup", "now", "--help"],
        ["ui", "--help"],
        ["get", "bc", "-s", "https://127.0.0.1:1"],
        ["get", "sessions", "-s", "https://127.0.0.1:1"],
        ["describe", "bc", "x", "-s", "https://127.0.0.1:1"],
    ],
    ids=" ".join,
)
def test_commands_that_only_read_load_nothing_heavy(words: list[str]) -> None:
    assert loaded(*words).isdisjoint(HEAVY)


def test_help_does_not_load_the_network() -> None:
    assert loaded("--help").isdisjoint({"ssl", "http.client", "yaml", "socket"})


def test_a_plain_get_does_without_typer() -> None:
    assert "typer" not in loaded("get", "bc", "-s", "https://127.0.0.1:1")


def test_only_the_command_that_was_asked_for_is_loaded() -> None:
    modules = {name for name in loaded("version", "--client") if ".cli." in name}

    assert "kubectl_kubestash.cli.version" in modules
    assert "kubectl_kubestash.cli.backup" not in modules
    assert "kubectl_kubestash.cli.install" not in modules
