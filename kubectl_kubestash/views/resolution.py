"""A Job made from an Addon's task, with where each of its values came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .fields import at, items, name_of, namespace_of, text, texts
from .section import Section, present

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .fields import Raw


def explain(job: Raw, sources: Mapping[str, Mapping[str, str]]) -> list[Section]:
    """The Job in words; `sources` has, by name of container, the origin of each value."""
    spec = at(job, "spec", "template", "spec")
    head = Section(
        fields=present(
            [
                ("Job", f"{namespace_of(job)}/{name_of(job)}   (not created)"),
                ("Runs as", _user(spec)),
                ("Account", text(spec, "serviceAccountName")),
            ]
        )
    )
    containers = [*items(spec, "initContainers"), *items(spec, "containers")]
    merged = {k: v for origin in sources.values() for k, v in origin.items()}
    return [
        head,
        *(_container(container, sources.get(name_of_container(container), {}))
          for container in containers),
        Section("Volumes", columns=("NAME", "IS", "FROM"), rows=tuple(_volumes(spec, merged))),
    ]  # fmt: skip


def name_of_container(container: Raw) -> str:
    """The container's name."""
    return text(container, "name")


def _container(container: Raw, origin: Mapping[str, str]) -> Section:
    rows = [("image", text(container, "image"), origin.get("image", ""))]
    for field in ("command", "args"):
        for number, value in enumerate(texts(container, field)):
            path = f"{field}[{number}]"
            rows.append((path, value, origin.get(path, "")))
    for variable in items(container, "env"):
        name = f"env {text(variable, 'name')}"
        value = text(variable, "value") or ", ".join(at(variable, "valueFrom") or {})
        rows.append((name, value, "set by the operator"))
    for mount in items(container, "volumeMounts"):
        where = text(mount, "mountPath") + (" (read only)" if at(mount, "readOnly") else "")
        rows.append((f"mount {text(mount, 'name')}", where, ""))
    title = f"Container {name_of_container(container)}"
    return Section(title, columns=("VALUE", "IS", "FROM"), rows=tuple(rows))


def _volumes(spec: Raw, origin: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for volume in items(spec, "volumes"):
        name = text(volume, "name")
        kind = next((key for key in volume if key != "name"), "emptyDir")
        detail = text(volume, kind, "claimName") or text(volume, kind, "path")
        yield name, f"{kind} {detail}".strip(), origin.get(f"volumes[{name}]", "")


def _user(spec: Raw) -> str:
    user = text(spec, "securityContext", "runAsUser")
    return f"user {user}" if user else ""
