"""What does a variable of Stash's stand for? Its operator sets them for each run.

https://stash.run/docs/latest/concepts/crds/function/#variable
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .stash_objects import Raw, name_of, named, namespace_of, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .stash_objects import StashObjects

OURS = {
    "NAMESPACE": "namespace",
    "BACKUP_SESSION": "backupSession",
    "RESTORE_SESSION": "restoreSession",
    "INVOKER_KIND": "invokerKind",
    "INVOKER_NAME": "invokerName",
}
"""Variables that KubeStash sets as well, under names of its own."""

SAME = frozenset({"POD_ORDINAL"})
"""Variables that KubeStash sets under the same name."""

_RETENTION = ("Last", "Hourly", "Daily", "Weekly", "Monthly", "Yearly")
_BLOCKS = ("local", "s3", "gcs", "azure", "swift", "b2", "rest")
_PLACES = ("bucket", "container", "url", "mountPath")


def values(stash: StashObjects, invoker: Raw) -> dict[str, str]:
    """The variables that follow from a BackupConfiguration or RestoreSession, with their values."""
    spec, home = spec_of(invoker), namespace_of(invoker)
    repository = stash.repository(spec.get("repository"), home)
    found = {
        "NAMESPACE": home,
        "INVOKER_KIND": str(invoker.get("kind") or ""),
        "INVOKER_NAME": name_of(invoker),
        "HOSTNAME": "host-0",
        **_repository(spec, home, spec_of(repository).get("backend") or {}),
        **_target(spec.get("target") or {}, home),
        **dict(_retention(spec.get("retentionPolicy") or {})),
    }
    return {name: text for name, text in found.items() if text}


def _repository(spec: Raw, home: str, backend: Raw) -> dict[str, str]:
    name, namespace = named(spec.get("repository"), home)
    provider = next((each for each in _BLOCKS if backend.get(each) is not None), "")
    block: Raw = (backend.get(provider) or {}) if provider else {}
    secret = backend.get("storageSecretName")
    return {
        "REPOSITORY_NAME": name,
        "REPOSITORY_NAMESPACE": namespace if name else "",
        "REPOSITORY_PROVIDER": provider,
        "REPOSITORY_SECRET_NAME": _text(secret),
        "REPOSITORY_SECRET_NAMESPACE": namespace if secret else "",
        "REPOSITORY_BUCKET": next((_text(block[each]) for each in _PLACES if block.get(each)), ""),
        "REPOSITORY_PREFIX": _text(block.get("prefix") or block.get("subPath")),
        "REPOSITORY_ENDPOINT": _text(block.get("endpoint")),
        "REPOSITORY_REGION": _text(block.get("region")),
        "REPOSITORY_INSECURE_TLS": _text(block.get("insecureTLS")),
        "MAX_CONNECTIONS": _text(block.get("maxConnections")),
    }


def _target(target: Raw, home: str) -> dict[str, str]:
    ref = target.get("ref") or {}
    name, namespace = named(ref, home)
    mounts = target.get("volumeMounts") or [{}]
    return {
        "TARGET_NAME": name,
        "TARGET_NAMESPACE": namespace if name else "",
        "TARGET_API_VERSION": _text(ref.get("apiVersion")),
        "TARGET_KIND": _text(ref.get("kind")),
        "TARGET_MOUNT_PATH": _text(mounts[0].get("mountPath")),
        "TARGET_PATHS": ",".join(target.get("paths") or ()),
        "EXCLUDE_PATTERNS": ",".join(target.get("exclude") or ()),
        "DRIVER_ARGS": " ".join(target.get("args") or ()),
    }


def _retention(policy: Raw) -> Iterator[tuple[str, str]]:
    for word in _RETENTION:
        yield f"RETENTION_KEEP_{word.upper()}", _text(policy.get(f"keep{word}"))
    yield "RETENTION_KEEP_TAGS", ",".join(policy.get("keepTags") or ())
    yield "RETENTION_PRUNE", _text(policy.get("prune"))
    yield "RETENTION_DRY_RUN", _text(policy.get("dryRun"))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value else ""
