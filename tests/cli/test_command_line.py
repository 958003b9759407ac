"""What is accepted, and what is said about what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.cli import get, quick, root
from kubectl_kubestash.cli.complete import candidates
from kubectl_kubestash.cli.settings import GLOBAL_FLAGS, Settings

from .program import process

if TYPE_CHECKING:
    from pathlib import Path

    from .program import Terminal


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["optins"], "did you mean options or completion?"),
        (["pause", "files", "-n", "demo"], "hint: kubectl patch backupconfigurations.core"),
        (["-n", "demo", "unlock", "repo"], "each run removes the locks of pods that are gone"),
        (["pw", "list", "repo"], "error: 'pw' of KubeStash's own plugin is not part of this one"),
        (["completion", "bash"], "unknown command 'bash'"),
        (["get"], "Missing argument"),
        (["get", "bc", "--foo"], "No such option: --foo"),
        (["options", "-n"], "requires an argument"),
        (["options", "--color", "purple"], "--color is auto, always or never"),
        (["get", "sesion"], "did you mean session"),
        (["get", "bc/a", "b"], "either KIND NAME"),
        (["get", "bc", "a", "-l", "x=y"], "a name and a selector"),
        (["get", "bc", "a", "-A"], "a name needs one namespace"),
        (["get", "bc", ""], "the name of an object may not be empty"),
        (["get", "bc/"], "the name of an object may not be empty"),
        (["get", "bc", "--watch=maybe"], "'--watch' is true or false, not 'maybe'"),
        (["get", "bc", "-A=maybe"], "'-A' is true or false, not 'maybe'"),
        (["get", "bc", "-o"], "usage: kubectl kubestash get"),
        (["get", "bc", "-o", "go-template={{}}"], "-o go-template is not built in"),
        (["get", "bc", "-o", "jsonpath"], "-o jsonpath needs a template"),
        (["get", "bc", "-o", "xml"], "choose one of: json, yaml"),
        (["get", "bc", "--field-selector", "phase"], "is not like status.phase=Failed"),
        (["describe", "bc"], "which backupconfiguration?"),
        (["backup", "now", "x", "--timeout", "soon"], "--timeout: 'soon' is not a duration"),
        (["create", "retention", "x", "--max-age=soon"], "--max-age: 'soon' is not a duration"),
        (["backup", "now", "x", "--dry-run", "maybe"], "--dry-run=maybe is not known"),
        (["create", "storage", "x", "--provider", "s4"], "--provider is one of"),
        (["create", "storage", "x", "--provider", "s3"], "--bucket is needed for s3"),
        (["create", "storage", "x", "--provider", "local"], "needs one of --pvc, --nfs"),
        (
            ["create", "storage", "x", "--provider=s3", "--bucket=b", "--pvc=a"],
            "--pvc is for local storages, not for s3",
        ),
        (
            ["create", "storage", "x", "--provider=local", "--pvc=a", "--prefix=p"],
            "--prefix is for s3 and gcs and azure storages, not for local",
        ),
        (["create", "retention", "x"], "a policy must keep something"),
    ],
)
def test_a_wrong_command_line_is_named_and_costs_2(
    terminal: Terminal, words: list[str], message: str
) -> None:
    code, out, err = terminal(*words, environment={"KUBECONFIG": "/nonexistent"})

    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("error: ")
    assert len(err.splitlines()) <= 3
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [
        ["-n", "demo", "create", "retention", "keep", "--last", "1", "--dry-run", "client"],
        ["create", "-n", "demo", "retention", "keep", "--last", "1", "--dry-run", "client"],
        ["create", "retention", "keep", "--namespace=demo", "--last=1", "--dry-run=client"],
        ["create", "retention", "--last", "1", "--dry-run", "client", "keep", "-ndemo"],
    ],
)
def test_global_flags_may_stand_anywhere(terminal: Terminal, words: list[str]) -> None:
    answer = terminal(*words)

    assert answer.code == 0
    assert "namespace: demo" in answer.out


def test_flags_are_written_as_for_kubectl(terminal: Terminal) -> None:
    words = ["create", "retention", "keep", "--last=1", "--dry-run=client"]

    named = terminal(*words, "-n=demo", "-o=json", "--default=true")
    unnamed = terminal(*words, "-o=name", "-q=false", "--default=false")
    manifest = json.loads(named.out)

    assert (named.code, unnamed.code) == (0, 0)
    assert manifest["metadata"]["namespace"] == "demo"
    assert manifest["spec"]["default"] is True
    assert unnamed.out == "retentionpolicy.storage.kubestash.com/keep\n"


def test_a_switch_that_says_no_is_said_to_be_off(terminal: Terminal) -> None:
    words = ["create", "retention", "keep", "--last=1", "--dry-run=client"]

    said = terminal(*words, "--default=false", environment={"KUBESTASH_DEFAULT": "true"})

    assert "default: false" in said.out


@pytest.mark.parametrize(
    "words", [["help", "create", "retention"], ["create", "retention", "-h"]], ids=" ".join
)
def test_help_is_asked_for_as_with_kubectl(terminal: Terminal, words: list[str]) -> None:
    asked = terminal(*words)

    assert (asked.code, asked.err) == (0, "")
    assert asked.out == terminal("create", "retention", "--help").out


def test_flags_are_read_from_the_environment_and_a_typed_one_wins(terminal: Terminal) -> None:
    words = ["create", "retention", "keep", "--last", "1", "--dry-run=client"]
    environment = {"KUBESTASH_NAMESPACE": "from-env"}

    assert "namespace: from-env" in terminal(*words, environment=environment).out
    assert "namespace: typed" in terminal(*words, "-n", "typed", environment=environment).out


def test_a_group_alone_shows_its_commands_and_is_no_error(terminal: Terminal) -> None:
    code, out, err = terminal("backup")

    assert (code, err) == (0, "")
    assert "now " in out


def test_an_unknown_context_is_named(terminal: Terminal) -> None:
    code, _, err = terminal("get", "bc", "--context", "nope", environment={"KUBECONFIG": "/none"})

    assert code == 2
    assert "nope" in err


def test_all_namespaces_is_refused_where_one_is_needed(terminal: Terminal) -> None:
    code, _, err = terminal("backup", "now", "files", "-A", "-s", "https://127.0.0.1:1")

    assert code == 2
    assert "-A cannot be used" in err


def test_a_server_that_does_not_answer_is_reported_as_kubectl_does(terminal: Terminal) -> None:
    code, out, err = terminal("get", "bc", "-s", "https://127.0.0.1:1")

    assert (code, out) == (1, "")
    assert err.startswith("The connection to the server 127.0.0.1:1 was refused")


def test_a_crash_is_told_without_a_traceback_unless_asked_for() -> None:
    program = (
        "import sys; from kubectl_kubestash.cli import main, quick\n"
        "quick.run = lambda *_: 1 / 0\n"
        "sys.exit(main.run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "options"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("error: this is a bug: ZeroDivisionError")
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -m kubectl_kubestash options | true; echo ${{PIPESTATUS[0]}}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() in {"0", "141"}
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("version --client >&-", 0, ""),
        (
            "version --client >/dev/full",
            1,
            "error: this cannot be written: No space left on device",
        ),
        ("ui <&-", 2, "error: ui needs a terminal"),
        ("create encryption-secret x --password-stdin --dry-run=client <&-", 2, "error: the passw"),
        ("lint -f nosuch 2>&1 | true; (exit ${PIPESTATUS[0]})", 141, ""),
    ],
)
def test_streams_that_are_closed_or_full_are_no_bug(line: str, code: int, said: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m kubectl_kubestash {line}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code
    assert said in done.stderr
    assert "bug" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_without_unicode_is_shown_what_it_can_show() -> None:
    latin = process("get", "--help", PYTHONIOENCODING="latin-1")
    wrong = process("get", PYTHONIOENCODING="latin-1", LC_ALL="C")

    assert (latin.code, latin.err) == (0, "")
    assert "KIND[,KIND] [NAME...]" in latin.out
    assert "[NAME...]" in wrong.err


QUICK = [
    ["get", "bc"],
    ["-n", "demo", "get", "bc", "a", "b"],
    ["get", "bc,repo", "-A", "-o", "wide", "--no-headers"],
    ["get", "sessions", "--namespace=demo", "--selector=a=b", "-l", "c"],
    ["get", "bc", "-w", "--context", "kind-x", "--sort-by=.metadata.name", "-q"],
    ["get", "bc/x", "repo/y", "-o=json"],
    ["get", "bc", "--help"],
    ["get", "bc", "-nd"],
    ["get", "bc", "--", "-x"],
    ["get"],
    ["backup", "list"],
    ["-o", "json", "get", "bc"],
    ["get", "bc", "--as-group", "x"],
    ["get", "bc", "-n"],
    ["describe", "get", "x"],
]


@pytest.mark.parametrize("words", QUICK, ids=" ".join)
def test_the_quick_way_reads_what_typer_reads(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(get, "list_objects", lambda settings, asked: seen.append((settings, asked)))
    slow = Settings({})
    quickly = Settings({})

    asked = quick.read(words, quickly)
    if asked is None:
        return  # Left to typer as it is.
    assert root.dispatch(words, slow) == 0

    [(_, read_by_typer)] = seen
    assert asked == read_by_typer
    for flag in GLOBAL_FLAGS:
        name = "namespace_flag" if flag.field == "namespace" else flag.field
        assert getattr(quickly, name) == getattr(slow, name)


def test_the_quick_way_takes_the_commonest_command_lines() -> None:
    assert all(quick.read(words, Settings({})) is not None for words in QUICK[:5])


def test_the_quick_way_leaves_everything_else_to_typer() -> None:
    assert all(quick.read(words, Settings({})) is None for words in QUICK[5:])


def test_the_version_of_the_client_is_said_where_no_cluster_answers(terminal: Terminal) -> None:
    answer = terminal("version", "-s", "https://127.0.0.1:1", "-o", "json")

    assert answer.code == 1
    assert json.loads(answer.out)["client"]
    assert "refused" in json.loads(answer.err)["error"]


def test_what_cannot_be_drawn_on_gets_lines(terminal: Terminal) -> None:
    settings = Settings({"TERM": "dumb"})

    assert not settings.draws(terminal=True)
    assert Settings({"TERM": "xterm"}).draws(terminal=True)
    assert "ui needs a terminal" in terminal("ui", environment={"TERM": "dumb"}).err


def test_version_needs_no_cluster() -> None:
    answer = process("version", "--client", "-o", "json", KUBECONFIG="/nonexistent")

    assert answer.code == 0
    assert '"client"' in answer.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["backup", ""], ["now", "list", "wait", "logs"]),
        (["backup", "n"], ["now"]),
        (["-n", "demo", "backup", "now", "x", "--dry-run", ""], ["client", "server"]),
        (["get", "backups"], ["backupstorages", "backupsessions"]),
        (["get", "backupv"], ["backupverifier", "backupverificationsession"]),
        (["describe", "backupb"], ["backupbatches", "backupblueprints"]),
        (["lint", "-o", ""], ["table", "json", "github"]),
        (["version", "-o", ""], ["json", "yaml"]),
        (["get", "bc", "-o=j"], ["json", "jsonpath="]),
        (["create", "storage", "x", "--provider=s"], ["s3"]),
        (["create", "storage", "x", "--deletion-policy="], ["Delete", "WipeOut"]),
        (["restore", "list", "--phase", "I"], ["Invalid"]),
        (["get", "bc", "--context", "ki"], ["kind-a", "kind-b"]),
        (["backup", "now", "--forc"], ["--force"]),
        (["options", "--insecure"], ["--insecure-skip-tls-verify"]),
        (["nosuch", ""], []),
    ],
)
def test_words_are_completed_without_a_cluster(
    words: list[str], found: list[str], tmp_path: Path
) -> None:
    contexts: list[object] = [
        {"name": name, "context": {}} for name in ("kind-b", "other", "kind-a")
    ]
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps({"contexts": contexts}), encoding="utf-8")

    known, _ = candidates(words, Settings({"KUBECONFIG": str(kubeconfig)}))
    names = [name for name, _ in known]

    assert names[: len(found)] == found
    assert bool(names) is bool(found) or words[0] == "nosuch"


@pytest.mark.parametrize(
    ("words", "directive"),
    [
        (["lint", "-f", "man"], 0),
        (["convert", "-o", "./"], 0),
        (["get", "bc", "--kubeconfig", ""], 0),
        (["sandbox", "start", "--folder="], 16),
        (["backup", ""], 4),
        (["lint", "-o", ""], 4),
    ],
)
def test_the_shell_completes_files_where_a_flag_wants_one(words: list[str], directive: int) -> None:
    assert candidates(words, Settings({}))[1] == directive
