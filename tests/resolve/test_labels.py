from __future__ import annotations

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.resolve import labels


def test_what_a_session_makes_is_found_by_its_name() -> None:
    found = labels.of_run("BackupSession", ObjectKey("demo", "run"), labels.BACKUP, session="full")
    assert found == {
        "app.kubernetes.io/managed-by": "kubestash.com",
        "app.kubernetes.io/component": "kubestash-backup",
        "kubestash.com/invoker-kind": "BackupSession",
        "kubestash.com/invoker-name": "run",
        "kubestash.com/invoker-namespace": "demo",
        "kubestash.com/session-name": "full",
    }


def test_what_has_no_session_says_nothing_of_one() -> None:
    found = labels.of_run("RestoreSession", ObjectKey("demo", "back"), labels.RESTORE)
    assert labels.SESSION_NAME not in found


def test_a_snapshot_names_its_application_and_repository() -> None:
    found = labels.of_snapshot("repo", "PersistentVolumeClaim", ObjectKey("demo", "files"))
    assert found == {
        "kubestash.com/app-ref-kind": "PersistentVolumeClaim",
        "kubestash.com/app-ref-namespace": "demo",
        "kubestash.com/app-ref-name": "files",
        "kubestash.com/repo-name": "repo",
    }


def test_ff_10_2_long_names_are_cut_to_fit_a_label() -> None:
    key = ObjectKey("demo", "x" * 253)
    values = labels.of_run("BackupSession", key, labels.BACKUP, session="y" * 253).values()
    assert max(map(len, values)) == 63


def test_a_selector_lists_all_labels_in_order() -> None:
    assert labels.selector({"b": "2", "a": "1"}) == "a=1,b=2"
