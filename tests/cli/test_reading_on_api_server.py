"""Commands that read, against a real API server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import BACKUP_SESSION, RETENTION_POLICY, SNAPSHOT

from .cluster_world import document
from .program import process

if TYPE_CHECKING:
    from .cluster_world import World

pytestmark = pytest.mark.cluster


def test_get_prints_the_columns_and_values_of_kubectl(world: World) -> None:
    world.configuration()

    ours = world.run("get", "backupconfigurations").out.split()
    theirs = world.kubectl("get", "backupconfigurations", "-n", world.namespace).out.split()

    assert ours[:6] == theirs[:6] == ["NAME", "PHASE", "PAUSED", "AGE", "files", "Ready"]


def test_get_works_as_a_kubectl_plugin_with_flags_anywhere(world: World) -> None:
    world.configuration()

    before = world.kubectl("kubestash", "-n", world.namespace, "get", "bc", "-o", "name")
    after = world.kubectl("kubestash", "get", "bc", "-o", "name", "-n", world.namespace)

    assert before == after == (0, "backupconfiguration.core.kubestash.com/files\n", "")


def test_nothing_found_is_said_on_stderr_and_is_no_error(world: World) -> None:
    assert world.run("get", "bc") == (
        0,
        "",
        f"No resources found in {world.namespace} namespace.\n",
    )


def test_a_missing_object_is_7_with_near_names(world: World) -> None:
    world.configuration()

    code, out, err = world.run("get", "bc", "filez")

    assert (code, out) == (7, "")
    assert err == (
        'Error from server (NotFound): backupconfigurations.core.kubestash.com "filez" not found\n'
        "hint: did you mean files?\n"
    )


def test_a_missing_object_that_is_elsewhere_is_told(world: World) -> None:
    world.configuration()

    answer = process("get", "bc", "files", "-n", "default", KUBECONFIG=str(world.kubeconfig))

    assert answer.code == 7
    assert "it is in namespace" in answer.err


def test_a_name_that_is_like_none_is_answered_with_the_command_that_lists_them(
    world: World,
) -> None:
    addon = process("describe", "addon", "nothing", KUBECONFIG=str(world.kubeconfig))
    session = world.run("describe", "session", "nothing")

    assert (addon.code, session.code) == (7, 7)
    assert addon.err.endswith("hint: kubectl kubestash get addons\n")
    assert session.err.endswith("hint: kubectl kubestash get backupsessions -A\n")


def test_who_may_see_one_namespace_gets_near_names_and_logs_there(world: World) -> None:
    world.configuration()
    world.create(BACKUP_SESSION, "run-1", spec={"session": "hourly"})
    kinds = "backupconfigurations.core.kubestash.com,backupsessions.core.kubestash.com,pods"
    for words in (
        ["create", "role", "some", "--verb=get,list", f"--resource={kinds}"],
        ["create", "rolebinding", "some", "--role=some", "--user=somebody"],
    ):
        assert world.kubectl(*words, "-n", world.namespace).code == 0

    missing = world.run("describe", "bc", "filez", "--as", "somebody")
    logs = world.run("backup", "logs", "run-1", "--as", "somebody")
    nothing = world.run("backup", "logs", "run-1", "--as", "nobody")

    assert (missing.code, "hint: did you mean files?" in missing.err) == (7, True)
    assert (logs.code, "has no Pod with a log" in logs.err) == (7, True)
    assert nothing.code == 9


def test_ignore_not_found_says_nothing(world: World) -> None:
    assert world.run("get", "bc", "nope", "--ignore-not-found") == (0, "", "")


def test_an_error_with_json_is_json_on_stderr_and_stdout_stays_empty(world: World) -> None:
    code, out, err = world.run("get", "bc", "nope", "-o", "json")

    assert (code, out) == (7, "")
    assert json.loads(err)["code"] == 7


def test_what_rbac_forbids_is_9(world: World) -> None:
    code, _, err = world.run("get", "bc", "--as", "nobody")

    assert code == 9
    assert err.startswith("Error from server (Forbidden): ")


def test_all_kinds_are_shown_with_their_full_names(world: World) -> None:
    world.configuration()
    world.create(BACKUP_SESSION, "run-1", spec={"session": "hourly"})

    out = world.run("get", "all").out

    assert "backupconfiguration.core.kubestash.com/files" in out
    assert "backupsession.core.kubestash.com/run-1" in out


def test_fields_that_the_server_does_not_know_are_compared_here(world: World) -> None:
    for name, phase in (("a", "Failed"), ("b", "Succeeded")):
        world.create(BACKUP_SESSION, name, spec={"session": "hourly"})
        world.status(BACKUP_SESSION, name, phase=phase)

    words = ["get", "backupsessions", "--field-selector", "status.phase=Failed"]

    assert world.run(*words, "-o", "name").out == "backupsession.core.kubestash.com/a\n"
    assert world.run(*words, "--no-headers").out.split()[0] == "a"


def test_rows_can_be_sorted(world: World) -> None:
    for name, kept in (("a", 9), ("b", 10), ("c", 1)):
        world.create(RETENTION_POLICY, name, spec={"successfulSnapshots": {"last": kept}})

    words = ["get", "retentionpolicies", "--no-headers", "--sort-by"]
    out = world.run(*words, ".spec.successfulSnapshots.last").out

    assert [line.split()[0] for line in out.splitlines()] == ["c", "a", "b"]


def test_what_no_object_has_cannot_be_sorted_by(world: World) -> None:
    world.create(RETENTION_POLICY, "keep", spec={"maxRetentionPeriod": "1d"})

    answer = world.run("get", "retentionpolicies", "--sort-by=.spec.nosuch")

    assert (answer.code, answer.out) == (2, "")
    assert "--sort-by .spec.nosuch: none of these objects has such a field" in answer.err


def test_custom_columns_come_without_headers_when_asked(world: World) -> None:
    world.create(RETENTION_POLICY, "keep", spec={"maxRetentionPeriod": "1d"})

    words = ["get", "retentionpolicies", "-o=custom-columns=N:.metadata.name", "--no-headers"]

    assert world.run(*words).out == "keep\n"


def test_a_watch_shows_headers_once_and_only_what_fits_and_ends_with_control_c(
    world: World,
) -> None:
    for name, phase in (("a", "Succeeded"), ("b", "Failed")):
        world.create(BACKUP_SESSION, name, spec={"session": "hourly"})
        world.status(BACKUP_SESSION, name, phase=phase)
    words = ["get", "backupsessions", "-w", "-n", world.namespace]
    words += ["--field-selector=status.phase=Failed", "-o=custom-columns=NAME:.metadata.name"]

    with subprocess.Popen(
        [sys.executable, "-m", "kubectl_kubestash", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KUBECONFIG": str(world.kubeconfig)},
    ) as watch:
        assert watch.stdout is not None
        assert watch.stderr is not None
        assert [watch.stdout.readline() for _ in range(2)] == ["NAME\n", "b\n"]
        world.create(BACKUP_SESSION, "c", spec={"session": "hourly"})
        world.status(BACKUP_SESSION, "c", phase="Failed")
        assert watch.stdout.readline() == "c\n"
        watch.send_signal(signal.SIGINT)
        assert watch.wait(timeout=60) == 130
        assert watch.stderr.read() == ""


def test_runs_are_listed_by_phase_and_configuration_in_any_form(world: World) -> None:
    world.configuration("files", "hourly")
    for name, phase in (("a", "Failed"), ("b", "Succeeded")):
        invoker = {"kind": "BackupConfiguration", "name": "files"}
        world.create(BACKUP_SESSION, name, spec={"session": "hourly", "invoker": invoker})
        world.status(BACKUP_SESSION, name, phase=phase)
    words = ["backup", "list"]

    assert world.run(*words, "--phase=failed", "--no-headers").out.split()[0] == "a"
    assert world.run(*words, "files", "-o", "name").out.splitlines() == [
        "backupsession.core.kubestash.com/a",
        "backupsession.core.kubestash.com/b",
    ]
    assert "choose one of: Pending, Running" in world.run(*words, "--phase=broken").err
    missing = world.run(*words, "filez")
    assert (missing.code, missing.out) == (7, "")
    assert "did you mean files?" in missing.err


def test_namespaces_are_shown_for_all_of_them(world: World) -> None:
    world.configuration()

    lines = process("get", "bc", "-A", KUBECONFIG=str(world.kubeconfig)).out.splitlines()

    assert lines[0].split()[0] == "NAMESPACE"
    assert any(line.startswith(world.namespace) for line in lines)


def test_sessions_show_progress_size_and_reason(world: World) -> None:
    invoker = {"kind": "BackupConfiguration", "name": "files"}
    world.create(BACKUP_SESSION, "run-1", spec={"invoker": invoker, "session": "hourly"})
    world.status(BACKUP_SESSION, "run-1", phase="Failed", duration="41s")
    world.create(SNAPSHOT, "s-1", spec={"backupSession": "run-1", "repository": "repo"})
    failed = {"phase": "Failed", "error": "repository is locked"}
    world.status(SNAPSHOT, "s-1", components={"dump": failed})

    out = world.run("get", "sessions").out

    assert out.splitlines()[0].split()[:5] == ["NAME", "CONFIG", "SESSION", "PHASE", "PROGRESS"]
    assert "dump: repository is locked" in out


def test_stdout_is_pure_json_whatever_the_terminal(world: World) -> None:
    world.configuration()

    answer = world.run("get", "bc", "-o", "json", COLUMNS="20", NO_COLOR="1", LANG="C")

    assert len(document(answer)["items"]) == 1
    assert answer.err == ""


@pytest.mark.parametrize("kind", ["bc", "session"])
def test_describe_shows_an_object_in_words(world: World, kind: str) -> None:
    world.configuration()
    invoker = {"kind": "BackupConfiguration", "name": "files"}
    world.create(BACKUP_SESSION, "files", spec={"invoker": invoker, "session": "hourly"})

    code, out, err = world.run("describe", kind, "files", COLUMNS="20")

    assert (code, err) == (0, "")
    assert out.startswith("Name:")
    assert world.namespace in out


def test_the_newest_can_be_named(world: World) -> None:
    world.create(BACKUP_SESSION, "run-1", spec={"session": "hourly"})

    assert "run-1" in world.run("describe", "session", "@latest").out
    assert world.run("describe", "session", "@latest:daily").code == 7
    assert world.run("describe", "snapshot", "@latest").code == 7


def test_an_addon_is_described_with_tasks_and_uses_of_parameters(world: World) -> None:
    world.configuration()

    out = world.run("describe", "addon", "pvc-addon").out

    assert "Task logical-backup (backup):" in out
    assert "arg --paths" in out
    assert f"{world.namespace}/files[hourly]" in out


def test_a_task_is_resolved_with_the_values_of_a_session(world: World) -> None:
    world.configuration()

    answer = world.run("addon", "resolve", "pvc-addon", "logical-backup", "--bc", "files")

    assert answer.code == 0
    assert "claimName: files" in answer.out


def test_versions_of_client_server_and_operator_are_told(world: World) -> None:
    facts = document(world.run("version", "-o", "json"))

    assert facts["kinds"] == "14 of 14"
    assert facts["operator"]


def test_names_are_completed_through_kubectl(world: World) -> None:
    world.configuration("files", "hourly", "daily")
    namespace = f"--namespace={world.namespace}"

    names = world.kubectl("__complete", "kubestash", namespace, "backup", "now", "")
    sessions = world.kubectl(
        *("__complete", "kubestash", namespace, "backup", "now", "files", "--session", "h")
    )

    assert names.out.splitlines()[0].split("\t")[0] == "files"
    assert [line.split("\t")[0] for line in sessions.out.splitlines()[:-1]] == ["hourly"]


def test_completion_is_silent_when_there_is_no_server(world: World) -> None:
    answer = world.kubectl("__complete", "kubestash", "-s=https://127.0.0.1:1", "backup", "now", "")

    assert "refused" not in answer.out + answer.err
    assert "Traceback" not in answer.out + answer.err
