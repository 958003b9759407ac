"""What do the kubeconfig files say? Merged as kubectl merges them, not yet judged.

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Entry = dict[str, Any]
"""One cluster, user or context as its file has it, with paths made absolute."""

_PATHS_OF = {
    "cluster": ("certificate-authority",),
    "user": ("client-certificate", "client-key", "tokenFile"),
    "context": (),
}


class KubeConfig(NamedTuple):
    """All files together."""

    clusters: dict[str, Entry]
    users: dict[str, Entry]
    contexts: dict[str, Entry]
    current_context: str
    files: tuple[Path, ...] = ()
    missing: tuple[Path, ...] = ()
    """Files that were named and are not there, which is no mistake by itself."""

    def __repr__(self) -> str:
        return f"KubeConfig({', '.join(map(str, self.files))})"


def read(explicit: str, environment: Mapping[str, str]) -> KubeConfig:
    """The file of `--kubeconfig`, else those of KUBECONFIG, else ~/.kube/config.

    A file that is named by the flag must exist; the others may be missing.
    """
    if explicit:
        if not Path(explicit).exists():
            raise UsageError(f"--kubeconfig: there is no file {explicit}.")
        paths = [Path(explicit)]
    elif names := environment.get("KUBECONFIG", ""):
        paths = [Path(name) for name in dict.fromkeys(names.split(os.pathsep)) if name]
    else:
        paths = [Path(environment.get("HOME") or Path.home(), ".kube", "config")]
    found = merge((path, _parse(path)) for path in paths if path.exists())
    return found._replace(missing=tuple(path for path in paths if not path.exists()))


def merge(files: Iterable[tuple[Path, Mapping[str, Any]]]) -> KubeConfig:
    """The first file that sets a value or names an entry wins; an entry is never mixed."""
    merged = KubeConfig({}, {}, {}, "")
    for path, content in files:
        home = path.absolute().parent
        for known, section in zip(merged[:3], ("cluster", "user", "context"), strict=True):
            for name, entry in _entries(content, section, path).items():
                known.setdefault(name, _with_absolute_paths(entry, section, home))
        current = merged.current_context or str(content.get("current-context") or "")
        merged = merged._replace(current_context=current, files=(*merged.files, path))
    return merged


def _parse(path: Path) -> Mapping[str, Any]:
    import yaml  # noqa: PLC0415 - only who reads a kubeconfig pays for it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise UsageError(f"kubeconfig {path} cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        # The text of the error quotes the file, and with it maybe a token.
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise UsageError(f"kubeconfig {path} is not valid YAML{place}.") from None
    if content is not None and not isinstance(content, dict):
        raise UsageError(f"kubeconfig {path} is not a mapping.")
    return content or {}


def _entries(content: Mapping[str, Any], section: str, path: Path) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for item in content.get(f"{section}s") or []:
        name = str(item.get("name", "")) if isinstance(item, dict) else ""
        if not name:
            raise UsageError(f"kubeconfig {path}: an entry of {section}s has no name.")
        if name in found:
            raise UsageError(f"kubeconfig {path} has two {section}s of the name {name!r}.")
        found[name] = dict(item.get(section) or {})
    return found


def _with_absolute_paths(entry: Entry, section: str, home: Path) -> Entry:
    for field in _PATHS_OF[section]:
        if entry.get(field):
            entry[field] = str(home / entry[field])
    plugin = entry.get("exec")
    # A bare name is looked up in PATH; anything with a slash belongs to its file.
    if isinstance(plugin, dict) and os.sep in str(plugin.get("command", "")):
        entry["exec"] = {**plugin, "command": str(home / plugin["command"])}
    return entry
