"""Command lines as values: complete, without secrets, and with the meaning of exit codes."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash import errors
from kubectl_kubestash.runner import command
from kubectl_kubestash.runner.__main__ import main
from kubectl_kubestash.runner.command import ResticRepository

if TYPE_CHECKING:
    from pathlib import Path

REPOSITORY = ResticRepository(
    place="Repository demo/files, dump",
    program=("restic",),
    flags=("--no-cache",),
    environment={"RESTIC_PASSWORD": "hunter2"},
)


def test_a_backup_names_host_tag_and_path_and_no_secret() -> None:
    line = command.backup(REPOSITORY, "/-data", host="pod-a", tag="ULID", excludes=["*.tmp", "a b"])

    assert str(line) == (
        "restic backup --json --quiet --host pod-a --tag ULID --group-by paths "
        "--exclude '*.tmp' --exclude 'a b' --no-cache -- /-data"
    )
    assert "hunter2" not in repr(line)


def test_a_restore_names_the_snapshot_and_only_what_is_below_the_path() -> None:
    line = command.restore(REPOSITORY, "f00", "/kubestash-data")

    assert str(line) == (
        "restic restore f00:/kubestash-data --target /kubestash-data --json --sparse --no-cache"
    )


def test_reads_take_no_lock() -> None:
    assert "--no-lock" in REPOSITORY.reader("snapshots").argv


def test_restic_is_started_as_nicely_as_asked() -> None:
    nice = {"NICE_ADJUSTMENT": "5", "IONICE_CLASS": "2", "IONICE_CLASS_DATA": "4"}

    assert command.program("restic", nice) == (
        "ionice",
        "-c",
        "2",
        "-n",
        "4",
        "nice",
        "-n",
        "5",
        "restic",
    )
    assert command.program("restic", {}) == ("restic",)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1, errors.ToolError),
        (3, errors.SourceIncomplete),
        (10, errors.RepositoryMissing),
        (11, errors.RepositoryLocked),
        (12, errors.WrongPassword),
        (77, errors.ToolError),
        (-9, errors.ToolError),
    ],
)
def test_an_exit_code_has_its_error(code: int, kind: type[errors.ToolError]) -> None:
    error = command.error_for(code, "restic backup", "last words")

    assert type(error) is kind
    assert error.exit_code == code
    assert "last words" in error.message


@pytest.mark.parametrize("version", ["0.17.1", "0.18.1", "1.0.0"])
def test_a_restic_that_is_new_enough_is_taken(version: str) -> None:
    command.check_version(f"restic {version} compiled with go1.24 on linux/amd64")


@pytest.mark.parametrize("printed", ["restic 0.17.0 compiled", "borg 1.4", ""])
def test_any_other_is_refused(printed: str) -> None:
    with pytest.raises(errors.Unsupported):
        command.check_version(printed)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["backup"],
        ["backup", "--namespace=demo", "--backupsession=s", "--surprise=1"],
        ["backup", "--namespace=demo", "--backupses=s"],
        ["unknown"],
    ],
)
def test_a_command_line_that_cannot_be_right_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2


def test_a_scratch_directory_that_cannot_be_used_is_named_also_in_the_termination_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kubeconfig, message = tmp_path / "config", tmp_path / "message"
    kubeconfig.write_text(
        "{current-context: c, contexts: [{name: c, context: {cluster: c}}],"
        " clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]}"
    )
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    monkeypatch.setenv("KUBESTASH_TERMINATION_FILE", str(message))
    arguments = ["init-repository", "--namespace=demo", "--repository=r"]

    code = main([*arguments, f"--scratch-dir={kubeconfig}/below"])

    assert code == 2
    assert f"--scratch-dir: {kubeconfig}/below cannot be used" in capsys.readouterr().err
    assert message.read_text().startswith("--scratch-dir")


def test_help_is_fast_and_loads_neither_pydantic_nor_obstore() -> None:
    program = (
        "import sys, contextlib\n"
        "from kubectl_kubestash.runner.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "print({'pydantic', 'obstore', 'yaml'} & set(sys.modules))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert done.stdout.strip().endswith("set()")
    # Processor time: what other processes take must not fail this.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime <= 0.2
