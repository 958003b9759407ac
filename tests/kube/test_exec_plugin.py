"""Credentials from a real program."""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.errors import Unauthorized, UsageError
from kubectl_kubestash.kube.exec_plugin import ExecPlugin

if TYPE_CHECKING:
    from pathlib import Path

V1 = "client.authentication.k8s.io/v1"
BETA = "client.authentication.k8s.io/v1beta1"

PROGRAM = f"""#!{sys.executable}
import json, os, pathlib, sys
home = pathlib.Path(__file__).parent
runs = home / "runs"
count = len(runs.read_text().splitlines()) + 1 if runs.exists() else 1
with runs.open("a") as file:
    file.write(os.environ["KUBERNETES_EXEC_INFO"] + "\\n")
(home / "seen.json").write_text(json.dumps([sys.argv[1:], os.environ.get("EXTRA"), os.getcwd()]))
print((home / "answer").read_text().replace("COUNT", str(count)))
sys.exit(int(os.environ.get("EXIT", "0")))
"""


class Program:
    """The plugin, and what it has been asked."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "login"
        self.path.write_text(PROGRAM)
        self.path.chmod(0o755)
        self.answers(token="token-COUNT")

    def answers(self, version: str = V1, **status: Any) -> None:
        answer = {"apiVersion": version, "kind": "ExecCredential", "status": status}
        (self.home / "answer").write_text(json.dumps(answer))

    def plugin(self, **spec: Any) -> ExecPlugin:
        base = {"apiVersion": V1, "command": str(self.path), "interactiveMode": "Never"}
        return ExecPlugin({**base, **spec}, cluster={"server": "https://one"})

    @property
    def runs(self) -> list[dict[str, Any]]:
        file = self.home / "runs"
        return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def in_time(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_program_runs_once_for_many_requests(program: Program) -> None:
    plugin = program.plugin()

    assert plugin.current().authorization == "Bearer token-1"
    assert plugin.current().authorization == "Bearer token-1"
    assert len(program.runs) == 1


def test_it_runs_again_when_the_credential_has_expired(program: Program) -> None:
    program.answers(token="token-COUNT", expirationTimestamp=in_time(-1))
    plugin = program.plugin()

    assert plugin.current().authorization == "Bearer token-1"
    assert plugin.current().authorization == "Bearer token-2"


def test_it_does_not_run_before_that(program: Program) -> None:
    program.answers(token="token-COUNT", expirationTimestamp=in_time(60))
    plugin = program.plugin()
    plugin.current()

    assert plugin.current().authorization == "Bearer token-1"


def test_many_threads_that_are_refused_run_it_once(program: Program) -> None:
    plugin = program.plugin()
    refused = plugin.current()

    def again() -> None:
        plugin.renew(refused)
        plugin.current()

    threads = [threading.Thread(target=again) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert plugin.current().authorization == "Bearer token-2"


def test_a_certificate_comes_with_its_key(program: Program) -> None:
    program.answers(clientCertificateData="CERT", clientKeyData="KEY")

    credential = program.plugin().current()

    assert credential.authorization == ""
    assert credential.certificate == (b"CERT", b"KEY")


def test_it_is_told_arguments_environment_and_what_it_may_do(program: Program) -> None:
    pair = {"name": "EXTRA", "value": "more"}
    program.plugin(args=["get", "token"], env=[pair]).current()

    arguments, extra, _ = json.loads((program.home / "seen.json").read_text())
    assert (arguments, extra) == (["get", "token"], "more")
    assert program.runs == [
        {"apiVersion": V1, "kind": "ExecCredential", "spec": {"interactive": False}}
    ]


def test_it_hears_of_the_cluster_only_when_the_kubeconfig_says_so(program: Program) -> None:
    program.plugin(provideClusterInfo=True).current()

    assert program.runs[0]["spec"]["cluster"] == {"server": "https://one"}


def test_the_beta_version_needs_no_interactive_mode(program: Program) -> None:
    program.answers(BETA, token="beta")

    plugin = program.plugin(apiVersion=BETA, interactiveMode=None)

    assert plugin.current().authorization == "Bearer beta"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"interactiveMode": None}, "interactiveMode is not set"),
        ({"interactiveMode": "Maybe"}, "interactiveMode 'Maybe'"),
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "apiVersion must be"),
        ({"command": ""}, "has no command"),
    ],
)
def test_a_wrong_entry_is_refused_before_anything_runs(
    program: Program, spec: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        program.plugin(**spec)


def test_a_program_that_must_ask_needs_a_terminal(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(Unauthorized, match="stdin is no terminal"):
        program.plugin(interactiveMode="Always").current()


def test_a_missing_program_comes_with_the_hint_of_the_kubeconfig(program: Program) -> None:
    plugin = program.plugin(command="/nowhere/login", installHint="apt install login")

    with pytest.raises(Unauthorized) as caught:
        plugin.current()

    assert caught.value.message == (
        "exec plugin /nowhere/login could not be run: No such file or directory."
    )
    assert caught.value.hints == ("apt install login",)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ({}, "no token and no certificate"),
        ({"clientCertificateData": "s3cr3t"}, "half of a certificate"),
        ({"token": "s3cr3t", "expirationTimestamp": "soon"}, "did not print an ExecCredential"),
    ],
)
def test_a_useless_answer_is_explained_and_never_quoted(
    program: Program, status: dict[str, Any], message: str
) -> None:
    program.answers(**status)

    with pytest.raises(Unauthorized, match=message) as caught:
        program.plugin().current()

    assert "s3cr3t" not in str(caught.value)


def test_an_answer_of_another_version_is_refused(program: Program) -> None:
    program.answers(BETA, token="t")

    with pytest.raises(Unauthorized, match=r"not client\.authentication\.k8s\.io/v1\."):
        program.plugin().current()


def test_a_failure_of_the_program_is_told_with_its_exit_code(program: Program) -> None:
    with pytest.raises(Unauthorized, match="exit code 3"):
        program.plugin(env=[{"name": "EXIT", "value": "3"}]).current()


def test_nothing_of_it_shows_in_its_repr(program: Program) -> None:
    plugin = program.plugin(env=[{"name": "PASSWORD", "value": "s3cr3t"}])
    plugin.current()

    assert "s3cr3t" not in repr(plugin)
    assert "token-1" not in repr(plugin)
