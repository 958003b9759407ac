"""A component of a BackupSession goes into its Repositories, or fails with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World


def test_a_backup_reports_its_snapshot_figures_and_integrity(world: World) -> None:
    session = world.start_session()

    assert world.backup(session)

    component = world.component(session)
    summary = component["resticStats"][0]["summary"]
    assert component["phase"] == "Succeeded"
    assert component["integrity"] is True
    assert component["size"].endswith(("B", "KiB"))
    assert (summary["hostPath"], summary["files"], summary["bytes"]) == (str(world.volume), 2, 11)
    assert world.stored() == [summary["id"]]
    assert component["claim"] == {"pod": "pod-a", "uid": "uid-of-pod-a", "node": "node"}


def test_a_whole_round_brings_everything_back(world: World) -> None:
    session = world.back_up()
    result = world.finish(session)["files"]
    (world.volume / "a.txt").unlink()
    (world.volume / "b.txt").write_text("changed")

    component = world.restore(session)

    assert (result["uploaded"], result["retention"], result["error"]) == (True, "Applied", "")
    assert component["phase"] == "Succeeded", component
    assert (world.volume / "a.txt").read_text() == "first"
    assert (world.volume / "b.txt").read_text() == "second"
    assert (component["restoredFiles"], component["restoredBytes"]) == (2, 11)
