"""A Task of several Functions is a Job whose containers run one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.api.stash.function import Function
from kubectl_kubestash.api.stash.task import Task
from kubectl_kubestash.errors import NotFound, SubstitutionError
from kubectl_kubestash.resolve.stash_task import StashTaskInputs, stash_task_job

from .stash_manifests import STASH, objects

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.program import Answer, Terminal

DATABASE = str(STASH / "database.yaml")


def inputs(**values: Any) -> StashTaskInputs:
    raw = {(one["kind"], one["metadata"]["name"]): one for one in objects("database")}
    functions = [Function.parse(one) for (kind, _), one in raw.items() if kind == "Function"]
    given: dict[str, Any] = {
        "task": Task.parse(raw["Task", "tinydb-backup-1.2"]),
        "functions": {each.metadata.name: each for each in functions},
        "key": ObjectKey("demo", "run"),
        "built_in": {
            "NAMESPACE": "demo",
            "BACKUP_SESSION": "run",
            "TARGET_NAME": "tinydb",
            "REPOSITORY_NAME": "repo",
            "REPOSITORY_SECRET_NAME": "secret",
        },
    }
    return StashTaskInputs(**{**given, **values})


def pod(**values: Any) -> dict[str, Any]:
    found: dict[str, Any] = stash_task_job(inputs(**values))["spec"]["template"]["spec"]
    return found


def test_all_but_the_last_are_init_containers_in_their_order() -> None:
    spec = pod()

    (first,), (last,) = spec["initContainers"], spec["containers"]
    assert (first["name"], last["name"]) == ("tinydb-backup-0", "update-status-1")
    assert first["args"] == [
        "backup",
        "--namespace=demo",
        "--backupsession=run",
        "--app=tinydb",
        "--output=/results",
        "--args=",
    ]
    assert last["args"] == ["update-status", "--repository=repo", "--status=/results/status.json"]
    assert first["volumeMounts"] == [{"name": "output", "mountPath": "/results"}]
    assert spec["volumes"] == [
        {"name": "output", "emptyDir": {}},
        {"name": "credentials", "secret": {"secretName": "secret"}},
    ]
    assert spec["restartPolicy"] == "Never"


def test_what_the_user_says_wins_over_the_step_and_reaches_every_function() -> None:
    spec = pod(params={"outputDir": "/mine", "tinydbArgs": "--all"})

    assert spec["initContainers"][0]["args"][-2:] == ["--output=/mine", "--args=--all"]
    assert spec["containers"][0]["volumeMounts"] == [{"name": "output", "mountPath": "/mine"}]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SubstitutionError, match=r"Function tinydb-backup: .*TARGET_NAME"):
        stash_task_job(inputs(built_in={"REPOSITORY_SECRET_NAME": "s"}))
    with pytest.raises(SubstitutionError, match=r"volumes: .*REPOSITORY_SECRET_NAME"):
        stash_task_job(inputs(built_in={}))
    with pytest.raises(NotFound, match="no Function 'tinydb-backup'"):
        stash_task_job(inputs(functions={}))


def containers(answer: Answer) -> list[tuple[str, list[str]]]:
    spec = yaml.safe_load(answer.out)["spec"]["template"]["spec"]
    found = [*spec["initContainers"], *spec["containers"]]
    return [(each["name"], each["args"]) for each in found]


def test_the_job_of_stash_and_the_job_of_the_addon_run_the_same(
    terminal: Terminal, tmp_path: Path
) -> None:
    task = "tinydb-backup-1.2"
    of_stash = terminal("convert", "-f", DATABASE, "--job", task)
    (tmp_path / "made.yaml").write_text(terminal("convert", "-f", DATABASE).out)

    steps = "tinydb-backup,update-status"
    words = ("addon", "resolve", task, steps, "--bc", "demo/tinydb", "-f", str(tmp_path))
    of_addon = terminal(*words)

    assert (of_stash.code, of_addon.code) == (0, 0), of_addon.err
    session = yaml.safe_load(of_addon.out)["metadata"]["name"]
    expected = [
        (name, [text.replace("BACKUPSESSION", session) for text in args])
        for name, args in containers(of_stash)
    ]
    assert containers(of_addon) == expected
    assert expected[0][1][-1] == "--args=--clean"


def test_a_task_that_is_not_there_is_not_found(terminal: Terminal) -> None:
    answer = terminal("convert", "-f", DATABASE, "--job", "tinydb-backup-1.3")

    assert answer.code == 7
    assert "tinydb-backup-1.2" in answer.err
