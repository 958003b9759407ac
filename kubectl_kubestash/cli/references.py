"""From `Kind/namespace/name` and `namespace/name` to the references of our kinds."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError

_KINDS = {
    "PersistentVolumeClaim": ("", ("pvc", "persistentvolumeclaim", "persistentvolumeclaims")),
    "Deployment": ("apps", ("deploy", "deployment", "deployments")),
    "StatefulSet": ("apps", ("sts", "statefulset", "statefulsets")),
    "DaemonSet": ("apps", ("ds", "daemonset", "daemonsets")),
    "AppBinding": ("appcatalog.appscode.com", ("appbinding", "appbindings")),
}
_EXAMPLE = "pvc/files, pvc/other-namespace/files, Postgres.kubedb.com/pg"


def target(text: str, namespace: str) -> dict[str, str]:
    """The target that `KIND/NAME` or `KIND/NAMESPACE/NAME` means. Raises UsageError."""
    parts = text.split("/")
    if len(parts) not in {2, 3} or not all(parts):
        raise UsageError(f"{text!r} is not a target: write KIND/NAME", f"such as {_EXAMPLE}")
    group, kind = _kind(parts[0], text)
    home = parts[1] if len(parts) == 3 else namespace
    return {"apiGroup": group, "kind": kind, "name": parts[-1], "namespace": home}


def named(text: str, namespace: str) -> dict[str, str]:
    """The reference that `NAME` or `NAMESPACE/NAME` means. Raises UsageError."""
    home, _, name = text.rpartition("/")
    if not name or "/" in home:
        raise UsageError(f"{text!r} is not a name: write NAME or NAMESPACE/NAME")
    return {"name": name, "namespace": home or namespace}


def parameters(pairs: list[str]) -> dict[str, Any]:
    """`name=value` pairs as parameters of a task. Raises UsageError."""
    found = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise UsageError(f"--param {pair!r} is not like paths=/data/reports")
        found[name] = value
    return found


def _kind(word: str, text: str) -> tuple[str, str]:
    for kind, (group, words) in _KINDS.items():
        if word.lower() in words:
            return group, kind
    kind, separator, group = word.partition(".")
    if separator and kind[:1].isupper():
        return group, kind
    known = ", ".join(sorted(words[0] for _, words in _KINDS.values()))
    raise UsageError(
        f"{text!r}: nothing is known of the kind {word!r}",
        f"kinds: {known}; any other with its group, such as Postgres.kubedb.com",
    )
