"""`convert` reads files, folders and stdin, and says what could not be carried over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cli.program import process
from tests.resolve.test_lint_yaml import BOMB

from .stash_manifests import STASH

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.program import Answer, Terminal

FINE = """\
apiVersion: stash.appscode.com/v1alpha1
kind: Repository
metadata: {name: fine}
spec:
  backend: {s3: {bucket: b}, storageSecretName: s}
"""


def test_what_it_writes_passes_lint(converted: Answer, terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "made.yaml").write_text(converted.out)

    answer = terminal("lint", "-f", str(tmp_path), "-o", "json")

    assert [one for one in json.loads(answer.out) if one["level"] == "error"] == []
    assert answer.code == 0


def test_documents_keep_their_order_and_their_comments(converted: Answer) -> None:
    documents = list(yaml.safe_load_all(converted.out))
    texts = converted.out.split("---\n")

    kinds = [document["kind"] for document in documents]
    of_blueprint = ["BackupStorage", "RetentionPolicy", "HookTemplate", "BackupBlueprint"]
    assert kinds[:6] == [*of_blueprint, "BackupStorage", "Function"]
    (shop,) = [text for text in texts if "\n  name: shop-repo\n" in text]
    lines = shop.splitlines()
    assert lines[:3] == [
        "# The backups of the shop.",
        "# shared with the wiki",
        f"# Repository demo/shop-repo of Stash, {STASH}/files.yaml:2",
    ]
    assert lines[3].startswith("# review: spec: ")


def test_the_report_names_file_line_and_field(terminal: Terminal, tmp_path: Path) -> None:
    report = tmp_path / "report.json"

    answer = terminal("convert", "-f", str(STASH / "files.yaml"), "--report", str(report))

    assert answer.code == 1
    told = {(one["object"], one["field"]): one for one in json.loads(report.read_text())}
    lost = told["BackupConfiguration demo/shop", "spec.runtimeSettings.pod.nodeName"]
    text = (STASH / "files.yaml").read_text().splitlines()
    assert "nodeName" in text[lost["line"] - 1]
    assert lost["level"] == "lost"
    assert told["StatefulSet demo/shop", ""]["level"] == "needless"
    assert f"{lost['file']}:{lost['line']}" in answer.err
    assert answer.err.endswith("; 1 object of others left alone\n")


def test_all_carried_over_ends_with_zero(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "fine.yaml").write_text(FINE)

    answer = terminal("convert", "-f", str(tmp_path), "-o", "json")

    assert answer.code == 0
    assert json.loads(answer.out)["kind"] == "BackupStorage"
    assert answer.err.splitlines()[-1] == "0 lost, 1 to review, 0 needless"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("apiVersion: v1\nkind: Pod\n", 0, "nothing of Stash was found; 1 object of others left"),
        ("# a comment\n---\n", 0, "nothing of Stash was found\n"),
        ("kind: Pod\n---\n- a list\n", 2, "in.yaml:2:1: this is no Kubernetes object"),
        ("only words\n", 2, "in.yaml:1:1: this is no Kubernetes object"),
        (None, 2, "there is no file that ends in .yaml, .yml, .json"),
    ],
)
def test_what_holds_nothing_of_stash_is_told(
    terminal: Terminal, tmp_path: Path, content: str | None, code: int, said: str
) -> None:
    if content is not None:
        (tmp_path / "in.yaml").write_text(content)

    answer = terminal("convert", "-f", str(tmp_path))

    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_a_folder_is_written_beside_file_by_file_and_never_over(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / "old" / "deep" / "a.yml").write_text(FINE)
    (tmp_path / "old" / "other.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n")
    words = ("convert", "-f", str(tmp_path / "old"), "-o", str(tmp_path / "new"))

    first, again = terminal(*words), terminal(*words)

    assert (first.code, first.out, again.code) == (0, "", 8)
    made = [str(path.relative_to(tmp_path / "new")) for path in (tmp_path / "new").rglob("*.yaml")]
    assert made == ["deep/a.yaml"]
    assert "is there already" in again.err


def test_stdin_is_read_and_a_list_of_the_server_is_as_good_as_documents() -> None:
    (item,) = yaml.safe_load_all(FINE)
    server = {"uid": "u", "resourceVersion": "5", "creationTimestamp": "2026-01-02T03:04:05Z"}
    item["metadata"] |= server
    items = {"apiVersion": "v1", "kind": "List", "items": [item, item | {"kind": "BackupBatch"}]}

    answer = process("convert", "-f", "-", stdin=json.dumps(items))

    assert answer.code == 1
    assert yaml.safe_load(answer.out)["metadata"] == {"name": "fine"}
    assert "KubeStash has nothing like the kind BackupBatch" in answer.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "bad.yaml:"),
        ("a: 1\na: 2\n", "bad.yaml:2:1: "),
        ("a: !!x 1", "bad.yaml:1:"),
        (BOMB, "values, aliases written out"),
    ],
)
def test_a_file_that_cannot_be_read_is_trouble(
    text: str, said: str, terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text(text)

    answer = terminal("convert", "-f", str(tmp_path))

    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_form_that_is_not_known_is_no_folder(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "fine.yaml").write_text(FINE)

    answer = terminal("convert", "-f", str(tmp_path), "-o", "table")

    assert answer.code == 2
    assert "choose yaml, json, or a folder" in answer.err


def test_the_encryption_secret_can_be_named(terminal: Terminal) -> None:
    flags = ("--encryption-secret-name", "key", "--encryption-secret-namespace", "vault")

    answer = terminal("convert", "-f", str(STASH / "database.yaml"), *flags)

    made = [one for one in yaml.safe_load_all(answer.out) if one["kind"] == "RestoreSession"]
    secret = made[0]["spec"]["dataSource"]["encryptionSecret"]
    assert secret == {"name": "key", "namespace": "vault"}


def test_the_flags_of_kubestash_s_own_convert_are_understood(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "fine.yaml").write_text(FINE)
    folders = ("--source-dir", str(tmp_path / "old"), "--target-dir", str(tmp_path / "new"))

    answer, nothing = terminal("convert", *folders), terminal("convert")

    assert (answer.code, nothing.code) == (0, 2)
    assert (tmp_path / "new" / "fine.yaml").is_file()
    assert "what is to be converted?" in nothing.err
