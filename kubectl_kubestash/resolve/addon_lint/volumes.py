"""Do the volumes of a task and its mounts belong together?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import SubstitutionError
from ..substitution import expand
from ..task_findings import PLACEHOLDERS
from ..wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..findings import Finding
    from .subject import Subject


class _Mount(NamedTuple):
    field: str
    name: str
    path: str


def volume_problems(subject: Subject) -> Iterator[Finding]:
    """Objections to `volumeTemplate` and to the mounts of the task and its Function."""
    volumes = [_plain(volume.name) for volume in subject.task.volume_template]
    mounts = list(_mounts(subject))
    used = {mount.name for mount in mounts}
    counts = Counter(volumes)
    for index, (name, volume) in enumerate(zip(volumes, subject.task.volume_template, strict=True)):
        field = f"volumeTemplate[{index}]"
        if counts[name] > 1:
            message = f"{counts[name]} volumes are named {name!r}."
            yield subject.finding("DuplicateVolume", f"{field}.name", message)
        if not volume.source:
            message = f"the volume {name!r} has no source, such as emptyDir."
            yield subject.finding("VolumeWithoutSource", field, message)
        if name not in used and subject.function is not None:
            message = f"nothing mounts the volume {name!r}."
            yield subject.finding("VolumeWithoutMount", field, message)
    yield from _without_volume(subject, mounts, volumes)


def _without_volume(
    subject: Subject, mounts: Sequence[_Mount], volumes: Sequence[str]
) -> Iterator[Finding]:
    paths = Counter(mount.path for mount in mounts if not mount.field.startswith("passThrough"))
    for mount in mounts:
        if mount.name not in volumes and "${" not in mount.name:
            hint = did_you_mean(mount.name, volumes)
            message = f"there is no volume {mount.name!r} in volumeTemplate.{hint}"
            yield subject.finding("MountWithoutVolume", mount.field, message)
        if paths[mount.path] > 1:
            message = f"{paths[mount.path]} volumes are mounted at {mount.path}."
            yield subject.finding("DuplicateMountPath", mount.field, message)
            paths[mount.path] = 0


def _mounts(subject: Subject) -> Iterator[_Mount]:
    task, function = subject.task, subject.function
    of_function = [*function.spec.volume_mounts] if function else []
    for field, mounts in (
        ("volumeMounts", task.volume_mounts),
        ("passThroughMounts", task.pass_through_mounts),
    ):
        for index, mount in enumerate(mounts):
            yield _mount(f"{field}[{index}]", mount)
    for mount in of_function:
        yield _mount("function", mount)
    for device in function.spec.volume_devices if function else ():
        yield _Mount("function", _plain(str(device.get("name", ""))), str(device.get("devicePath")))


def _mount(field: str, mount: Mapping[str, Any]) -> _Mount:
    path = str(mount.get("mountPath", "")).rstrip("/") or "/"
    return _Mount(field, _plain(str(mount.get("name", ""))), path)


def _plain(name: str) -> str:
    """The name with its placeholders filled in; unchanged when it holds other variables."""
    try:
        return expand(name, PLACEHOLDERS)
    except SubstitutionError:
        return name
