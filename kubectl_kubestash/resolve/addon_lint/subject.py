"""One task of an Addon, as its checks see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import Finding
from ..task_findings import PLACEHOLDERS
from ..task_values import BUILTINS, texts
from ..wording import NOT_SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...api.addons.addon import Addon, Task
    from ...api.addons.function import Function

WARNINGS = frozenset(
    {NOT_SUPPORTED, "RequiredHasDefault", "UndeclaredVariable", "UnusedParameter"}
    | {"UnusedVersions", "VolumeWithoutMount"}
)
"""Reasons of findings that keep no task from being run."""

OF_TARGET = frozenset({"PVC_NAME", "POD_ORDINAL", "DB_VERSION", "dbVersion"})
"""Variables that follow from what a task works on."""

OF_OPERATOR = frozenset({"waitTimeout", "enableCache", "interimDataDir", "licenseApiService"})
"""Variables that Functions of KubeStash take, and that its Addons need not declare."""

_OF_KIND = {"backup": {"backupSession"}, "restore": {"restoreSession", "snapshot"}}
_OF_RUNS = {"backupSession", "restoreSession", "snapshot", "backupVerificationSession"}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A task, whose it is, and the Function that it names."""

    addon: Addon
    task: Task
    kind: str
    """`backup` or `restore`."""

    index: int
    functions: Mapping[str, Function | None]

    @property
    def function(self) -> Function | None:
        """The Function; None when it is not there."""
        return self.functions.get(self.task.function)

    @property
    def field(self) -> str:
        """Path of the task in the Addon."""
        return f"spec.{self.kind}Tasks[{self.index}]"

    @property
    def built_in(self) -> frozenset[str]:
        """The variables that have a value in a run of this kind, whatever a session says."""
        return frozenset((BUILTINS - _OF_RUNS) | _OF_KIND[self.kind] | set(PLACEHOLDERS))

    def finding(self, reason: str, path: str, message: str) -> Finding:
        """A finding about a field of the task."""
        field = f"{self.field}.{path}" if path else self.field
        return Finding(reason, f"Addon {self.addon.metadata.name}: {field}: {message}", field)

    @cached_property
    def places(self) -> list[tuple[str, str, str]]:
        """All texts that may hold variables: field of the task, where for people, the text."""
        task = self.task
        of_task = [
            (f"{field}{path}", f"{field}{path}", text)
            for field, value in (
                (
                    "volumeTemplate",
                    [each.model_dump(by_alias=True) for each in task.volume_template],
                ),
                ("volumeMounts", list(task.volume_mounts)),
                ("passThroughMounts", list(task.pass_through_mounts)),
            )
            for path, text in texts(value)
            if not path.endswith(".usage")
        ]
        name = f"Function {task.function}"
        return of_task + [
            ("function", f"{name} spec.{path}", text) for path, text in _of_function(self.function)
        ]


def _of_function(function: Function | None) -> list[tuple[str, str]]:
    if function is None:
        return []
    spec = function.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return list(texts(spec))
