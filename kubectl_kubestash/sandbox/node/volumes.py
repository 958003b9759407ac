"""Where are the volumes of a pod, and what of them does a container see?

All of them are directories below the folder of the sandbox. What a Secret, a ConfigMap or the
downward API says is written once, when the pod starts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...api.resources import (
    CONFIG_MAP,
    PERSISTENT_VOLUME,
    PERSISTENT_VOLUME_CLAIM,
    SECRET,
    ObjectKey,
)
from .bubblewrap import Mount
from .environment import NotYet, contents, expanded, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ...kube.client import Object
    from .environment import Find

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
Files = dict[str, tuple[bytes, int]]
"""Relative path to content and mode."""


class Volumes(NamedTuple):
    """What it takes to find the volumes of one pod."""

    pod: Object
    root: Path
    """The folder of the sandbox."""
    folder: Path
    """Where volumes are that live and die with the pod."""
    find: Find
    account: Callable[[], dict[str, str]]
    """The files of the pod's service account: token, ca.crt, namespace."""

    def mounts(self, container: Mapping[str, Any], env: Mapping[str, str]) -> list[Mount]:
        """What the container asks for. Raises NotYet while something is missing."""
        named = {each["name"]: each for each in self.pod["spec"].get("volumes") or ()}
        asked = container.get("volumeMounts") or ()
        found = [self._mount(each, named, env) for each in asked]
        if all(each.target != ACCOUNT for each in found) and self._wants_account():
            files = {name: (text.encode(), 0o644) for name, text in self.account().items()}
            found.append(Mount(self._written("service-account", files), ACCOUNT))
        return found

    def check_claims(self) -> None:
        """Raises NotYet while a claim is not bound."""
        for volume in self.pod["spec"].get("volumes") or ():
            if claim := volume.get("persistentVolumeClaim"):
                self._claimed(claim["claimName"])

    def _wants_account(self) -> bool:
        return self.pod["spec"].get("automountServiceAccountToken") is not False

    def _mount(
        self, asked: Mapping[str, Any], named: Mapping[str, Object], env: Mapping[str, str]
    ) -> Mount:
        name = asked["name"]
        if name not in named:
            raise NotYet("CreateContainerConfigError", f'there is no volume "{name}"')
        place = self._place(named[name])
        below = asked.get("subPath") or expanded(asked.get("subPathExpr"), env)
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
            return host_path(host, self.root)
        if "emptyDir" in volume:
            return self._own(volume["name"])
        return self._written(volume["name"], dict(self._files(volume)))

    def _claimed(self, name: str) -> Path:
        key = ObjectKey(self.pod["metadata"]["namespace"], name)
        claim = self.find(PERSISTENT_VOLUME_CLAIM, key)
        if claim is None:
            raise NotYet("Unschedulable", f'persistentvolumeclaim "{name}" not found')
        bound = (claim.get("status") or {}).get("phase") == "Bound"
        volume = bound and self.find(PERSISTENT_VOLUME, ObjectKey("", claim["spec"]["volumeName"]))
        if not volume:
            message = "pod has unbound immediate PersistentVolumeClaims"
            raise NotYet("Unschedulable", f"{message}: {name}")
        return self._shared(host_path(volume["spec"].get("hostPath") or {}, self.root))

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
            mode = given.get("defaultMode", 0o644) if isinstance(given, dict) else 0o644
            if kind == "projected":
                for source in given.get("sources") or ():
                    yield from self._files({**source})
            elif kind in {"secret", "configMap"}:
                content = contents(
                    SECRET if kind == "secret" else CONFIG_MAP, given, self.pod, self.find
                )
                yield from _chosen(content, given.get("items") or (), mode)
            elif kind == "downwardAPI":
                for item in given.get("items") or ():
                    yield (
                        item["path"],
                        (field(item["fieldRef"]["fieldPath"], self.pod).encode(), mode),
                    )
            elif kind == "serviceAccountToken":
                yield given.get("path") or "token", (self.account()["token"].encode(), 0o644)


def host_path(given: Mapping[str, Any], root: Path) -> Path:
    """The directory, made when the type says so. Raises NotYet when it is of another type."""
    path, kind = Path(given.get("path") or "/"), given.get("type") or ""
    if outside(str(path), root):
        raise NotYet("CreateContainerConfigError", f"{path} is outside {root / 'host'}")
    if kind.endswith("OrCreate") and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if kind.startswith("Directory") else path.touch()
    is_right = {"Directory": path.is_dir, "File": path.is_file}.get(
        kind.removesuffix("OrCreate"), path.exists
    )
    if not is_right():
        raise NotYet(
            "ContainerCreating", f"hostPath type check failed: {path} is not {kind or 'there'}"
        )
    return path


def outside(path: str, root: Path) -> bool:
    """Whether a path of the host leads out of what pods of this sandbox may see."""
    real = Path(path).resolve()
    return not any(real.is_relative_to((root / name).resolve()) for name in ("host", "volumes"))


def _chosen(
    content: Mapping[str, bytes], items: Sequence[Mapping[str, Any]], mode: int
) -> Iterator[tuple[str, tuple[bytes, int]]]:
    if not items:
        yield from ((name, (value, mode)) for name, value in content.items())
    for item in items:
        if item["key"] not in content:
            raise NotYet("ContainerCreating", f"references non-existent key: {item['key']}")
        yield item["path"], (content[item["key"]], item.get("mode", mode))
