"""Which PersistentVolumeClaims does a restore make, and what goes into them?

A task with `targetVolumes.volumeClaimTemplates` restores each component into claims of its own.
`${POD_ORDINAL}` in their names is the ordinal of the component's pod, or else its place in the
order of the components, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..api.resources import PERSISTENT_VOLUME_CLAIM, ObjectKey
from ..errors import UsageError
from .manifest import manifest
from .substitution import expand_tree
from .wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.addon_info import AddonTaskInfo
    from .addon_task import ResolvedTask
    from .manifest import Object

MADE_FOR = "kubestash.com/restored-by"
"""Annotation of a claim: the RestoreSession that made it, as `namespace/name/uid`."""

_VOLUME = "restored-data"


@dataclass(frozen=True)
class Claims:
    """The claims for one component, and how its Job mounts them."""

    claims: tuple[Object, ...]
    volumes: tuple[Object, ...]
    mounts: tuple[Object, ...]


def makes_claims(task: AddonTaskInfo) -> bool:
    """Whether the task restores into claims that it makes."""
    return bool(task.target_volumes and task.target_volumes.volume_claim_templates)


def claims_of_task(
    task: ResolvedTask, asked: AddonTaskInfo, paths: Sequence[str], *, home: str, owner: str
) -> Claims:
    """The claims that the templates of a task stand for, in the namespace `home`.

    `paths` are what the component holds. Raises UsageError, SubstitutionError.
    """
    target = asked.target_volumes
    templates = target.volume_claim_templates if target else ()
    found = [_claim(template, task.values, home, owner) for template in templates]
    names = [str(claim["metadata"]["name"]) for claim in found]
    own = {str(volume["name"]) for volume in task.volumes}
    mounted = [str(mount["name"]) for mount in task.container.get("volumeMounts", ())]
    free = [name for name in dict.fromkeys(mounted) if name not in own]
    if not free:
        volumes, mounts = _at_the_path(names, paths)
        return Claims(tuple(found), volumes, mounts)
    return Claims(tuple(found), tuple(_matched(free, names)), ())


def _claim(template: Mapping[str, Any], values: Mapping[str, str], home: str, owner: str) -> Object:
    expanded: Object = expand_tree(dict(template), dict(values))
    metadata = expanded.get("metadata") or {}
    name, namespace = str(metadata.get("name") or ""), str(metadata.get("namespace") or home)
    if not name or not expanded.get("spec"):
        raise UsageError("Each of targetVolumes.volumeClaimTemplates needs a name and a spec.")
    if namespace != home:
        raise UsageError(f"Claim {namespace}/{name} cannot be mounted in namespace {home}.")
    annotations = {**(metadata.get("annotations") or {}), MADE_FOR: owner}
    return manifest(
        PERSISTENT_VOLUME_CLAIM,
        ObjectKey(home, name),
        labels=metadata.get("labels") or {},
        annotations=annotations,
        spec=expanded["spec"],
    )


def _matched(volumes: Sequence[str], claims: Sequence[str]) -> list[Object]:
    """A mount is of the claim that has its name, or whose name begins with it."""
    found = []
    for name in volumes:
        fitting = [claim for claim in claims if claim == name]
        fitting = fitting or [claim for claim in claims if claim.startswith(f"{name}-")]
        if not fitting and len(volumes) == len(claims) == 1:
            fitting = list(claims)
        if len(fitting) != 1:
            raise UsageError(
                f"The mount {name!r} in targetVolumes.volumeMounts belongs to "
                f"{'several' if fitting else 'none'} of the claims {', '.join(claims)}."
            )
        found.append({"name": name, "persistentVolumeClaim": {"claimName": fitting[0]}})
    if len(found) < len(claims):
        raise UsageError(
            f"targetVolumes.volumeMounts has {counted(len(found), 'mount')} for the "
            f"{counted(len(claims), 'claim')} to be made."
        )
    return found


def _at_the_path(
    claims: Sequence[str], paths: Sequence[str]
) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    if len(claims) != 1 or len(paths) != 1:
        raise UsageError(
            f"{counted(len(paths), 'path')} for {counted(len(claims), 'claim')}: say in "
            "targetVolumes.volumeMounts which of them is mounted where."
        )
    volume = {"name": _VOLUME, "persistentVolumeClaim": {"claimName": claims[0]}}
    return (volume,), ({"name": _VOLUME, "mountPath": paths[0]},)
