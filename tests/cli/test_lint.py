"""`lint` reads files, folders and stdin, and says in three ways what is wrong with them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.resolve.test_lint_yaml import BOMB

from .program import Answer, process

if TYPE_CHECKING:
    from .program import Terminal

RIGHT = (Path(__file__).parents[2] / "docs/api/examples/retentionpolicy.yaml").read_text()
WRONG = RIGHT.replace("6mo", "a week, or so")
MESSAGE = "RetentionPolicy demo/keep-half-a-year: spec.maxRetentionPeriod: "


MEASURED = """
import pathlib, sys
from kubectl_kubestash.cli.main import run
code = run(sys.argv[1:])
# Not ru_maxrss: that begins with what the process had from which this one was started.
status = pathlib.Path("/proc/self/status").read_text().split()
print(status[status.index("VmHWM:") + 1], file=sys.stderr)
sys.exit(code)
"""


def process_with_memory(*words: str) -> Answer:
    """A process whose last word on stderr is the most memory that it had, in KiB."""
    argv = [sys.executable, "-c", MEASURED, *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=240)
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "right.yaml").write_text(RIGHT)
    (tmp_path / "deep" / "wrong.yml").write_text(WRONG)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "hidden.yaml").write_text("a: [")
    (tmp_path / "notes.txt").write_text("a: [")
    return tmp_path


def test_no_mistakes_end_with_zero_and_mistakes_with_one(terminal: Terminal, folder: Path) -> None:
    fine = terminal("lint", "-f", str(folder / "right.yaml"))
    wrong = terminal("lint", "-f", str(folder))

    assert (fine.code, fine.out, fine.err) == (0, "", "1 manifest, 0 errors, 0 warnings\n")
    assert (wrong.code, wrong.err) == (1, "2 manifests, 1 error, 0 warnings\n")
    head, row = wrong.out.splitlines()
    assert head.split() == ["PLACE", "LEVEL", "REASON", "MESSAGE"]
    assert row.split()[:3] == [f"{folder}/deep/wrong.yml:9:3", "error", "InvalidPeriod"]
    assert MESSAGE in row


def test_a_program_gets_json(terminal: Terminal, folder: Path) -> None:
    answer = terminal("lint", "-f", str(folder / "deep"), "-o", "json")

    [finding] = json.loads(answer.out)
    assert finding.pop("message").startswith(MESSAGE)
    assert finding == {
        "file": f"{folder}/deep/wrong.yml",
        "line": 9,
        "column": 3,
        "level": "error",
        "reason": "InvalidPeriod",
        "object": "RetentionPolicy demo/keep-half-a-year",
        "field": "spec.maxRetentionPeriod",
    }
    assert json.loads(terminal("lint", "-f", str(folder / "right.yaml"), "-o", "json").out) == []


def test_a_pull_request_gets_annotations(terminal: Terminal, folder: Path) -> None:
    (folder / "a,b.yaml").write_text(WRONG)

    answer = terminal("lint", "-f", str(folder / "a,b.yaml"), "-o", "github")

    place = f"file={folder}/a%2Cb.yaml,line=9,col=3,title=InvalidPeriod"
    assert answer.out.startswith(f"::error {place}::{MESSAGE}")
    assert answer.out.count("\n") == 1


def test_stdin_is_a_file_like_any_other() -> None:
    answer = process("lint", "-f", "-", stdin=WRONG)

    assert answer.code == 1
    assert "stdin:9:3" in answer.out


def test_a_file_that_is_named_twice_is_judged_once(terminal: Terminal, folder: Path) -> None:
    answer = terminal("lint", "-f", str(folder / "deep"), "-f", str(folder / "deep/wrong.yml"))

    assert answer.err == "1 manifest, 1 error, 0 warnings\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-f", "/no/such/file.yaml"), "error: -f /no/such/file.yaml: No such file or directory"),
        (("-f", "x", "-o", "xml"), "error: -o xml is not known"),
        ((), "error: Missing option '--filename' / '-f'"),
        (("-f", "."), "error: -f .: there is no file that ends in .yaml, .yml, .json"),
    ],
)
def test_trouble_ends_with_two(
    terminal: Terminal,
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    answer = terminal("lint", *words)

    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_files_that_are_no_manifests_are_told_with_their_names(tmp_path: Path) -> None:
    hostile = {
        "empty.yaml": b"",
        "comments.yaml": b"# nothing\n---\n",
        "binary.yaml": bytes(range(256)),
        "utf16.yaml": RIGHT.encode("utf-16"),
        "bomb.yaml": BOMB.encode(),
        "deep.json": b"[" * 1_000_000,
        "long.yaml": b"a: " + b"x" * 3_000_000,
        "large.yaml": b"- a\n" * 2_000_000,
        "many.yaml": b"- a\n" * 1_000_000,
        "tabs.yaml": b"a:\n\tb: 1\n",
        "object.yaml": b"kind: {a: b}\n",
    }
    for name, data in hostile.items():
        (tmp_path / name).write_bytes(data)

    answer = process_with_memory("lint", "-f", str(tmp_path), "-o", "json")

    found = {Path(one["file"]).name: one["reason"] for one in json.loads(answer.out)}
    assert answer.code == 1
    assert "Traceback" not in answer.err
    assert found == {
        "binary.yaml": "NotReadable",
        "utf16.yaml": "NotReadable",
        "bomb.yaml": "TooLarge",
        "deep.json": "TooDeep",
        "long.yaml": "NotAnObject",
        "large.yaml": "NotReadable",
        "many.yaml": "TooLarge",
        "tabs.yaml": "InvalidYaml",
        "object.yaml": "NotAnObject",
    }
    assert int(answer.err.split()[-1]) < 150 * 1024
