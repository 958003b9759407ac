from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from kubectl_kubestash.cli import output
from kubectl_kubestash.cli.tables import lines
from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.views.cells import width

ITEM: dict[str, Any] = {
    "apiVersion": "core.kubestash.com/v1alpha1",
    "kind": "BackupSession",
    "metadata": {"name": "a", "namespace": "demo", "managedFields": [{"manager": "x"}]},
    "spec": {"session": "hourly"},
}


def printed(capsys: pytest.CaptureFixture[str], form: str, *items: dict[str, Any]) -> str:
    output.objects(list(items) or [ITEM], output.parse_format(form), single=not items)
    return capsys.readouterr().out


def test_columns_are_aligned_and_never_cut() -> None:
    rows = [["NAME", "PHASE"], ["x" * 300, "Succeeded"], ["y", ""]]

    assert list(lines(rows)) == [
        "NAME" + " " * 299 + "PHASE",
        "x" * 300 + "   Succeeded",
        "y",
    ]


def test_wide_letters_take_two_columns() -> None:
    assert width("日本") == 4
    assert list(lines([["日本", "a"], ["abcd", "b"]])) == ["日本   a", "abcd   b"]


def test_a_terminal_does_not_obey_data() -> None:
    assert list(lines([["a\x1b[31m\nb"]])) == ["a [31m b"]


def test_names_are_what_kubectl_takes_as_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "name") == "backupsession.core.kubestash.com/a\n"


def test_json_is_one_document_without_managed_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert "managedFields" not in json.loads(printed(capsys, "json"))["metadata"]


def test_several_objects_are_one_list(capsys: pytest.CaptureFixture[str]) -> None:
    document = yaml.safe_load(printed(capsys, "yaml", ITEM, ITEM))

    assert document["kind"] == "List"
    assert len(document["items"]) == 2


def test_templates_read_one_object_or_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "jsonpath={.spec.session}") == "hourly"
    assert printed(capsys, "jsonpath={.items[*].metadata.name}", ITEM, ITEM) == "a a"


def test_custom_columns_show_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "custom-columns=NAME:.metadata.name,PHASE:.status.phase")

    assert shown == "NAME   PHASE\na      <none>\n"


def test_columns_without_a_path_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="HEADER:"):
        printed(capsys, "custom-columns=NAME")


def test_manifests_are_documents_that_can_be_applied(capsys: pytest.CaptureFixture[str]) -> None:
    output.documents([ITEM, {**ITEM, "kind": "Other"}], output.parse_format(""))

    kinds = [document["kind"] for document in yaml.safe_load_all(capsys.readouterr().out)]
    assert kinds == ["BackupSession", "Other"]


def test_texts_of_several_lines_stay_readable(capsys: pytest.CaptureFixture[str]) -> None:
    text = output.to_yaml({"script": "a\nb\n"})

    assert text == "script: |\n  a\n  b\n"
