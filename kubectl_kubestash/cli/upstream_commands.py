"""Commands of KubeStash's own plugin that this one does not have, and what does the same here."""

from __future__ import annotations

from ..errors import UsageError

_PATCH = "kubectl patch backupconfigurations.core.kubestash.com NAME --type merge -p"
_RESTORE = "kubectl kubestash restore now --snapshot NAME --to pvc/NAME"
INSTEAD = {
    "pause": f"""{_PATCH} '{{"spec":{{"paused":true}}}}'""",
    "resume": f"""{_PATCH} '{{"spec":{{"paused":false}}}}'""",
    "download": f"into a volume of its own: {_RESTORE}",
    "unlock": "each run removes the locks of pods that are gone by itself, and no others",
    "debug": "kubectl kubestash describe session @latest, or live: kubectl kubestash ui",
    "clone": _RESTORE,
    "copy": "",
    "cp": "",
    "password": "",
    "pw": "",
    "manifest-view": "",
    "manifest-restore": "",
}
"""What to type; empty where nothing does the same yet."""


def refuse(name: str) -> None:
    """Raises UsageError for the name of such a command."""
    if name not in INSTEAD:
        return
    hints = [INSTEAD[name]] if INSTEAD[name] else []
    raise UsageError(f"{name!r} of KubeStash's own plugin is not part of this one", *hints)
