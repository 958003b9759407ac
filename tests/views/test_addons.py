"""What cannot be run yet is told in the table of Addons and in their descriptions."""

from __future__ import annotations

from kubectl_kubestash.api.resources import ADDON, FUNCTION
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.cli.tables import lines
from kubectl_kubestash.views.addons import HEADERS, addon_rows
from kubectl_kubestash.views.describe import describe
from kubectl_kubestash.views.description import Related

from .builders import NOW

ADDONS = {each["metadata"]["name"]: each for each in documents() if each["kind"] == ADDON.kind}
FUNCTIONS = {
    each["metadata"]["name"]: each for each in documents() if each["kind"] == FUNCTION.kind
}


def test_the_table_says_of_each_task_whether_it_can_be_run() -> None:
    rows = addon_rows(list(ADDONS.values()), list(FUNCTIONS.values()))

    assert {row[3] for row in rows if row[0] == "mysql-addon"} == {"not yet"}
    assert [row[1:] for row in rows if row[0] == "pvc-addon"] == [
        ("logical-backup", "backup", "yes"),
        ("volume-snapshot", "backup", "not yet"),
        ("logical-backup-restore", "restore", "yes"),
        ("volume-clone", "restore", "yes"),
        ("volume-snapshot-restore", "restore", "not yet"),
    ]
    longest = max(len(line) for line in lines([HEADERS, *rows]))
    assert longest <= 80, "it is read on terminals of 80 columns"


def test_an_addon_of_somebody_else_is_taken_at_its_word() -> None:
    theirs = [{"metadata": {"name": "mysql-backup"}, "spec": {"args": ["backup"]}}]
    rows = addon_rows([ADDONS["mysql-addon"]], theirs)

    assert ("mysql-addon", "logical-backup", "backup", "yes") in rows
    assert addon_rows([{"metadata": {"name": "bare"}}], []) == [("bare", "-", "-", "-")]


def test_a_description_says_for_each_task_why_it_cannot_be_run() -> None:
    addon = describe(
        ADDON, ADDONS["mysql-addon"], Related(now=NOW, functions=list(FUNCTIONS.values()))
    )
    function = describe(FUNCTION, FUNCTIONS["mysql-backup"], Related(now=NOW))

    said = {section.title: dict(section.fields).get("Warning", "") for section in addon}
    assert said["Task logical-backup (backup)"] == (
        "not supported yet: this version has no command backup-mysql"
    )
    assert said["Task volume-snapshot (backup)"] == "driver VolumeSnapshotter is not supported yet"
    assert dict(function[0].fields)["Warning"].endswith("no command backup-mysql")
