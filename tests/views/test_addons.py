"""What cannot be run yet is told in the table of Addons and in their descriptions."""

from __future__ import annotations

from kubectl_kubestash.api.resources import ADDON, FUNCTION
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.views.addons import addon_rows
from kubectl_kubestash.views.describe import describe
from kubectl_kubestash.views.description import Related

from .builders import NOW

ADDONS = {each["metadata"]["name"]: each for each in documents() if each["kind"] == ADDON.kind}
FUNCTIONS = {
    each["metadata"]["name"]: each for each in documents() if each["kind"] == FUNCTION.kind
}


def test_the_table_names_the_tasks_that_cannot_be_run_yet() -> None:
    rows = {row[0]: row for row in addon_rows(list(ADDONS.values()), list(FUNCTIONS.values()))}

    assert rows["mysql-addon"][3] == "all tasks"
    assert rows["pvc-addon"] == (
        "pvc-addon",
        "logical-backup, volume-snapshot",
        "logical-backup-restore, volume-clone, volume-snapshot-restore",
        "volume-snapshot, volume-snapshot-restore",
    )


def test_an_addon_of_somebody_else_is_taken_at_its_word() -> None:
    theirs = [{"metadata": {"name": "mysql-backup"}, "spec": {"args": ["backup"]}}]
    [row] = addon_rows([ADDONS["mysql-addon"]], theirs)

    assert "logical-backup" not in row[3].split(", ")
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
