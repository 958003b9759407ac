"""What have a backup and a restore of Stash in common, but for their targets?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .runtime_settings import addon_settings
from .stash_objects import named, reference, spec_of
from .storage import encryption_secret
from .target import Choice, choose, files

if TYPE_CHECKING:
    from .reading import Reading
    from .stash_objects import Raw, StashObjects

_ONLY_STASH = {
    "alias": "components are named by the task and the pod",
    "args": "restic is called by KubeStash alone",
    "replicas": "KubeStash counts the pods itself",
}


def addon(
    reading: Reading, stash: StashObjects, invoker: Raw, *, verb: str
) -> tuple[Choice, dict[str, Any]]:
    """The `addon` block of a session or restore, for the spec of an invoker."""
    choice = choose(reading, stash, invoker, verb=verb)
    files(reading, choice)
    if reading.get("driver") in ("Restic", "VolumeSnapshotter"):
        reading.drop("driver", "the task of the Addon has a driver")
    target = reading.at("target")
    for field, message in _ONLY_STASH.items():
        target.lose(field, message)
    if reading.get("driver") == "VolumeSnapshotter" and target.get("snapshotClassName"):
        params = choice.tasks[0].setdefault("params", {})
        params["volumeSnapshotClassName"] = target.take("snapshotClassName")
    message = f"give Addon {choice.name} such a volume in addonVolumes, if its task has one"
    reading.lose("interimVolumeTemplate", message)
    return choice, {"name": choice.name, "tasks": choice.tasks, **addon_settings(reading)}


def secret(reading: Reading, stash: StashObjects, home: str) -> dict[str, str]:
    """The encryption Secret that goes with `spec.repository`."""
    name, namespace = named(reading.get("repository"), home)
    found = stash.repository(reading.get("repository"), home)
    if found is None and not stash.options.encryption_secret:
        reading.at("repository").remark(
            f"the Repository {name} is not among the manifests: encryptionSecret has to name the "
            "Secret with its RESTIC_PASSWORD"
        )
    named_there = (spec_of(found).get("backend") or {}).get("storageSecretName")
    return encryption_secret(
        stash.options, named=str(named_there or ""), repository_name=name, namespace=namespace
    )


def settle_repository(reading: Reading, *, namespaces: tuple[str, ...], names: set[str]) -> None:
    """Say what became of `spec.repository`, of which these names and namespaces are left."""
    given = reading.at("repository")
    for field, there in (("name", names), ("namespace", set(namespaces))):
        if given.get(field) in there:
            given.take(field)
        else:
            given.review(field, "the Repository is found by other names now")


def storage_reference(reading: Reading, home: str) -> dict[str, str]:
    """The BackupStorage that the old Repository has become."""
    name, namespace = named(reading.get("repository"), home)
    return reference(name, namespace)
