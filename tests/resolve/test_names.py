from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_kubestash.resolve import names

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
object_names = st.text("ab09-.", max_size=251).map(lambda middle: f"a{middle}z")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (names.backup_session("files", "hourly", 17), "files-hourly-17"),
        (names.snapshot("repo", "files-hourly-17"), "repo-files-hourly-17"),
        (names.snapshot("repo", "by-hand"), "repo-by-hand"),
        (names.trigger("files", "hourly"), "trigger-files-hourly"),
        (names.backup_job("files-hourly-17"), "files-hourly-17"),
        (names.backup_job("files-hourly-17", "3"), "files-hourly-17-3"),
        (names.finish_job("files-hourly-17"), "retention-policy-files-hourly-17"),
        (names.finish_job("by-hand"), "retention-policy-by-hand"),
        (names.restore_job("back"), "back"),
        (names.restore_job("back", "3"), "back-3"),
        (names.init_job("s3"), "init-s3"),
        (names.init_job("s3", "Repository"), "init-repository-s3"),
        (names.cleanup_job("s3"), "cleanup-s3"),
        (names.cleanup_job("s3", "Snapshot"), "cleanup-snapshot-s3"),
        (names.volume("kubestash-tmp-volume"), "kubestash-tmp-volume"),
    ],
)
def test_names_are_made_from_names(made: str, expected: str) -> None:
    assert made == expected


def test_of_a_long_name_both_ends_are_left_with_a_hash_between() -> None:
    """KubeStash has no hash there: its name is the one that was used before."""
    parts = "kubedump-gcs-repository", "cluster-resources-backup-frequent-backup-1745301300"
    assert names.snapshot(*parts) == (
        "kubedump-gcs-repository-clu-61dd7bb5-frequent-backup-1745301300"
    )
    assert names.former_snapshot(*parts) == (
        "kubedump-gcs-repository-cluster-ckup-frequent-backup-1745301300"
    )


def _run(invoker: str, session: str) -> str:
    return names.backup_session(invoker, session, 1_700_000_000)


@given(object_names, object_names, object_names)
def test_ff_10_2_names_that_are_cut_are_different_for_other_names(
    first: str, second: str, session: str
) -> None:
    one, other = (f"{'x' * 40}-{name}-{'y' * 40}" for name in (first, second))
    made = [
        [make(name, session) for make in (names.trigger, names.snapshot, _run)]
        for name in (one, other)
    ]
    for mine, theirs in zip(*made, strict=True):
        assert (mine == theirs) == (first == second)
        assert NAME.fullmatch(mine)


def test_ff_10_2_long_names_that_are_divided_otherwise_are_different() -> None:
    long = "x" * 60
    assert names.trigger(f"db-{long}", "daily") != names.trigger("db", f"{long}-daily")


def test_the_time_of_a_run_is_never_cut_off() -> None:
    run = names.backup_session("x" * 200, "y" * 50, 1_700_000_000)
    assert run.endswith("-1700000000")
    assert names.snapshot("r" * 200, run).endswith("-1700000000")


def test_a_storage_and_a_repository_may_be_namesakes() -> None:
    kinds = ("BackupStorage", "Repository", "Snapshot")
    called = ("x", "repository-x", "snapshot-x", "backupstorage-x")
    made = [names.init_job(name, kind) for kind in kinds for name in called]
    assert len(set(made)) == len(made)


@given(object_names, object_names)
def test_ff_10_2_made_names_fit(first: str, second: str) -> None:
    run = names.backup_session(first, second, 1_700_000_000)
    made = [
        run,
        names.snapshot(first, run),
        names.backup_job(run, second),
        names.finish_job(run),
        names.restore_job(first, second),
        names.init_job(first, "Repository"),
        names.cleanup_job(second, "Snapshot"),
    ]
    assert max(map(len, made)) <= 63
    assert len(names.trigger(first, second)) <= 52


@given(object_names)
def test_ff_10_2_a_name_becomes_a_valid_label_value(name: str) -> None:
    assert len(names.unique(name)) <= 63
    assert LABEL_VALUE.fullmatch(names.unique(name))


@given(object_names)
def test_ff_10_2_a_volume_of_a_pod_has_a_dns_label(name: str) -> None:
    assert len(names.volume(name)) <= 63
    assert LABEL.fullmatch(names.volume(name))


@given(object_names, object_names)
def test_ff_10_2_two_long_names_stay_different(first: str, second: str) -> None:
    one, other = "x" * 200 + first, "x" * 200 + second
    assert (names.unique(one) == names.unique(other)) == (first == second)
    assert (names.volume(first) == names.volume(second)) == (first == second)
