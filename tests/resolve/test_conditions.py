from __future__ import annotations

from datetime import timedelta

from kubectl_kubestash.resolve import conditions
from kubectl_kubestash.resolve.conditions import METRICS_PUSHED, VALIDATION_PASSED, with_condition

from .builders import NOW

LATER = NOW + timedelta(hours=1)


def test_a_new_condition_comes_last() -> None:
    first = with_condition([], VALIDATION_PASSED, True, "fine", now=NOW)
    both = with_condition(first, METRICS_PUSHED, False, "no", now=LATER)
    assert both == [
        {
            "type": "ValidationPassed",
            "status": "True",
            "reason": "ResourceValidationPassed",
            "message": "fine",
            "lastTransitionTime": "2026-11-21T12:00:00Z",
        },
        {
            "type": "MetricsPushed",
            "status": "False",
            "reason": "FailedToPushMetrics",
            "message": "no",
            "lastTransitionTime": "2026-11-21T13:00:00Z",
        },
    ]


def test_the_same_observation_changes_nothing() -> None:
    before = with_condition([], VALIDATION_PASSED, True, "fine", now=NOW)
    assert with_condition(before, VALIDATION_PASSED, True, "fine", now=LATER) == before


def test_an_entry_without_a_message_is_like_one_with_an_empty_message() -> None:
    before = with_condition([], VALIDATION_PASSED, True, now=NOW)
    without = [{key: value for key, value in before[0].items() if key != "message"}]
    assert with_condition(without, VALIDATION_PASSED, True, now=LATER) == without


def test_another_message_replaces_the_entry_in_its_place() -> None:
    before = with_condition([], VALIDATION_PASSED, True, "fine", now=NOW)
    before = with_condition(before, METRICS_PUSHED, True, now=NOW)
    after = with_condition(before, VALIDATION_PASSED, True, "better", now=LATER)
    assert [entry["type"] for entry in after] == ["ValidationPassed", "MetricsPushed"]
    assert after[0]["lastTransitionTime"] == "2026-11-21T13:00:00Z"
    assert after[1] == before[1]


def test_a_condition_is_true_false_or_not_there() -> None:
    held = with_condition([], VALIDATION_PASSED, False, now=NOW)
    assert conditions.is_false(held, VALIDATION_PASSED)
    assert not conditions.is_true(held, VALIDATION_PASSED)
    assert not conditions.is_false(held, METRICS_PUSHED)
    assert conditions.status_of(held, METRICS_PUSHED) is None
    assert conditions.status_of([{"type": "MetricsPushed"}], METRICS_PUSHED) == "Unknown"


def test_the_first_false_one_speaks() -> None:
    held = with_condition([], VALIDATION_PASSED, False, now=NOW)
    held = with_condition(held, METRICS_PUSHED, False, "nowhere to push", now=NOW)
    kinds = (METRICS_PUSHED, VALIDATION_PASSED)
    assert conditions.first_false_message(held, kinds) == "nowhere to push"
    assert conditions.first_false_message(held, kinds[1:]) == "ResourceValidationFailed"
    assert conditions.first_false_message([], kinds) == ""
