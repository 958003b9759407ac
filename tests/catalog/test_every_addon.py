"""Names are KubeStash's: the two tables beside this file say what its catalogue calls things.

`tasks.tsv`: Addon, kind, task, driver, executor, singleton, Function, parameters (`!` required,
`=` default), mounts. `functions.tsv`: Function, flags with the variables that fill them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.resolve.components import component
from kubectl_kubestash.resolve.labels import UNSUPPORTED_COMMAND, UNSUPPORTED_TASKS
from kubectl_kubestash.resolve.task_support import can_run, lacks
from kubectl_kubestash.runner.__main__ import _FLAGS as COMMANDS

from .written import ADDONS, FUNCTIONS, tasks_of

if TYPE_CHECKING:
    from kubectl_kubestash.api.addons.addon import Addon, Task
    from kubectl_kubestash.api.addons.function import Function

FOLDER = Path(__file__).parent
MORE_PARAMETERS = {
    "mongodb-backup": ["maxConcurrency=3", "authenticationDatabase=admin"],
    "mongodb-restore": ["maxConcurrency=3", "authenticationDatabase=admin"],
    "singlestore-restore": ["databases"],
}
"""KubeStash's Functions use them, but its Addons do not declare them; ours do."""

MORE_FLAGS = {
    "cassandra": {"--enable-cache=enableCache", "--scratch-dir=scratchDir"},
    "clickhouse": {"--enable-cache=enableCache", "--scratch-dir=scratchDir"},
    "mysql-physical-backup": {"--databases=databases"},
    "qdrant-backup": {"--collections=collections", "--max-parallel-dump=maxParallelDump"},
    "qdrant-restore": {"--collections=collections"},
    "singlestore-backup": {"--databases=databases"},
}
"""KubeStash's Addons declare the parameters, but its Functions do not use them; ours do."""


def rows(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def shown(addon: Addon, task: Task, kind: str) -> list[str]:
    parameters = [
        f"{each.name}{'!' if each.required else ''}"
        f"{'' if each.default is None else f'={each.default}'}"
        for each in task.parameters
    ]
    more = MORE_PARAMETERS.get(task.function, [])
    assert [each for each in more if each not in parameters] == []
    return [
        addon.metadata.name,
        kind,
        task.name,
        str(task.driver),
        str(task.executor or ""),
        str(task.singleton).lower(),
        task.function,
        " ; ".join(each for each in parameters if each not in more),
        " ".join(f"{mount['name']}:{mount['mountPath']}" for mount in task.volume_mounts),
    ]


def test_there_are_twenty_addons_and_sixty_functions() -> None:
    assert (len(ADDONS), len(FUNCTIONS)) == (20, 60)
    assert sorted(FUNCTIONS) == sorted(row[0] for row in rows("functions.tsv"))


def test_every_task_is_called_and_set_up_as_in_kubestash() -> None:
    ours = [shown(addon, task, kind) for addon in ADDONS.values() for task, kind in tasks_of(addon)]

    theirs = [
        [*row[:7], " ; ".join(sorted(row[7].split(" ; "))), row[8]] for row in rows("tasks.tsv")
    ]
    assert sorted([*row[:7], " ; ".join(sorted(row[7].split(" ; "))), row[8]] for row in ours) == (
        sorted(theirs)
    )


@pytest.mark.parametrize("row", rows("functions.tsv"), ids=lambda row: row[0])
def test_every_function_takes_what_kubestashs_takes(row: list[str]) -> None:
    name, flags = row
    args = FUNCTIONS[name].spec.args
    found = {re.sub(r"=\$\{(\w+):=.*\}$", r"=\1", arg) for arg in args[1:]}
    of_addon = MORE_FLAGS.get(name.split("-")[0], set())
    assert found == {*flags.split(), *MORE_FLAGS.get(name, set()), *of_addon}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_is_marked_exactly_when_the_runner_has_no_such_command(
    function: Function,
) -> None:
    command = function.spec.args[0]
    marked = function.metadata.annotations.get(UNSUPPORTED_COMMAND)
    assert marked == (None if command in COMMANDS else command)
    assert can_run(function) == (command in COMMANDS)


@pytest.mark.parametrize("addon", ADDONS.values(), ids=ADDONS)
def test_the_annotation_of_an_addon_names_exactly_the_tasks_that_cannot_run(addon: Addon) -> None:
    cannot = [
        task.name
        for task, _ in tasks_of(addon)
        if lacks(task.driver, task.executor) or not can_run(FUNCTIONS[task.function])
    ]
    assert addon.metadata.annotations.get(UNSUPPORTED_TASKS, "") == ", ".join(cannot)


def test_a_mark_that_was_left_on_somebody_elses_function_does_not_count() -> None:
    ours = FUNCTIONS["mysql-backup"]
    theirs = ours.model_copy(
        update={"spec": ours.spec.model_copy(update={"args": ("backup", "--mysql-args=${args:=}")})}
    )

    assert not can_run(ours)
    assert can_run(theirs)
    assert can_run(None)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("postgres-metadata-storage-backup", "logical-backup"),
        ("postgres-metadata-storage-restore", "logical-backup-restore"),
    ],
)
def test_the_metadata_storage_of_druid_is_a_postgres_like_any_other(ours: str, theirs: str) -> None:
    druid = {task.name: task for task, _ in tasks_of(ADDONS["druid-addon"])}[ours]
    postgres = {task.name: task for task, _ in tasks_of(ADDONS["postgres-addon"])}[theirs]

    assert druid.model_copy(update={"name": theirs}) == postgres
    assert component(ours) == component(theirs) == "dump"
