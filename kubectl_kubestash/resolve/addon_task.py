"""What does a task of an Addon run?

A task names a Function, which is the template of a container. Its variables get their values from,
the first one that has it: what is built in, `params` and `variables` of the session, the default in
the Addon, the default in the text itself. A parameter without a value is absent, not empty, so that
the text's own default holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import SubstitutionError, Unsupported, UsageError
from . import container_settings, names
from .db_version import choose_version
from .findings import Finding, summary
from .substitution import expand_tree, variables_in
from .task_findings import PLACEHOLDERS, TaskInputs, find_task, task_findings
from .task_values import Value, task_values, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..api.addon_info import AddonTaskInfo
    from ..api.addons.addon import Addon, Task
    from ..api.addons.function import Function
    from .manifest import Object

DB_VERSION = "DB_VERSION"
"""Given as the version of the database; in a Function it stands for an image that fits."""


@dataclass(frozen=True, kw_only=True)
class ResolvedTask:
    """One task, with nothing left to look up."""

    name: str
    kind: str
    """`backup` or `restore`."""

    function: str
    driver: str
    executor: str
    singleton: bool
    container: Object
    volumes: tuple[Object, ...]
    values: Mapping[str, str]
    """The variables that have a value."""

    origin: Callable[[], Mapping[str, str]] = field(repr=False, compare=False)
    warnings: tuple[str, ...] = ()

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Path of a value, such as `args[3]` or `volumes[tmp]`, to where it came from."""
        return self.origin()


def resolve_task(
    addon: Addon,
    functions: Mapping[str, Function | None],
    task: AddonTaskInfo,
    *,
    kind: str,
    builtins: Mapping[str, str],
    index: int = 0,
) -> ResolvedTask:
    """The container and volumes of this task.

    Raises SubstitutionError for a variable or required parameter that nobody sets, Unsupported for
    what this version cannot run, UsageError for what cannot be right.
    """
    inputs = TaskInputs(addon=addon, functions=functions, task=task, kind=kind)
    if findings := task_findings(inputs):
        _refuse(findings)
    declared, warning = find_task(addon, task.name, kind)
    function = functions.get(declared.function) if declared else None
    if declared is None or function is None:
        raise UsageError(f"Addon {addon.metadata.name} has no {kind} task {task.name!r}.")
    built_in = {**PLACEHOLDERS, "taskName": declared.name, **builtins}
    of_target = _of_target(function, built_in.pop(DB_VERSION, ""))
    values = task_values(addon.metadata.name, declared, task, built_in, of_target=of_target)
    return _Resolution(declared, function, task, values).result(kind, index, warning)


def _of_target(function: Function, version: str) -> dict[str, str]:
    if not version:
        return {}
    chosen = choose_version(function.spec.available_versions, version)
    return {"dbVersion": version, **({DB_VERSION: chosen} if chosen else {})}


def _refuse(findings: list[Finding]) -> NoReturn:
    reasons = {finding.reason for finding in findings}
    if "RequiredParameterMissing" in reasons:
        raise SubstitutionError(summary(findings))
    if all(reason == "NotSupported" for reason in reasons):
        raise Unsupported(summary(findings))
    raise UsageError(summary(findings))


@dataclass(frozen=True)
class _Resolution:
    declared: Task
    function: Function
    task: AddonTaskInfo
    values: Mapping[str, Value]

    def result(self, kind: str, index: int, warning: str) -> ResolvedTask:
        return ResolvedTask(
            name=self.declared.name,
            kind=kind,
            function=self.declared.function,
            driver=self.declared.driver or "Restic",
            executor=self.declared.executor or "Job",
            singleton=self.declared.singleton,
            container=self._container(names.volume(f"{self.declared.name}-{index}")),
            volumes=tuple(self._volumes()),
            values={name: each.text for name, each in self.values.items()},
            origin=self._sources,
            warnings=(warning,) if warning else (),
        )

    def _container(self, name: str) -> Object:
        template = self._template()
        mounts = self._expanded(self._mounts(), "the mounts")
        settings = template.pop("runtimeSettings")
        fields = {field: value for field, value in template.items() if value}
        container = {"name": name, **fields, "volumeMounts": mounts}
        return container_settings.overlaid(container, settings)

    def _template(self) -> Object:
        """The Function's container with its variables replaced."""
        spec = self.function.spec
        template = {
            "image": spec.image,
            "command": list(spec.command),
            "args": list(spec.args),
            "workingDir": spec.working_dir,
            "ports": list(spec.ports),
            "volumeDevices": list(spec.volume_devices),
            "runtimeSettings": container_settings.of_runtime_settings(spec.runtime_settings),
        }
        expanded: Object = self._expanded(template, f"Function {self.function.metadata.name}")
        return expanded

    def _mounts(self) -> list[Mapping[str, Any]]:
        target = self.task.target_volumes
        return [
            *self.declared.volume_mounts,
            *self.function.spec.volume_mounts,
            *(target.volume_mounts if target else ()),
        ]

    def _volumes(self) -> list[Object]:
        target = self.task.target_volumes
        volumes = [
            *({"name": name, **_source(source)} for name, source in self._sources_by_name()),
            *(target.volumes if target else ()),
        ]
        return [self._expanded(volume, f"the volume {volume['name']}") for volume in volumes]

    def _sources_by_name(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """The task's volumes, each with the source that counts."""
        replaced = {
            self._expanded(volume.name, "addonVolumes"): volume.source or {}
            for volume in self.task.addon_volumes
        }
        templates = {each.name: each.source or {} for each in self.declared.volume_template}
        return list({**templates, **replaced}.items())

    def _expanded(self, value: Any, where: str) -> Any:
        plain = {name: each.text for name, each in self.values.items()}
        try:
            return expand_tree(value, plain)
        except SubstitutionError as error:
            message = f"Task {self.declared.name}, {where}: {error.message}"
            raise SubstitutionError(message, *error.hints) from None

    def _sources(self) -> dict[str, str]:
        owner = f"Function {self.function.metadata.name}"
        spec = self.function.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
        fields = {name: spec[name] for name in ("image", "command", "args") if name in spec}
        found = {
            path: "; ".join([f"{owner} spec.{path}", *self._explained(text)])
            for path, text in texts(fields)
        }
        overridden = {self._expanded(each.name, "addonVolumes") for each in self.task.addon_volumes}
        for name, _ in self._sources_by_name():
            by = "addonVolumes of the session" if name in overridden else "volumeTemplate"
            found[f"volumes[{name}]"] = f"task {self.declared.name} {by}"
        return found

    def _explained(self, text: str) -> list[str]:
        return [
            f"{name} ← {self.values[name].source if name in self.values else 'default in the text'}"
            for name in variables_in(text)
        ]


def _source(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """A volume as Kubernetes knows it: a claim template lives and dies with the pod."""
    template = source.get("volumeClaimTemplate")
    return source if template is None else {"ephemeral": {"volumeClaimTemplate": template}}
