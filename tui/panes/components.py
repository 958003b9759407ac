"""The components of a run: how far each is, how fast, where it runs, what it has stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubectl_kubestash.views import progress
from kubectl_kubestash.views.fields import items, mapping, name_of, text
from kubectl_kubestash.views.steps import component_step

from ..lines import NOTHING, line, step, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubectl_kubestash.views.fields import Raw

    from ..lines import Line
    from .subject import Subject


def lines(subject: Subject) -> list[Line]:
    """Each component, below its Snapshot where it is of a backup."""
    if not subject.is_backup:
        found = list(_components(mapping(subject.session, "status", "components")))
        return found or [line("no component has begun", "dim")]
    shown: list[Line] = []
    for snapshot in subject.snapshots:
        if shown:
            shown.append(NOTHING)
        phase = text(snapshot, "status", "phase") or "Pending"
        shown.append(title(f"Snapshot {name_of(snapshot)}  {phase}"))
        shown += _components(mapping(snapshot, "status", "components"))
    return shown or [line("there is no Snapshot yet", "dim")]


def _components(components: Mapping[str, Raw]) -> Iterator[Line]:
    for name, component in sorted(components.items()):
        yield step(component_step(name, component), indent=2)
        if where := _where(component):
            yield line(f"      {where}", "dim")
        for stats in items(component, "resticStats"):
            if said := _path(stats):
                yield line(f"      {said}", "dim")


def _where(component: Raw) -> str:
    pod, node = text(component, "claim", "pod"), text(component, "claim", "node")
    return f"pod {pod}" + (f" on node {node}" if node else "") if pod else ""


def _path(stats: Raw) -> str:
    """One path of several: how far it is, or what came of it."""
    summary = mapping(stats, "summary") or stats
    path, found = text(summary, "hostPath") or text(stats, "hostPath"), text(summary, "id")[:8]
    figure = progress.of_component({"resticStats": [stats]})
    said = [path, f"restic {found}" if found else "", str(figure) if figure and not found else ""]
    return "  ".join(part for part in said if part)
