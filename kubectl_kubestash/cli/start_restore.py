"""Starting a restore: find out what it needs, say what it overwrites, ask, create it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    REPOSITORY,
    RESTORE_SESSION,
    SNAPSHOT,
    ObjectKey,
)
from ..errors import NotFound, Refused, UsageError
from ..resolve import names
from ..resolve.manifest import manifest
from ..views import size
from ..views.fields import at, items, name_of, reference, since, text, time_of
from . import diagnostics, lookup, output, references, waiting
from .output import TABLE, Format

if TYPE_CHECKING:
    from ..kube.client import Client, Object
    from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the user asked for."""

    repository: str = ""
    snapshot: str = lookup.LATEST
    to: str = ""
    components: tuple[str, ...] = ()
    addon: str = ""
    task: str = ""
    parameters: tuple[str, ...] = ()
    name: str = ""
    dry_run: str = ""
    form: Format = TABLE
    wait: bool = False
    follow: bool = False
    timeout: float | None = None


def start(settings: Settings, order: Order) -> None:
    """Create the RestoreSession after a yes, and wait when asked to. Raises Refused."""
    settings.json_errors = order.form.name == "json"
    snapshot = _snapshot(settings, order)
    body = _manifest(settings, order, snapshot)
    overwrites = _check(settings.client, body)
    if order.dry_run == "client":
        output.documents([body], order.form)
        return
    _say(settings, snapshot, body, overwrites)
    if not order.dry_run:
        settings.confirm("Restore?")
    created = settings.client.create(RESTORE_SESSION, body, dry_run=order.dry_run == "server")
    _finish(settings, order, created)


def _snapshot(settings: Settings, order: Order) -> Object:
    """The Snapshot to restore: named, or the newest that Succeeded in the Repository."""
    client, namespace = settings.client, settings.namespace
    if order.snapshot not in {lookup.LATEST, "latest"}:
        return lookup.get(client, SNAPSHOT, namespace, order.snapshot)
    if not order.repository:
        known = [name_of(repo) for repo in client.list(REPOSITORY, namespace)]
        advice = f"--repo, one of: {', '.join(known)}"
        if not known:
            advice = f"there is none in namespace {namespace}; kubectl kubestash get repo -A"
        raise UsageError("the newest snapshot of which repository?", advice)
    lookup.get(client, REPOSITORY, namespace, order.repository)
    good = [
        snapshot
        for snapshot in client.list(SNAPSHOT, namespace)
        if text(snapshot, "spec", "repository") == order.repository
        and text(snapshot, "status", "phase") == "Succeeded"
    ]
    if not good:
        raise NotFound(
            f"Repository {namespace}/{order.repository} has no snapshot that Succeeded",
            f"kubectl kubestash describe repo {order.repository} -n {namespace}",
            reason="NotFound",
        )
    return max(good, key=_taken)


def _taken(snapshot: Object) -> tuple[str, str]:
    taken = text(snapshot, "status", "snapshotTime")
    return taken or text(snapshot, "metadata", "creationTimestamp"), name_of(snapshot)


def _manifest(settings: Settings, order: Order, snapshot: Object) -> Object:
    client, namespace = settings.client, settings.namespace
    repository = text(snapshot, "spec", "repository")
    if order.repository and repository != order.repository:
        raise UsageError(
            f"Snapshot {name_of(snapshot)} belongs to Repository {repository}, "
            f"not to {order.repository}"
        )
    stored = lookup.get(client, REPOSITORY, namespace, repository)
    source: dict[str, Any] = {"repository": repository, "snapshot": name_of(snapshot)}
    if secret := at(stored, "spec", "encryptionSecret"):
        source["encryptionSecret"] = secret
    if order.components:
        _check_components(order, snapshot)
        source["components"] = list(order.components)
    target = references.target(order.to, namespace) if order.to else _origin(snapshot)
    spec = {"target": target, "dataSource": source, "addon": _addon(client, order, snapshot)}
    name = order.name or names.with_suffix(
        f"restore-{repository}", str(int(datetime.now(UTC).timestamp()))
    )
    return manifest(RESTORE_SESSION, ObjectKey(namespace, name), spec=spec)


def _origin(snapshot: Object) -> dict[str, str]:
    app = at(snapshot, "spec", "appRef") or {}
    if not app.get("kind"):
        raise UsageError(
            f"Snapshot {name_of(snapshot)} does not say where it came from", "--to KIND/NAME"
        )
    return {key: str(value) for key, value in app.items()}


def _check_components(order: Order, snapshot: Object) -> None:
    known = at(snapshot, "status", "components") or {}
    for component in order.components:
        if component not in known:
            raise NotFound(
                f"Snapshot {name_of(snapshot)} has no component {component!r}",
                *lookup.suggestions(component, known),
                reason="NotFound",
            )


def _addon(client: Client, order: Order, snapshot: Object) -> dict[str, Any]:
    """The Addon that made the backup, and its task that takes it back."""
    name, backup_tasks = order.addon, [order.task]
    if not name:
        name, backup_tasks = _maker(client, snapshot)
    addon = lookup.get(client, ADDON, "", name)
    known = [text(task, "name") for task in items(addon, "spec", "restoreTasks")]
    task = order.task or next((f"{t}-restore" for t in backup_tasks if f"{t}-restore" in known), "")
    task = task or (known[0] if len(known) == 1 else "")
    if task not in known:
        what = f"restore task {task!r}" if task else "one restore task that fits"
        raise NotFound(
            f"Addon {name} has no {what}", *lookup.suggestions(task, known), reason="NotFound"
        )
    entry: dict[str, Any] = {"name": task}
    if order.parameters:
        entry["params"] = references.parameters(list(order.parameters))
    return {"name": name, "tasks": [entry]}


def _maker(client: Client, snapshot: Object) -> tuple[str, list[str]]:
    namespace, repository = snapshot["metadata"]["namespace"], snapshot["spec"]["repository"]
    for configuration in client.list(BACKUP_CONFIGURATION, namespace):
        for session in items(configuration, "spec", "sessions"):
            stores = [text(repo, "name") for repo in items(session, "repositories")]
            is_same = text(session, "name") == text(snapshot, "spec", "session")
            if repository in stores and is_same:
                tasks = [text(task, "name") for task in items(session, "addon", "tasks")]
                return text(session, "addon", "name"), tasks
    if text(snapshot, "spec", "appRef", "kind") == "PersistentVolumeClaim":
        return "pvc-addon", ["logical-backup"]
    raise UsageError(
        f"no BackupConfiguration in {namespace} writes to Repository {repository}, so the addon "
        "is not known",
        "--addon NAME, and --task NAME where it has several",
        "kubectl kubestash addon list",
    )


def _check(client: Client, body: Object) -> str:
    """What it overwrites. Raises Refused with everything that speaks against it."""
    from ..api.core.restore_session import RestoreSession  # noqa: PLC0415 - pydantic
    from ..gather.restore import restore_inputs  # noqa: PLC0415 - pydantic
    from ..resolve.restore_plan import restore_plan  # noqa: PLC0415 - pydantic

    session = RestoreSession.model_validate(body)
    plan = restore_plan(restore_inputs(client, client, session))
    if plan.findings:
        first, *more = [finding.message for finding in plan.findings]
        raise Refused(first, *more)
    return plan.overwrites


def _say(settings: Settings, snapshot: Object, body: Object, overwrites: str) -> None:
    now = datetime.now(UTC)
    length = size.brief(text(snapshot, "status", "size"))
    age = since(time_of(_taken(snapshot)[0]), now)
    facts = ", ".join(part for part in (f"{age} old", length) if part)
    diagnostics.note(f"Snapshot    {name_of(snapshot)} ({facts})", quiet=settings.quiet)
    target = reference(body["spec"]["target"])
    diagnostics.note(f"Target      {target}", quiet=settings.quiet)
    diagnostics.line(overwrites)


def _finish(settings: Settings, order: Order, created: Object) -> None:
    if order.form.name:
        output.documents([created], order.form)
    elif order.wait and not order.dry_run:
        diagnostics.note(f"{output.reference(created)} created", quiet=settings.quiet)
    else:
        suffix = " (server dry run)" if order.dry_run else ""
        output.line(f"{output.reference(created)} created{suffix}")
    if order.wait and not order.dry_run:
        from .follow import Run  # noqa: PLC0415 - only those who wait load the views

        metadata = created["metadata"]
        run = Run(RESTORE_SESSION, ObjectKey(metadata["namespace"], metadata["name"]))
        waiting.finish(settings, [run], follow=order.follow, timeout=order.timeout)
