"""What lies in the backend, seen by bare restic as a person would run it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.tools import restic

from . import content
from .evidence import HeldLock, key_of, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .evidence import Object

SOURCE = "/kubestash-data"
"""Where a backup Job sees its volume, and so the path in the snapshot."""


@dataclass(frozen=True)
class Repositories:
    """All restic repositories of a scenario, with one password."""

    roots: dict[str, str]
    """BackupStorage → the URL below which each of its Repositories has its directory."""

    environment: Mapping[str, str]
    """The password, and the keys of the bucket."""

    cache: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))

    def url(self, repository: Object, component: str) -> str:
        """Of the restic repository of one component of a Repository."""
        spec = repository["spec"]
        return f"{self.roots[spec['storageRef']['name']]}/{spec['path'].strip('/')}/{component}"

    def run(self, url: str, *arguments: str, within: float = 120) -> str:
        """Run restic to its end and return its stdout. Raises CalledProcessError."""
        return subprocess.run(
            [restic(), "--no-cache", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "TMPDIR": str(self.cache),
                "RESTIC_REPOSITORY": url,
                **self.environment,
            },
            capture_output=True,
            text=True,
            check=True,
            timeout=within,
        ).stdout

    def restored(self, objects: Iterable[Object], known: Mapping[str, str]) -> dict[str, str]:
        """Snapshot → fingerprint of what comes back; those that are known are taken from there."""
        owners = {key_of(item): item for item in objects if item["kind"] == "Repository"}
        wanted = [
            item for item in objects if item["kind"] == "Snapshot" and phase_of(item) == "Succeeded"
        ]
        with ThreadPoolExecutor(max_workers=2) as pool:
            answers = pool.map(
                lambda item: known.get(key_of(item)) or self._fingerprint(item, owners), wanted
            )
            return {key_of(item): answer for item, answer in zip(wanted, answers, strict=True)}

    def _fingerprint(self, snapshot: Object, owners: Mapping[str, Object]) -> str:
        try:
            (part,) = snapshot["status"]["components"].values()
            (stats,) = part["resticStats"]
            owner = f"{snapshot['metadata']['namespace']}/{snapshot['spec']['repository']}"
            url = self.url(owners[owner], part["path"])
            with tempfile.TemporaryDirectory(prefix="restored-") as folder:
                source = f"{stats['summary']['id']}:{SOURCE}"
                self.run(url, "restore", "--no-lock", source, "--target", folder)
                return content.fingerprint(Path(folder))
        except (KeyError, ValueError) as error:
            return f"error: the Snapshot does not say what it holds: {error!r}"
        except subprocess.CalledProcessError as error:
            return f"error: {error.stderr[-300:]}"

    def locks(self, objects: Iterable[Object]) -> list[HeldLock]:
        """All locks that are there."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            each = pool.map(lambda place: self._locks(*place), _places(objects, self))
            return [lock for found in each for lock in found]

    def _locks(self, name: str, url: str) -> list[HeldLock]:
        found = []
        for lock_id in self.run(url, "list", "locks", "--no-lock").split():
            lock = json.loads(self.run(url, "cat", "lock", lock_id, "--no-lock"))
            found.append(HeldLock(name, lock_id, str(lock["hostname"])))
        return found

    def damage(self, objects: Iterable[Object]) -> dict[str, str]:
        """Repository → what is wrong with it, empty when nothing is."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            places = _places(objects, self)
            answers = pool.map(lambda place: self._complaint(place[1]), places)
            return {name: answer for (name, _), answer in zip(places, answers, strict=True)}

    def _complaint(self, url: str) -> str:
        try:
            self.run(url, "check", "--no-lock")
        except subprocess.CalledProcessError as error:
            return str(error.stderr)
        return ""


def _places(objects: Iterable[Object], repositories: Repositories) -> list[tuple[str, str]]:
    """Name and URL of every restic repository that a component has written to."""
    found = {}
    for item in objects:
        if item["kind"] == "Repository":
            for path in (item.get("status") or {}).get("resticRepositories") or {}:
                url = repositories.url(item, path)
                found[f"{key_of(item)}:{path}"] = url
    return sorted(found.items())
