"""Which Snapshots are kept? Stash says so in each BackupConfiguration, with restic's own flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.resources import RETENTION_POLICY, ObjectKey
from ..manifest import Object, manifest
from .stash_objects import valid_name

if TYPE_CHECKING:
    from .reading import Reading

_NUMBERS = {
    "last": "keepLast",
    "hourly": "keepHourly",
    "daily": "keepDaily",
    "weekly": "keepWeekly",
    "monthly": "keepMonthly",
    "yearly": "keepYearly",
}
ALL = 2_147_483_647
"""More Snapshots than there will ever be."""


class Policies:
    """The RetentionPolicies made so far: one for each that differs."""

    def __init__(self) -> None:
        self._specs: dict[ObjectKey, dict[str, Any]] = {}

    def of(self, reading: Reading, *, owner: str, namespace: str) -> tuple[str, list[Object]]:
        """Name of the policy, and the policy itself when it is a new one."""
        given = reading.at("retentionPolicy")
        wanted = str(given.get("name") or "")
        name = valid_name(wanted) if wanted else f"{owner}-retention"
        spec = _spec(given)
        key = ObjectKey(namespace, name)
        if self._specs.get(key, spec) != spec:
            key = ObjectKey(namespace, f"{owner}-{name}")
        if key.name == wanted:
            given.take("name")
        else:
            given.review("name", f"the RetentionPolicy is named {key.name}")
        is_new = key not in self._specs
        self._specs[key] = spec
        return key.name, [manifest(RETENTION_POLICY, key, spec=spec)] if is_new else []


def _spec(given: Reading) -> dict[str, Any]:
    numbers = {
        name: given.take(path) for name, path in _NUMBERS.items() if (given.get(path) or 0) > 0
    }
    given.lose("keepTags", "Snapshots have no tags")
    if given.get("dryRun"):
        given.lose("dryRun", "KubeStash has no dry run: Snapshots beyond the numbers are removed")
    given.drop("prune", "KubeStash removes the data of a Snapshot together with the Snapshot")
    if not numbers:
        given.remark("no number is given, so Stash keeps all; this policy does the same")
        numbers = {"last": ALL}
    return {"successfulSnapshots": numbers}
