"""Makes the objects again that a backend has on record and the cluster does not have.

What is there stays as it is, except for a status that was never written: a run that was cut off
between the object and its status is completed by the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.resources import REPOSITORY, SNAPSHOT, ObjectKey, Resource
from ..errors import AlreadyExists, BackendError, Invalid, NotFound, Refused
from ..resolve import labels, names
from ..resolve.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..kube.client import Client, Object
    from .repository_files import Entry, RepositoryFiles

_KEPT = ("labels", "annotations")


def bring_back(
    client: Client,
    files: RepositoryFiles,
    entry: Entry,
    *,
    storage: ObjectKey,
    narrate: Callable[[str], None],
) -> Mapping[str, Any]:
    """Make the Repository and its Snapshots; the recorded status of the Repository.

    Raises NotFound without a record, Refused when an object of that name is another one, and
    BackendError when a record cannot be used, after the others have been.
    """
    record = files.read_repository()
    if record is None:
        raise NotFound(f"There is no {files.mark} in the backend.", code=404)
    files.check_owner(entry.key)
    repository = _repository(client, record, entry, storage, narrate)
    known = _known_snapshots(client, entry.key)
    unusable: list[str] = []
    for name in files.snapshot_names():
        present = known.get(name)
        if present is not None and (present.get("status") or {}).get("components"):
            continue
        try:
            snapshot = files.read_snapshot(name)
            if snapshot is not None:
                _snapshot(client, snapshot, repository, narrate)
        except (BackendError, Refused, Invalid) as error:
            narrate(error.message)
            unusable.append(error.message)
    if unusable:
        raise BackendError(
            f"{counted(len(unusable), 'record')} cannot be used. The first: {unusable[0]}"
        )
    status: Mapping[str, Any] = record.get("status") or {}
    return status


def _repository(
    client: Client,
    record: Object,
    entry: Entry,
    storage: ObjectKey,
    narrate: Callable[[str], None],
) -> Object:
    spec = {
        **(record.get("spec") or {}),
        "storageRef": {"name": storage.name, "namespace": storage.namespace},
    }
    present = client.find(REPOSITORY, entry.key)
    if present is None:
        body = _body(REPOSITORY, record, entry.key, spec)
        _check_same(body, entry, storage)
        try:
            present = client.create(REPOSITORY, body)
            narrate(f"Made Repository {entry.key} again.")
        except AlreadyExists:
            present = client.get(REPOSITORY, entry.key)
    _check_same(present, entry, storage)
    if not (present.get("status") or {}).get("resticRepositories"):
        status = _without(record.get("status") or {}, "conditions", "phase")
        if status:
            client.patch(REPOSITORY, entry.key, {"status": status}, subresource="status")
    return present


def _check_same(present: Object, entry: Entry, storage: ObjectKey) -> None:
    spec = present.get("spec") or {}
    reference = spec.get("storageRef") or {}
    there = ObjectKey(
        str(reference.get("namespace") or entry.key.namespace), str(reference.get("name", ""))
    )
    path = str(spec.get("path", ""))
    if there != storage or path.strip("/") != entry.path.strip("/"):
        raise Refused(
            f"Repository {entry.key} belongs at {path} of BackupStorage {there}: "
            f"it is not the one at {entry.path} of BackupStorage {storage}."
        )


def _known_snapshots(client: Client, repository: ObjectKey) -> dict[str, Object]:
    selector = f"{labels.REPOSITORY_NAME}={names.unique(repository.name)}"
    found = client.list(SNAPSHOT, repository.namespace, labels=selector)
    return {str(raw["metadata"]["name"]): raw for raw in found}


def _snapshot(
    client: Client, record: Object, repository: Object, narrate: Callable[[str], None]
) -> None:
    home = repository["metadata"]
    key = ObjectKey(str(home["namespace"]), str(record["metadata"]["name"]))
    if (record.get("spec") or {}).get("repository") != home["name"]:
        raise BackendError(f"The record of Snapshot {key.name} names another Repository.")
    body = _body(SNAPSHOT, record, key, record["spec"])
    body["metadata"].setdefault("labels", {})[labels.REPOSITORY_NAME] = names.unique(home["name"])
    body["metadata"]["ownerReferences"] = [
        {
            "apiVersion": REPOSITORY.api_version,
            "kind": REPOSITORY.kind,
            "name": home["name"],
            "uid": home["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    try:
        client.create(SNAPSHOT, body)
        narrate(f"Made Snapshot {key} again.")
    except AlreadyExists:
        _check_unfinished(client.get(SNAPSHOT, key), home["name"])
        narrate(f"Completed Snapshot {key}.")
    client.patch(SNAPSHOT, key, {"status": _recorded_status(record)}, subresource="status")


def _check_unfinished(present: Object, repository: str) -> None:
    """Raises Refused unless it is the Snapshot on record, without its status."""
    spec, metadata = present.get("spec") or {}, present["metadata"]
    if spec.get("repository") != repository or (present.get("status") or {}).get("components"):
        raise Refused(
            f"Snapshot {metadata['namespace']}/{metadata['name']} is there already, as one of "
            f"Repository {spec.get('repository', '')}: it stays as it is."
        )


def _body(resource: Resource, record: Object, key: ObjectKey, spec: Mapping[str, Any]) -> Object:
    recorded = record.get("metadata") or {}
    kept = {name: dict(recorded[name]) for name in _KEPT if recorded.get(name)}
    annotations = kept.get("annotations", {})
    for name in (labels.FORGOTTEN_BY, labels.TAKEN_OVER):
        annotations.pop(name, None)
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {"name": key.name, "namespace": key.namespace, **kept},
        "spec": dict(spec),
    }


def _recorded_status(record: Object) -> Object:
    """The status without claims: those pods were of another cluster."""
    status = dict(record.get("status") or {})
    parts = status.get("components") or {}
    status["components"] = {name: _without(part, "claim") for name, part in parts.items()}
    return status


def _without(fields: Mapping[str, Any], *names: str) -> Object:
    return {name: value for name, value in fields.items() if name not in names}
