from __future__ import annotations

from kubectl_kubestash.views import progress

from .builders import running


def test_progress_has_rate_and_time_left() -> None:
    found = progress.of_component(running())

    assert str(found) == "61%  467/766 MiB  6.7 MiB/s  ETA 45s"


def test_a_component_that_has_not_started_has_none() -> None:
    assert progress.of_component({"phase": "Pending"}) is None


def test_several_paths_are_one_progress_by_their_bytes() -> None:
    one = running(backupDone="100MB", total="100MB")["resticStats"][0]
    two = running(backupDone="0B", total="300MB")["resticStats"][0]

    found = progress.of_component({"phase": "Running", "resticStats": [one, two]})

    assert found is not None
    assert found.percent == 25


def test_a_restore_reports_in_its_own_field() -> None:
    figures = {"restoreDone": "5MB", "total": "10MB", "percentDone": "50%", "secondsElapsed": 1}
    found = progress.of_component({"progress": figures})

    assert found is not None
    assert (found.percent, found.left) == (50, "1s")


def test_nonsense_does_not_stop_the_display() -> None:
    found = progress.of_component(running(percent="?", backupDone="?", total="?", speed="?"))

    assert found is not None
    assert found.percent == 0


def test_a_bar_is_as_full_as_the_percentage() -> None:
    assert progress.bar(61, full="#", empty="-") == "######----"
    assert progress.bar(0, full="#", empty="-") == "----------"
    assert progress.bar(100, full="#", empty="-") == "##########"
