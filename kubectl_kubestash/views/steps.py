"""Steps of a run, from the times at which its conditions changed and from its components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resolve.durations import format_duration
from . import progress, size
from .fields import at, condition, created, items, short_duration, text, time_of
from .section import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from .fields import Raw

_STATES = {"Succeeded": "done", "Failed": "failed", "Invalid": "failed", "Running": "running"}


def step_times(session: Raw) -> Mapping[str, timedelta]:
    """How long each condition took: since the one before it, or since the session was made."""
    before = created(session)
    times: dict[str, timedelta] = {}
    for entry in items(session, "status", "conditions"):
        changed = time_of(entry.get("lastTransitionTime"))
        if changed is not None and before is not None and changed >= before:
            times[text(entry, "type")] = changed - before
        before = changed or before
    return times


def condition_steps(
    session: Raw,
    kinds: tuple[tuple[str, str, bool], ...],
    times: Mapping[str, timedelta],
    *,
    ended: bool,
) -> list[Step]:
    """The steps that these conditions stand for: type, title, and whether every run has it.

    A step that has not come yet waits, unless the run has ended without it.
    """
    found = []
    for kind, title, always in kinds:
        entry = condition(session, kind)
        took = format_duration(times[kind]) if kind in times else ""
        if entry is not None:
            done = entry.get("status") == "True"
            why = "" if done else text(entry, "message") or text(entry, "reason")
            found.append(Step("done" if done else "failed", title, took, why))
        elif always and not ended:
            found.append(Step("waiting", title))
    return found


def component_step(title: str, component: Raw) -> Step:
    """One component of a backup or a restore."""
    state = _STATES.get(text(component, "phase"), "waiting")
    took = short_duration(text(component, "duration"))
    if state == "failed":
        return Step(state, title, took, text(component, "error"))
    figure = progress.of_component(component)
    if state == "running" and figure is not None:
        return Step(state, title, took, str(figure), figure.percent)
    return Step(state, title, took, result(component))


def current(steps: Iterable[Step]) -> str:
    """What a run is at: the title of the first step that is not done; empty when all are."""
    return next((one.title for one in steps if one.state in {"running", "waiting"}), "")


def result(component: Raw) -> str:
    """What a component amounts to: its size, what was restored, whether it is sound."""
    parts = [size.brief(text(component, "size"))]
    if (restored := at(component, "restoredBytes")) is not None:
        count = text(component, "restoredFiles")
        files = "file" if count == "1" else "files"
        parts.append(f"{size.show(int(restored))} in {count} {files}")
    if at(component, "integrity") is False:
        parts.append("integrity broken")
    return ", ".join(part for part in parts if part)
