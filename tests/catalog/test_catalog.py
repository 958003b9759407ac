from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.addon_info import AddonTaskInfo
from kubectl_kubestash.catalog import documents, is_ours
from kubectl_kubestash.resolve.labels import UNSUPPORTED_TASKS
from kubectl_kubestash.resolve.substitution import variables_in
from kubectl_kubestash.resolve.task_findings import TaskInputs, task_findings
from kubectl_kubestash.resolve.task_values import BUILTINS, texts_of_function

from .written import ADDONS, BY_NAME, FUNCTIONS, tasks_of

if TYPE_CHECKING:
    from kubectl_kubestash.api.addons.addon import Addon, Task
    from kubectl_kubestash.api.addons.function import Function

TASKS = [(addon, task, kind) for addon in ADDONS.values() for task, kind in tasks_of(addon)]


def test_functions_come_before_the_addons_that_name_them() -> None:
    kinds = [each["kind"] for each in documents()]
    assert kinds == sorted(kinds, reverse=True)
    assert list(BY_NAME) == [*FUNCTIONS, *ADDONS]
    assert len(documents()) == len(BY_NAME)


def test_every_document_is_marked_as_ours() -> None:
    assert all(is_ours(each) for each in documents())


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"labels": {}},
        {"labels": {"app.kubernetes.io/managed-by": "Helm"}},
        {"labels": {"app.kubernetes.io/managed-by": "kubestash.com"}},
        {"labels": {"app.kubernetes.io/part-of": "kubectl-kubestash"}},
    ],
)
def test_a_foreign_catalogue_is_recognised(metadata: dict[str, Any]) -> None:
    assert not is_ours({"kind": "Addon", "metadata": metadata})


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_variable_has_a_value_from_somewhere(function: Function) -> None:
    named = {name for text in texts_of_function(function) for name in variables_in(text)}
    assert named
    assert set(variables_in(function.spec.image)) <= BUILTINS
    for argument in function.spec.args:
        assert "${" not in argument or ":=" in argument


@pytest.mark.parametrize(
    ("addon", "task", "kind"), TASKS, ids=[f"{a.metadata.name}-{t.name}" for a, t, _ in TASKS]
)
def test_exactly_the_tasks_that_run_are_not_marked_as_unsupported(
    addon: Addon, task: Task, kind: str
) -> None:
    given = {each.name: "given" for each in task.parameters if each.required}
    info = AddonTaskInfo(name=task.name, params=given)
    asked = TaskInputs(addon=addon, functions=FUNCTIONS, task=info, kind=kind)
    marked = addon.metadata.annotations.get(UNSUPPORTED_TASKS, "").split(", ")
    reasons = {finding.reason for finding in task_findings(asked)}
    assert reasons == ({"NotSupported"} if task.name in marked else set())
