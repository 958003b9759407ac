"""Reads what a scenario has left behind."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from .evidence import Call, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .evidence import Object
    from .repositories import Repositories
    from .stage import Stage


def texts(stage: Stage, objects: Sequence[Object]) -> dict[str, str]:
    """Everything in which a Secret could have been told, by where it was read."""
    texts = {"log of the operator": stage.operator.log.read_text()}
    pods = stage.cluster.instance.folder / "shadow/var/upper/log/pods"
    for log in pods.glob(f"{stage.namespace.name}_*/*/*.log"):
        texts[f"log of {log.parents[1].name}"] = log.read_text(errors="replace")
    for item in objects:
        texts[f"{item['kind']} {key_of(item)}"] = json.dumps(item)
    texts["command lines"] = "\n".join(stage.listener.heard)
    return texts


def secrets_of(repositories: Repositories) -> dict[str, str]:
    """What nobody may tell."""
    environment = repositories.environment
    return {
        "password of the repositories": environment["RESTIC_PASSWORD"],
        "key of the bucket": environment["AWS_SECRET_ACCESS_KEY"],
    }


def calls(log: Path, namespace: str) -> list[Call]:
    """What the API server was asked for in a namespace, and how it answered."""
    found = []
    with log.open(errors="replace") as lines:
        for line in lines:
            if f'"{namespace}"' not in line or '"jobs"' not in line:
                continue
            with suppress(ValueError):  # a line that was cut off when its writer was killed
                entry = json.loads(line)
                about = entry.get("objectRef") or {}
                if about.get("namespace") == namespace and not about.get("subresource"):
                    code = int((entry.get("responseStatus") or {}).get("code") or 0)
                    resource, name = about.get("resource", ""), about.get("name", "")
                    found.append(Call(entry["verb"], resource, namespace, name, code))
    return found
