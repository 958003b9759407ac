"""Can this HookTemplate be used?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.core.hook_template import HookExecutorType
from ..findings import Finding
from .usage_policy import usage_policy_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.core.hook_template import HookExecutor, HookTemplate


def hook_template_findings(template: HookTemplate) -> list[Finding]:
    """Everything that keeps this template from being run."""
    owner = f"HookTemplate {template.key}"
    return [
        *usage_policy_findings(owner, template.spec.usage_policy),
        *_executor(owner, template),
    ]


def _executor(owner: str, template: HookTemplate) -> Iterator[Finding]:
    executor, action = template.spec.executor, template.spec.action
    where = "spec.executor"
    if executor is None:
        yield Finding("ExecutorMissing", f"{owner}: {where}: say who runs the action.", where)
        return
    if executor.type is None:
        where = "spec.executor.type"
        message = f"{owner}: {where}: one of Function, Pod and Operator."
        yield Finding("ExecutorMissing", message, where)
    if executor.type == HookExecutorType.FUNCTION:
        if executor.function is None or not executor.function.name:
            where = "spec.executor.function.name"
            yield Finding("FunctionMissing", f"{owner}: {where}: name the Function.", where)
    elif action is None:
        yield Finding("ActionMissing", f"{owner}: spec.action: say what is done.", "spec.action")
    if executor.type == HookExecutorType.POD:
        yield from _selector(owner, executor)


def _selector(owner: str, executor: HookExecutor) -> Iterator[Finding]:
    where = "spec.executor.pod.selector"
    selector = executor.pod.selector if executor.pod else ""
    if not selector.strip():
        message = f"{owner}: {where}: say which pods, such as `app=web`."
        yield Finding("SelectorMissing", message, where)
        return
    for part in selector.split(","):
        key, sign, _ = part.partition("=")
        if not sign or not key.strip():
            message = f"{owner}: {where}: {part.strip()!r} is not of the form `key=value`."
            yield Finding("InvalidSelector", message, where)
