"""The chain of causes: each link names what is below it."""

from __future__ import annotations

from kubectl_kubestash.views import causes

from .builders import NOW, condition, session, snapshot


def test_a_failed_backup_leads_to_what_the_tool_said_and_to_the_cluster() -> None:
    failed = session("Failed", condition("BackupExecutorEnsured", "False", message="no Job"))
    failed["status"]["retentionPolicy"] = [{"repository": "repo", "error": "locked"}]
    component = {
        "phase": "Failed",
        "error": "unable to open\nis the bucket there?",
        "claim": {"pod": "p-1"},
    }
    event = {"type": "Warning", "reason": "FailedMount", "message": "no Secret"}

    chain = causes.of_backup(failed, [snapshot(component)], [event, {"type": "Normal"}], NOW)

    assert [(cause.depth, cause.state) for cause in chain] == [
        (0, "failed"), (1, "waiting"), (2, "failed"), (1, "failed"), (1, "failed"), (1, "failed"),
    ]  # fmt: skip
    assert chain[0].text.startswith("BackupSession demo/files-hourly-1 Failed, begun ")
    assert chain[2].text == "dump Failed in pod p-1"
    assert chain[2].lines == ("unable to open", "is the bucket there?")
    assert [cause.lines for cause in chain[3:]] == [("no Job",), ("locked",), ("no Secret",)]


def test_a_good_backup_has_no_cause() -> None:
    good = session("Succeeded", condition("SnapshotsEnsured"))

    assert [cause.state for cause in causes.of_backup(good, [], [], NOW)] == ["done"]


def test_a_skipped_backup_says_by_what() -> None:
    skipped = session("Skipped", condition("BackupSkipped", message="files-1 is running"))

    chain = causes.of_backup(skipped, [], [], NOW)

    assert chain[1] == causes.Cause(1, "skipped", "BackupSkipped", ("files-1 is running",))


def test_a_failed_restore_leads_to_its_component() -> None:
    restore = {
        "metadata": {"name": "r", "namespace": "demo"},
        "status": {
            "phase": "Failed",
            "components": {"dump": {"phase": "Failed", "error": "no such file"}, "b": {}},
            "conditions": [condition("RestoreIncomplete", message="1 of 2 components")],
        },
    }

    chain = causes.of_restore(restore, [], NOW)

    assert [cause.text for cause in chain[1:]] == ["b Pending", "dump Failed", "RestoreIncomplete"]
    assert chain[2].lines == ("no such file",)
