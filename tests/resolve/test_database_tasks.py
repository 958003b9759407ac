"""A database as the target: what is refused before a session runs, and what its Job may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.addons.function import Function
from kubectl_kubestash.api.app_binding import AppBinding
from kubectl_kubestash.resolve import job_reads
from kubectl_kubestash.resolve.executor_job import backup_jobs, restore_jobs
from kubectl_kubestash.resolve.run_tasks import BackupJobInputs, RestoreJobInputs
from kubectl_kubestash.resolve.validation import (
    ConfigurationInputs,
    RestoreInputs,
    configuration_findings,
    restore_findings,
)

from .builders import (
    CLAIM,
    IMAGE,
    addons,
    backup_session,
    configuration,
    functions,
    keyed,
    namespace,
    policy,
    repository,
    restore_session,
    session_spec,
    snapshot,
    storage,
)

if TYPE_CHECKING:
    from kubectl_kubestash.resolve.findings import Finding

DATABASE = {"apiGroup": "appcatalog.appscode.com", "kind": "AppBinding", "name": "db"}


def of_addon(task: str, **params: Any) -> dict[str, Any]:
    return {"name": "postgres-addon", "tasks": [{"name": task, "params": params}]}


def backup_findings(target: dict[str, str], task: str, **params: Any) -> list[Finding]:
    inputs = ConfigurationInputs(
        configuration=configuration(
            session_spec(addon=of_addon(task, **params)), target={**CLAIM, **target}
        ),
        namespace=namespace(),
        storages=keyed(storage()),
        policies=keyed(policy(successfulSnapshots={"last": 1})),
        addons=addons(),
        functions=functions(),
        allow_cross_namespace=False,
    )
    return configuration_findings(inputs)


def findings_of_restore(target: dict[str, str], **params: Any) -> list[Finding]:
    addon = of_addon("logical-backup-restore", **params)
    inputs = RestoreInputs(
        session=restore_session(target=target, addon=addon),
        namespace=namespace(),
        snapshots=[snapshot()],
        repository=repository(),
        storage=storage(),
        addon=addons()["postgres-addon"],
        functions=functions(),
        allow_cross_namespace=False,
    )
    return restore_findings(inputs)


def test_a_database_can_be_backed_up_and_restored() -> None:
    assert backup_findings(DATABASE, "logical-backup") == []
    assert backup_findings(DATABASE, "logical-backup", backupCmd="pg_dump", args="demo") == []
    assert findings_of_restore(DATABASE, args="--dbname=demo -1") == []
    assert findings_of_restore(DATABASE, args="--dbname=demo --no-owner --clean") == []


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"backupCmd": "sh"}, "backupCmd is 'sh', it must be one of"),
        ({"args": "--file=/tmp/x"}, "--file cannot be given to pg_dumpall"),
        ({"args": "'half"}, "No closing quotation"),
        ({"waitTimeout": "5m"}, "waitTimeout must be a number of seconds"),
    ],
)
def test_arguments_that_the_tool_must_not_get_are_findings(
    params: dict[str, str], told: str
) -> None:
    (found,) = backup_findings(DATABASE, "logical-backup", **params)

    assert found.reason == "InvalidParameter"
    assert told in found.message
    assert "BackupConfiguration demo/files: spec.sessions[0].addon.tasks[0].params" in found.message


def test_a_restore_that_would_hide_errors_is_a_finding() -> None:
    (found,) = findings_of_restore(DATABASE, args="-v ON_ERROR_STOP=0")

    assert "ON_ERROR_STOP is set by KubeStash" in found.message


def test_tasks_and_targets_that_do_not_fit_are_findings() -> None:
    (volume,) = backup_findings(CLAIM, "logical-backup")
    (missing,) = backup_findings(DATABASE, "physical-backup")
    elsewhere = {**DATABASE, "namespace": "other"}
    (foreign,) = backup_findings(elsewhere, "logical-backup")
    (foreign_restore,) = findings_of_restore(elsewhere)

    assert volume.reason == "WrongTarget"
    assert "works on an AppBinding, not on a PersistentVolumeClaim" in volume.message
    assert missing.reason == "NotSupported"
    for found in (foreign, foreign_restore):
        assert found.reason == "OtherNamespace"
        assert "AppBinding other/db" in found.message


def binding(**changes: Any) -> AppBinding:
    spec = {
        "version": "16.1",
        "secret": {"name": "db-auth"},
        "tlsSecret": {"name": "db-tls"},
        **changes,
    }
    return AppBinding.model_validate(
        {"metadata": {"name": "db", "namespace": "data"}, "spec": spec}
    )


def backup_inputs(**changes: Any) -> BackupJobInputs:
    config = configuration(
        session_spec(addon=of_addon("logical-backup")), target={**DATABASE, "namespace": "data"}
    )
    addon = addons()["postgres-addon"]
    assert addon is not None
    given = {
        "session": backup_session(),
        "configuration": config,
        "session_spec": config.spec.sessions[0],
        "addon": addon,
        "functions": functions(),
        "storages": [storage()],
        "repositories": [repository()],
        "image": IMAGE,
        "binding": binding(),
        **changes,
    }
    return BackupJobInputs(**given)


def restore_inputs() -> RestoreJobInputs:
    addon = addons()["postgres-addon"]
    assert addon is not None
    return RestoreJobInputs(
        session=restore_session(target=DATABASE, addon=of_addon("logical-backup-restore")),
        snapshot=snapshot(),
        repository=repository(),
        storage=storage(),
        addon=addon,
        functions=functions(),
        image=IMAGE,
        binding=binding(tlsSecret=None),
    )


def test_the_job_reads_the_app_binding_and_its_secrets() -> None:
    backup = {f"{each.resource.kind} {each.key}" for each in job_reads.of_backup(backup_inputs())}
    restore = {
        f"{each.resource.kind} {each.key}" for each in job_reads.of_restore(restore_inputs())
    }

    mine = {"AppBinding data/db", "Secret data/db-auth", "Secret data/db-tls"}
    assert mine <= backup
    assert mine - {"Secret data/db-tls"} <= restore
    assert "Secret data/db-tls" not in restore


def test_the_job_runs_the_task_of_the_runner_with_all_parameters() -> None:
    (backup,) = backup_jobs(backup_inputs())
    (restore,) = restore_jobs(restore_inputs())

    pod = backup["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"][0] == "backup-postgres"
    assert "--backup-cmd=pg_dumpall" in container["args"]
    assert {"--pg-args=", "--user=postgres", "--wait-timeout=300"} <= set(container["args"])
    assert {"name": "COMPONENT_NAME", "value": "dump"} in container["env"]
    assert [volume["name"] for volume in pod["volumes"]] == ["kubestash-tmp-volume"]
    (restoring,) = restore["spec"]["template"]["spec"]["containers"]
    assert restoring["args"][0] == "restore-postgres"


def test_a_function_with_an_image_for_each_version_gets_the_one_that_fits() -> None:
    spec = {
        "image": "registry.test/postgres-tools:v1_${DB_VERSION}",
        "availableVersions": ["14.10", "16.4", "17.2"],
        "args": ["backup", "--version=${dbVersion:=}"],
    }
    raw = {"metadata": {"name": "postgres-backup"}, "spec": spec}
    given = {**functions(), "postgres-backup": Function.model_validate(raw)}

    (job,) = backup_jobs(backup_inputs(functions=given))

    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.test/postgres-tools:v1_16.4"
    assert container["args"] == ["backup", "--version=16.1"]
