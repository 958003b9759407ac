"""Where are the volumes of a pod, and what of them does a container see?

All of them are directories below the folder of the sandbox. What a Secret, a ConfigMap or the
downward API says is written once, when the pod starts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...api.resources import CONFIG_MAP, PERSISTENT_VOLUME_CLAIM, SECRET, ObjectKey
from .bubblewrap import Mount
from .environment import NotYet, contents, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...kube.client import Object
    from .host import Host

Files = dict[str, tuple[bytes, int]]
"""Relative path to content and mode."""


class Volumes(NamedTuple):
    """What it takes to find the volumes of one pod."""

    pod: Object
    host: Host
    folder: Path
    """Where volumes are that live and die with the pod."""

    def mounts(self, container: Mapping[str, Any]) -> list[Mount]:
        """What the container asks for. Raises NotYet while something is missing."""
        named = {each["name"]: each for each in self.pod["spec"].get("volumes") or ()}
        asked = container.get("volumeMounts") or ()
        return [self._mount(each, named) for each in asked]

    def _mount(self, asked: Mapping[str, Any], named: Mapping[str, Object]) -> Mount:
        name = asked["name"]
        if name not in named:
            raise NotYet("CreateContainerConfigError", f'there is no volume "{name}"')
        place = self._place(named[name])
        below = asked.get("subPath") or ""
        inner = (place / below).resolve()
        if not inner.is_relative_to(place.resolve()):
            message = f"subPath {below} leads out of the volume {name}"
            raise NotYet("CreateContainerConfigError", message)
        if not inner.exists():
            inner.mkdir(mode=0o777, parents=True)
            inner.chmod(0o777)
        of_claim = (named[name].get("persistentVolumeClaim") or {}).get("readOnly")
        return Mount(inner, asked["mountPath"].rstrip("/"), bool(asked.get("readOnly") or of_claim))

    def _place(self, volume: Object) -> Path:
        if claim := volume.get("persistentVolumeClaim"):
            return self._claimed(claim["claimName"])
        if host := volume.get("hostPath"):
            return host_path(host, self.host.root)
        if "emptyDir" in volume:
            return self._own(volume["name"])
        return self._written(volume["name"], dict(self._files(volume)))

    def _claimed(self, name: str) -> Path:
        key = ObjectKey(self.pod["metadata"]["namespace"], name)
        claim = self.host.client.find(PERSISTENT_VOLUME_CLAIM, key)
        if claim is None:
            raise NotYet("ContainerCreating", f'persistentvolumeclaim "{name}" not found')
        if (claim.get("status") or {}).get("phase") != "Bound":
            raise NotYet("ContainerCreating", f'persistentvolumeclaim "{name}" is not bound')
        return self._shared(self.host.root / "volumes" / claim["spec"]["volumeName"])

    def _own(self, name: str) -> Path:
        place = self.folder / name
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o777)
        return self._shared(place)

    def _shared(self, place: Path) -> Path:
        """With the group that the pod asks for."""
        group = (self.pod["spec"].get("securityContext") or {}).get("fsGroup")
        if group is not None and os.geteuid() == 0:
            os.chown(place, -1, int(group))
            place.chmod(place.stat().st_mode | (0o2070 if place.is_dir() else 0o040))
        return place

    def _written(self, name: str, files: Files) -> Path:
        place = self._own(name)
        place.chmod(0o755)
        for path, (content, mode) in files.items():
            file = place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            file.write_bytes(content)
            file.chmod(mode)
            self._shared(file)
        return place

    def _files(self, volume: Object) -> Iterator[tuple[str, tuple[bytes, int]]]:
        for kind, given in volume.items():
            if kind == "projected":
                for source in given.get("sources") or ():
                    yield from self._files(source)
            elif kind in {"secret", "configMap"}:
                resource = SECRET if kind == "secret" else CONFIG_MAP
                yield from _chosen(
                    contents(resource, given, self.pod, self.host.client.find), given
                )
            elif kind == "downwardAPI":
                for item in given.get("items") or ():
                    path = item["fieldRef"]["fieldPath"]
                    yield item["path"], (field(path, self.pod).encode(), 0o644)
            elif kind == "serviceAccountToken":
                yield given.get("path") or "token", (self.host.token(self.pod).encode(), 0o644)


def host_path(given: Mapping[str, Any], root: Path) -> Path:
    """The directory, made when the type says so. Raises NotYet when it is not there."""
    path = Path(given.get("path") or "/")
    if outside(str(path), root):
        raise NotYet("CreateContainerConfigError", f"{path} is outside {root / 'host'}")
    if given.get("type") == "DirectoryOrCreate":
        path.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        raise NotYet("ContainerCreating", f"hostPath type check failed: {path} is not there")
    return path


def outside(path: str, root: Path) -> bool:
    """Whether a path of the host leads out of what pods of this sandbox may see."""
    real = Path(path).resolve()
    return not any(real.is_relative_to((root / name).resolve()) for name in ("host", "volumes"))


def _chosen(
    content: Mapping[str, bytes], given: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[bytes, int]]]:
    everything = [{"key": name, "path": name} for name in content]
    for item in given.get("items") or everything:
        if item["key"] not in content:
            raise NotYet("ContainerCreating", f"references non-existent key: {item['key']}")
        mode = item.get("mode", given.get("defaultMode", 0o644))
        yield item["path"], (content[item["key"]], mode)
