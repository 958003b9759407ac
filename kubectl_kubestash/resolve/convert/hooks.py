"""What is done before and after? Stash has the action in place, KubeStash in a HookTemplate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...api.resources import HOOK_TEMPLATE, ObjectKey
from ..manifest import Object, manifest
from .stash_objects import reference, spec_of

if TYPE_CHECKING:
    from .reading import Reading
    from .stash_objects import Raw

SELECTOR = "set-the-label=of-the-pods"
_ACTIONS = ("exec", "httpGet", "httpPost", "tcpSocket")
_POLICIES = ("Always", "OnSuccess", "OnFailure")
_ONE_FOR_EACH_POD = ("StatefulSet", "DaemonSet")


@dataclass(frozen=True)
class HookOwner:
    """Whose hooks they are."""

    name: str
    namespace: str
    target: Raw | None = None
    """The application, when it is among the manifests."""


def hooks(reading: Reading, owner: HookOwner, fields: tuple[str, str]) -> tuple[Any, list[Object]]:
    """The `hooks` block with these two fields, and the HookTemplates that it names."""
    block: dict[str, Any] = {}
    templates: list[Object] = []
    for field in fields:
        given = reading.at(f"hooks.{field}")
        infos, made = _hook(given, owner, field.lower())
        if infos:
            block[field] = infos
        templates += made
    return block, templates


def _hook(given: Reading, owner: HookOwner, word: str) -> tuple[list[Any], list[Object]]:
    kinds = [kind for kind in _ACTIONS if given.get(kind) is not None]
    if not kinds:
        return [], []
    policy = _policy(given)
    infos, templates = [], []
    container = given.taken(containerName="containerName")
    for index, kind in enumerate(kinds):
        suffix = f"-{index + 1}" if index else ""
        key = ObjectKey(owner.namespace, f"{owner.name}-{word}-hook{suffix}")
        executor = _executor(given, owner, kind)
        action = {kind: given.take(kind), **container}
        spec = {"action": action, "executor": executor}
        templates.append(manifest(HOOK_TEMPLATE, key, spec=spec))
        info = {"name": f"{word}-hook{suffix}", "hookTemplate": reference(*reversed(key))}
        infos.append({**info, **policy})
    return infos, templates


def _policy(given: Reading) -> dict[str, str]:
    wanted = given.get("executionPolicy")
    if wanted in _POLICIES:
        return {"executionPolicy": given.take("executionPolicy")}
    if wanted == "OnFinalRetryFailure":
        message = "KubeStash has no OnFinalRetryFailure; OnFailure runs after each failed try"
        given.review("executionPolicy", message)
        return {"executionPolicy": "OnFailure"}
    given.lose("executionPolicy", f"it is none of {', '.join(_POLICIES)}")
    return {}


def _executor(given: Reading, owner: HookOwner, kind: str) -> dict[str, Any]:
    if kind != "exec" and given.get(f"{kind}.host"):
        return {"type": "Operator"}
    pod: dict[str, Any] = {"selector": _selector(owner)}
    if str((owner.target or {}).get("kind")) in _ONE_FOR_EACH_POD:
        pod["strategy"] = "ExecuteOnAll"
    if pod["selector"] == SELECTOR:
        given.remark(
            f"say in the HookTemplate's executor.pod.selector which pods it is for, in the place "
            f"of {SELECTOR}"
        )
    return {"type": "Pod", "pod": pod}


def _selector(owner: HookOwner) -> str:
    selector = spec_of(owner.target).get("selector")
    labels = selector.get("matchLabels") if isinstance(selector, Mapping) else None
    if not isinstance(labels, Mapping):
        return SELECTOR
    return ",".join(f"{name}={value}" for name, value in labels.items()) or SELECTOR
