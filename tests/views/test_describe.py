"""Descriptions of whole objects, also of broken ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api import resources
from kubectl_kubestash.views.describe import describe
from kubectl_kubestash.views.description import Related

from .builders import NOW, at, condition, running, session, snapshot

if TYPE_CHECKING:
    from kubectl_kubestash.views.section import Section


def field(sections: list[Section], label: str) -> str:
    return next((v for section in sections for name, v in section.fields if name == label), "")


def section(sections: list[Section], title: str) -> Section:
    return next(section for section in sections if section.title == title)


@pytest.mark.parametrize("resource", resources.OURS, ids=lambda resource: resource.kind)
def test_an_object_with_nothing_in_it_can_be_described(resource: resources.Resource) -> None:
    sections = describe(resource, {"metadata": {"name": "x"}}, Related(now=NOW))

    assert field(sections, "Name") == "x"


@pytest.mark.parametrize("resource", resources.OURS, ids=lambda resource: resource.kind)
def test_an_object_that_breaks_every_rule_can_be_described(resource: resources.Resource) -> None:
    broken = {
        "metadata": {"name": "x"},
        "spec": ["no"],
        "status": {"conditions": "none", "phase": 3},
    }

    assert field(describe(resource, broken, Related(now=NOW)), "Name") == "x"


def test_a_session_shows_steps_snapshots_and_events() -> None:
    event = {"type": "Warning", "reason": "Pull", "message": "no image", "lastTimestamp": at(5)}
    found = session("Running", condition("SnapshotsEnsured"), snapshots=[{"name": "s"}])
    related = Related(now=NOW, snapshots=[snapshot(running())], events=[event])

    sections = describe(resources.BACKUP_SESSION, found, related)

    assert [part.title for part in sections] == ["", "Steps", "Snapshots", "Conditions", "Events"]
    assert section(sections, "Events").rows == (("5s", "Warning", "Pull", "no image"),)


def configuration() -> dict[str, Any]:
    return {
        "metadata": {"name": "files", "namespace": "demo"},
        "spec": {
            "target": {"kind": "PersistentVolumeClaim", "name": "files"},
            "paused": True,
            "backends": [{"name": "s3", "storageRef": {"name": "s3"}}],
            "sessions": [
                {
                    "name": "hourly",
                    "scheduler": {"schedule": "0 * * * *"},
                    "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
                    "repositories": [{"name": "repo", "directory": "/d"}],
                }
            ],
        },
        "status": {
            "phase": "NotReady",
            "backends": [{"name": "s3", "ready": False, "storage": {"reason": "not found"}}],
            "sessions": [{"name": "hourly", "nextSchedule": at(-720)}],
        },
    }


def test_a_configuration_says_when_it_runs_next_and_what_is_wrong() -> None:
    sections = describe(
        resources.BACKUP_CONFIGURATION,
        configuration(),
        Related(now=NOW, backup_sessions=[session("Failed")]),
    )

    assert field(sections, "Paused").startswith("yes")
    assert section(sections, "Sessions").rows[0][2].endswith("(in 12m)")
    assert section(sections, "Backends").rows[0][-1] == "no: not found"
    assert section(sections, "Last runs").rows[0][:2] == ("files-hourly-1", "Failed")


def test_a_configuration_says_that_its_target_is_missing_and_which_policy_is_the_default() -> None:
    found = configuration()
    found["status"]["targetFound"] = False
    found["status"]["backends"][0]["retentionPolicy"] = {"ref": {"name": "keep"}}

    sections = describe(resources.BACKUP_CONFIGURATION, found, Related(now=NOW))

    assert field(sections, "Phase") == "NotReady: the target does not exist"
    assert section(sections, "Backends").rows[0][2] == "demo/keep (default)"


def addon() -> dict[str, Any]:
    return {
        "metadata": {"name": "pvc-addon"},
        "spec": {
            "backupTasks": [
                {
                    "name": "logical-backup",
                    "function": "pvc-backup",
                    "driver": "Restic",
                    "executor": "Job",
                    "singleton": True,
                    "parameters": [
                        {"name": "paths", "default": "/data"},
                        {"name": "exclude", "required": True},
                        {"name": "unused"},
                    ],
                    "volumeTemplate": [{"name": "tmp", "source": {"emptyDir": {}}}],
                    "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
                }
            ],
            "restoreTasks": [{"name": "restore", "function": "gone", "driver": "WalG"}],
        },
    }


def test_an_addon_says_where_each_parameter_ends_up() -> None:
    function = {
        "metadata": {"name": "pvc-backup"},
        "spec": {"image": "img:${tag:=1}", "args": ["backup", "--paths=${paths:=}", "${exclude}"]},
    }
    related = Related(now=NOW, functions=[function], configurations=[configuration()])

    sections = describe(resources.ADDON, addon(), related)

    task = section(sections, "Task logical-backup (backup)")
    assert [(row[0], row[1], row[2], row[3]) for row in task.rows] == [
        ("paths", "/data", "no", "arg --paths"),
        ("exclude", "-", "yes", "args[2]"),
        ("unused", "-", "no", "-"),
    ]
    assert dict(task.fields)["Used by"] == "demo/files[hourly]"
    assert dict(task.fields)["Volumes"] == "tmp at /tmp (emptyDir)"
    assert dict(task.fields)["Image"].endswith("(template)")


def test_an_addon_warns_of_what_cannot_run() -> None:
    sections = describe(resources.ADDON, addon(), Related(now=NOW))

    warning = dict(section(sections, "Task restore (restore)").fields)["Warning"]
    assert "Function gone does not exist" in warning
    assert "driver WalG is not supported yet" in warning


def test_a_snapshot_says_whether_its_data_stays() -> None:
    found = snapshot({"phase": "Succeeded", "size": "1.000 MiB"})
    found["spec"]["deletionPolicy"] = "WipeOut"
    found["status"]["integrity"] = False

    sections = describe(resources.SNAPSHOT, found, Related(now=NOW))

    assert "erased" in field(sections, "Deletion")
    assert field(sections, "Integrity") == "broken"


def test_who_may_use_a_storage_is_told_with_every_term_of_the_selector() -> None:
    selector = {
        "matchLabels": {"team": "a"},
        "matchExpressions": [
            {"key": "stage", "operator": "In", "values": ["dev", "test"]},
            {"key": "old", "operator": "DoesNotExist"},
        ],
    }
    allowed = {"allowedNamespaces": {"from": "Selector", "selector": selector}}
    storage = {"metadata": {"name": "s3"}, "spec": {"usagePolicy": allowed}}

    shown = describe(resources.BACKUP_STORAGE, storage, Related(now=NOW))

    assert "namespaces with team=a, stage in (dev,test), !old" in field(shown, "Usable from")


def test_a_policy_is_told_in_words() -> None:
    policy = {"metadata": {"name": "p"}, "spec": {"successfulSnapshots": {"last": 5, "daily": 7}}}

    sections = describe(resources.RETENTION_POLICY, policy, Related(now=NOW))

    assert field(sections, "Successful") == "5 newest, 7 daily"
    assert field(sections, "Usable from") == "its own namespace only"


def batch() -> dict[str, Any]:
    target = {
        "name": "db",
        "addon": {"name": "postgres-addon", "tasks": [{"name": "logical-backup"}]},
    }
    session = {
        "name": "nightly",
        "scheduler": {"schedule": "0 2 * * *"},
        "targets": [target | {"repositories": [{"name": "db-repo", "directory": "/db"}]}],
    }
    database = {"kind": "Postgres", "name": "orders"}
    return {
        "metadata": {"name": "shop", "namespace": "demo"},
        "spec": {"targets": [{"name": "db", "appRef": database}], "sessions": [session]},
        "status": {"targets": [database | {"namespace": "demo", "found": False}]},
    }


def test_a_batch_says_which_applications_are_there_and_how_each_is_backed_up() -> None:
    mine = session("Succeeded")
    mine["spec"]["invoker"] = {"kind": "BackupBatch", "name": "shop"}
    namesake = session("Failed")
    namesake["spec"]["invoker"] = {"kind": "BackupConfiguration", "name": "shop"}

    found = describe(
        resources.BACKUP_BATCH, batch(), Related(now=NOW, backup_sessions=[mine, namesake])
    )

    run = describe(resources.BACKUP_SESSION, mine, Related(now=NOW))
    assert field(run, "Batch") == "shop"
    assert section(found, "Targets").rows == (("db", "Postgres/demo/orders", "no"),)
    assert section(found, "Sessions").rows[0][3:] == (
        *("db", "postgres-addon", "logical-backup", "db-repo"),
    )
    assert section(found, "Repositories").rows[0][:2] == ("db-repo", "/db")
    assert [row[1] for row in section(found, "Last runs").rows] == ["Succeeded"]


def test_a_blueprint_says_which_variables_an_application_has_to_set() -> None:
    template = {
        "sessions": [{"name": "nightly", "scheduler": {"schedule": "${schedule}"}}],
        "backends": [{"name": "s3", "storageRef": {"name": "${storage}", "namespace": "demo"}}],
        "deletionPolicy": "OnDelete",
    }
    subjects = [
        {"apiVersion": "apps/v1", "kind": "Deployment"},
        {"kind": "Pod", "apiVersion": "v1"},
    ]
    spec = {"subjects": subjects, "backupConfigurationTemplate": template}
    blueprint = {"metadata": {"name": "b", "namespace": "demo"}, "spec": spec}

    found = describe(resources.BACKUP_BLUEPRINT, blueprint, Related(now=NOW))

    assert field(found, "For") == "Deployment.apps, Pod"
    assert field(found, "Makes") == "BackupConfigurations in namespace demo"
    assert field(found, "When deleted") == "the BackupConfigurations go with it"
    assert section(found, "Asks for").lines == (
        "variables.kubestash.com/schedule",
        "variables.kubestash.com/storage",
    )


def test_a_verifier_says_what_it_checks_and_where_it_restores_to() -> None:
    restore = {
        "target": {"kind": "Postgres", "name": "spare"},
        "addonInfo": {"name": "postgres-addon", "tasks": [{"name": "logical-backup-restore"}]},
    }
    script = {"location": "/scripts/check.sh", "args": ["--rows", "5"]}
    spec = {"restoreOption": restore, "type": "Script", "script": script}
    verifier = {"metadata": {"name": "v", "namespace": "demo"}, "spec": spec}

    found = describe(resources.BACKUP_VERIFIER, verifier, Related(now=NOW))

    assert field(found, "Checks") == "Script (the script has to end with 0)"
    assert field(found, "Restores to") == "Postgres/demo/spare"
    assert field(found, "Script") == "/scripts/check.sh --rows 5"
    assert field(found, "Keeps") == "1 finished session"


def test_a_verification_that_failed_says_why() -> None:
    why = condition("BackupVerified", "False", message="table orders has 0 rows")
    found = describe(
        resources.BACKUP_VERIFICATION_SESSION,
        {
            "metadata": {"name": "v-1"},
            "spec": {"invoker": {"kind": "BackupConfiguration", "name": "db"}, "snapshot": "s-1"},
            "status": {"phase": "Failed", "conditions": [why]},
        },
        Related(now=NOW),
    )

    assert field(found, "Invoker") == "BackupConfiguration/db"
    assert field(found, "Phase") == "Failed: table orders has 0 rows"
