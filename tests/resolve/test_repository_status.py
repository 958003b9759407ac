"""What a Repository says of its Snapshots."""

from __future__ import annotations

from typing import Any

from kubectl_kubestash.resolve import repository_status


def snapshot(name: str, hour: int, **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "spec": {"session": "daily"},
        "status": {
            "phase": "Succeeded",
            "snapshotTime": f"2025-06-01T{hour:02}:00:00Z",
            "components": {
                "dump": {"path": "p", "size": "1.500 MiB", "integrity": True, "repositoryID": "r"}
            },
            **status,
        },
    }


def test_a_repository_lists_its_five_newest_snapshots_oldest_first() -> None:
    found = [snapshot(f"s{hour}", hour) for hour in (7, 3, 5, 1, 6, 2, 4)]

    figures = repository_status.figures(found, {})

    assert [entry["name"] for entry in figures["recentSnapshots"]] == ["s3", "s4", "s5", "s6", "s7"]
    assert figures["snapshotCount"] == 7
    assert figures["lastBackupTime"] == "2025-06-01T07:00:00Z"
    assert figures["componentPaths"] == ["p"]
    assert figures["resticRepositories"] == {"p": "r"}
    assert figures["size"] == "1.500 MiB"


def test_a_measured_size_wins_over_a_recorded_one_and_that_over_a_sum() -> None:
    found = [snapshot("s1", 1)]

    measured = repository_status.figures(found, {"size": "9.000 MiB"}, size=3 << 20)["size"]
    recorded = repository_status.figures(found, {"size": "9.000 MiB"})["size"]

    assert (measured, recorded) == ("3.000 MiB", "9.000 MiB")


def test_a_failed_snapshot_is_not_the_last_backup() -> None:
    found = [snapshot("good", 1), snapshot("bad", 2, phase="Failed")]

    assert repository_status.figures(found, {})["lastBackupTime"] == "2025-06-01T01:00:00Z"


def test_paths_that_were_ever_seen_stay() -> None:
    figures = repository_status.figures([], {"componentPaths": ["old"]})

    assert figures["componentPaths"] == ["old"]
    assert "lastBackupTime" not in figures


def test_places_that_no_snapshot_names_any_more_do_not_pile_up_for_ever() -> None:
    """Nodes come and go, and each was a place of its own for a DaemonSet."""
    paths = [f"node-{number:04}" for number in range(500)]
    recorded = {
        "componentPaths": ["p", *paths],
        "resticRepositories": dict.fromkeys(["p", *paths], "r"),
        "resticConfigs": dict.fromkeys(paths, "c"),
    }

    figures = repository_status.figures([snapshot("s1", 1)], recorded)

    assert len(figures["componentPaths"]) == repository_status.FORMER + 1
    assert "p" in figures["componentPaths"]
    kept = {path: found for path, found in figures["resticRepositories"].items() if found}
    assert set(kept) == set(figures["componentPaths"])
    assert figures["resticConfigs"]["node-0499"] is None


def test_ff_3_7_another_restic_repository_at_the_same_path_is_told() -> None:
    recorded = {"resticRepositories": {"p": "other"}}

    assert "was other before" in repository_status.differing_identity(recorded, snapshot("s", 1))
    assert repository_status.differing_identity({}, snapshot("s", 1)) == ""
