"""What does a RestoreSession become? One of KubeStash's, which waits until a Snapshot is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import RESTORE_SESSION
from . import metadata
from .hooks import HookOwner, hooks
from .invocation import addon, secret, settle_repository
from .repositories import restored_from
from .stash_objects import name_of
from .target import reference as target_reference

if TYPE_CHECKING:
    from ..manifest import Object
    from .reading import Reading
    from .stash_objects import StashObjects
    from .target import Choice

SNAPSHOT = "set-the-snapshot"
"""No Snapshot is called so: `latest` would overwrite the target as soon as there is a backup."""


def restore_session(reading: Reading, stash: StashObjects) -> list[Object]:
    """The RestoreSession and its HookTemplates."""
    made = metadata.same(RESTORE_SESSION, reading)
    spec, home = reading.at("spec"), metadata.home_of(reading)
    place = restored_from(stash, reading.raw)
    application = stash.target(spec.get("target.ref") or {}, home)
    owner = HookOwner(name_of(made), home, application)
    block, templates = hooks(spec, owner, ("preRestore", "postRestore"))
    choice, asked = addon(spec, stash, reading.raw, verb="restore")
    _rules(spec, choice)
    source: dict[str, Any] = {"repository": place.name, "snapshot": SNAPSHOT}
    if place.namespace and place.namespace != home:
        source["namespace"] = place.namespace
    spec.remark(
        f"name the Snapshot in dataSource.snapshot, in the place of {SNAPSHOT}; what Stash has "
        "stored cannot be restored by KubeStash"
    )
    target = target_reference(spec)
    made["spec"] = {
        **({"target": target} if target else {}),
        "dataSource": {**source, "encryptionSecret": secret(spec, stash, home)},
        "addon": asked,
        **({"hooks": block} if block else {}),
        **spec.taken(restoreTimeout="timeOut"),
    }
    encryption = made["spec"]["dataSource"]["encryptionSecret"]
    there = (place.namespace if "namespace" in source else home, encryption.get("namespace", home))
    settle_repository(spec, namespaces=there, names={place.name})
    return [*templates, made]


def _rules(spec: Reading, choice: Choice) -> None:
    """One rule for all pods may say what is restored; KubeStash has no rules for some of them."""
    places = [*spec.at("target").each("rules"), *spec.each("rules")]
    is_plain = len(places) == 1 and not any(
        places[0].get(field) for field in ("targetHosts", "sourceHost", "snapshots")
    )
    for rule in places:
        if is_plain and choice.name == "workload-addon":
            _patterns(rule, choice)
        rule.lose("snapshots", "they are Snapshots of Stash")
        for field in ("targetHosts", "sourceHost"):
            rule.lose(field, "say which components are restored in dataSource.components")
        rule.lose("paths", "all of the component is restored; include may name files")


def _patterns(rule: Reading, choice: Choice) -> None:
    for field in ("include", "exclude"):
        texts = rule.get(field) or []
        if texts and not any("," in text for text in texts):
            params = choice.tasks[0].setdefault("params", {})
            params[field] = ",".join(rule.take(field))
            return
