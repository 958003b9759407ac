"""What becomes of each kind of Stash's."""

from __future__ import annotations

from typing import Any

from kubectl_kubestash.resolve.convert.conversion import convert
from kubectl_kubestash.resolve.convert.stash_objects import Options

from .stash_manifests import made, objects, results, told

HOME = {"namespace": "demo"}


def test_a_repository_becomes_a_storage_in_the_same_place() -> None:
    assert made("BackupStorage", "shop-repo") == {
        "storage": {
            "provider": "s3",
            "s3": {
                "endpoint": "https://s3.eu-central-1.amazonaws.com",
                "bucket": "backups",
                "region": "eu-central-1",
                "prefix": "/stash/shop",
                "secretName": "s3-secret",
                "insecureTLS": True,
            },
        },
        "deletionPolicy": "Delete",
        "usagePolicy": {"allowedNamespaces": {"from": "All"}},
    }
    assert made("BackupStorage", "wiki-repo") == {
        "storage": {
            "provider": "local",
            "local": {
                "mountPath": "/safe",
                "subPath": "wiki",
                "nfs": {"server": "nfs.example.com", "path": "/backups"},
            },
        },
        "deletionPolicy": "WipeOut",
    }
    assert told("Repository demo/wiki-repo")["spec.wipeOut"] == "review"


def test_metadata_goes_along_but_for_what_belongs_to_the_old_object() -> None:
    storage = results("files")[0].objects[0]
    assert storage["metadata"] == {
        "name": "shop-repo",
        "namespace": "demo",
        "labels": {"team": "shop"},
    }


def test_a_backend_that_kubestash_does_not_have_is_lost_as_a_whole() -> None:
    raw = objects("files")[0]
    (result,) = convert([{**raw, "spec": {"backend": {"b2": {"bucket": "a"}}}}])

    assert not result.objects
    assert ("lost", "") in [(note.level, note.path) for note in result.notes]


def test_a_configuration_becomes_one_with_one_backend_and_one_session() -> None:
    spec = made("BackupConfiguration", "shop")

    assert spec["paused"] is True
    assert spec["target"] == {"apiGroup": "apps", "kind": "StatefulSet", "name": "shop"}
    assert spec["backends"] == [
        {
            "name": "storage",
            "storageRef": {"name": "shop-repo", **HOME},
            "retentionPolicy": {"name": "keep-five", **HOME},
        }
    ]
    (session,) = spec["sessions"]
    assert session["scheduler"] == {"schedule": "*/30 * * * *", "jobTemplate": {"backoffLimit": 1}}
    assert (session["backupTimeout"], session["sessionHistoryLimit"]) == ("2h", 3)
    assert session["retryConfig"] == {"maxRetry": 2, "delay": "10m"}
    assert session["repositories"] == [
        {
            "name": "shop-repo",
            "backend": "storage",
            "directory": "demo/shop",
            "encryptionSecret": {"name": "s3-secret", **HOME},
        }
    ]


def test_paths_patterns_mounts_and_settings_go_to_the_addon() -> None:
    addon = made("BackupConfiguration", "shop")["sessions"][0]["addon"]

    assert addon["name"] == "workload-addon"
    assert addon["tasks"] == [
        {
            "name": "logical-backup",
            "params": {
                "enableCache": "false",
                "paths": "/var/lib/shop,/etc/shop",
                "exclude": "*.tmp,lost+found",
            },
            "addonVolumes": [
                {
                    "name": "kubestash-tmp-volume",
                    "source": {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
                }
            ],
            "targetVolumes": {"volumeMounts": [{"name": "data", "mountPath": "/var/lib/shop"}]},
        }
    ]
    assert addon["containerRuntimeSettings"]["nice"] == {"adjustment": 5}
    assert addon["jobTemplate"] == {
        "metadata": {"labels": {"team": "shop"}},
        "spec": {"serviceAccountName": "backups", "nodeSelector": {"disk": "ssd"}},
    }


def test_what_cannot_be_carried_over_is_told_by_its_path() -> None:
    lost = [
        path for path, level in told("BackupConfiguration demo/shop").items() if level == "lost"
    ]

    assert lost == [
        "spec.retentionPolicy.keepTags",
        "spec.target.alias",
        "spec.runtimeSettings.pod.nodeName",
    ]


def test_hooks_become_templates_that_find_the_pods_of_the_target() -> None:
    before = made("HookTemplate", "shop-prebackup-hook")
    after = made("HookTemplate", "shop-postbackup-hook")
    hooks = made("BackupConfiguration", "shop")["sessions"][0]["hooks"]

    assert before == {
        "action": {"exec": {"command": ["/bin/sync"]}, "containerName": "shop"},
        "executor": {
            "type": "Pod",
            "pod": {"selector": "app=shop", "strategy": "ExecuteOnAll"},
        },
    }
    assert after["executor"] == {"type": "Operator"}
    assert hooks["preBackup"] == [
        {"name": "prebackup-hook", "hookTemplate": {"name": "shop-prebackup-hook", **HOME}}
    ]
    assert hooks["postBackup"][0]["executionPolicy"] == "OnFailure"


def test_policies_are_made_once_and_those_that_differ_get_names_of_their_own() -> None:
    assert made("RetentionPolicy", "keep-five")["successfulSnapshots"] == {"last": 5, "daily": 7}
    assert made("RetentionPolicy", "wiki-keep-five")["successfulSnapshots"] == {"last": 6}
    backend = made("BackupConfiguration", "wiki")["backends"][0]
    assert backend["retentionPolicy"]["name"] == "wiki-keep-five"
    assert made("RetentionPolicy", "keep-all")["successfulSnapshots"]["last"] > 10**9


def test_paths_of_a_claim_move_to_where_it_is_mounted_now() -> None:
    addon = made("BackupConfiguration", "wiki")["sessions"][0]["addon"]

    assert addon["name"] == "pvc-addon"
    params = {"paths": "/kubestash-data/pages,/kubestash-data"}
    assert addon["tasks"] == [{"name": "logical-backup", "params": params}]


def test_a_restore_waits_until_somebody_names_a_snapshot() -> None:
    spec = made("RestoreSession", "shop-restore")

    assert spec["dataSource"] == {
        "repository": "shop-repo",
        "snapshot": "set-the-snapshot",
        "encryptionSecret": {"name": "s3-secret", **HOME},
    }
    assert spec["addon"]["tasks"][0]["name"] == "logical-backup-restore"
    assert spec["addon"]["tasks"][0]["params"] == {"include": "*.db"}
    assert told("RestoreSession demo/shop-restore")["spec.target.rules[0].paths"] == "lost"


def test_configurations_that_share_a_repository_get_one_each() -> None:
    names = [
        made("BackupConfiguration", name)["sessions"][0]["repositories"][0]["name"]
        for name in ("tinydb", "postgres")
    ]

    assert names == ["db-repo", "db-repo-postgres"]
    source = made("RestoreSession", "postgres-restore")["dataSource"]
    assert source["repository"] == "db-repo-postgres"


def test_a_task_of_stash_s_own_becomes_the_addon_of_that_database() -> None:
    addon = made("BackupConfiguration", "postgres")["sessions"][0]["addon"]

    assert addon == {
        "name": "postgres-addon",
        "tasks": [{"name": "logical-backup", "params": {"args": "--clean"}}],
    }
    assert made("RestoreSession", "postgres-restore")["addon"]["tasks"] == [
        {"name": "logical-backup-restore"}
    ]


def test_a_task_becomes_an_addon_and_its_steps_tasks_that_share_a_job() -> None:
    first, second = made("Addon", "tinydb-backup-1.2")["backupTasks"]

    assert (first["name"], second["name"]) == ("tinydb-backup", "update-status")
    assert {each["name"]: each.get("default") for each in first["parameters"]} == {
        "outputDir": "/results",
        "outputVolume": "output",
        "TARGET_NAME": None,
        "tinydbArgs": None,
        "REPOSITORY_SECRET_NAME": None,
    }
    assert [each["name"] for each in first["parameters"] if each.get("required")] == [
        "TARGET_NAME",
        "REPOSITORY_SECRET_NAME",
    ]
    assert first["volumeTemplate"] == second["volumeTemplate"]
    tasks = made("BackupConfiguration", "tinydb")["sessions"][0]["addon"]["tasks"]
    secret = {"REPOSITORY_SECRET_NAME": "azure-secret"}
    assert tasks == [
        {
            "name": "tinydb-backup",
            "params": {"TARGET_NAME": "tinydb", **secret, "tinydbArgs": "--clean"},
        },
        {"name": "update-status", "params": {"REPOSITORY_NAME": "db-repo", **secret}},
    ]


def test_a_function_is_the_same_but_for_names_of_variables_that_kubestash_sets() -> None:
    spec = made("Function", "tinydb-backup")

    assert spec["args"][1:4] == [
        "--namespace=${namespace:=default}",
        "--backupsession=${backupSession:=}",
        "--app=${TARGET_NAME}",
    ]
    assert told("Function tinydb-backup")["spec.podSecurityPolicyName"] == "lost"


def test_a_function_never_replaces_one_that_install_brings() -> None:
    options = Options(functions_of_others=frozenset({"update-status"}))
    found = convert(objects("database"), options)

    names = {one["metadata"]["name"]: one for each in found for one in each.objects}
    assert "stash-update-status" in names
    assert "update-status" not in names
    steps = names["tinydb-backup-1.2"]["spec"]["backupTasks"]
    assert [step["function"] for step in steps] == ["tinydb-backup", "stash-update-status"]


def test_a_blueprint_becomes_one_in_a_namespace_with_a_storage_beside_it() -> None:
    storage = made("BackupStorage", "claims-storage")
    template = made("BackupBlueprint", "claims")["backupConfigurationTemplate"]

    assert storage["storage"]["gcs"]["prefix"] == "stash"
    (session,) = template["sessions"]
    assert session["repositories"][0]["directory"] == "${namespace}/${targetKind}/${targetName}"
    assert session["addon"]["name"] == "pvc-addon"
    assert template["backends"][0]["storageRef"] == {
        "name": "claims-storage",
        "namespace": "stores",
    }
    assert made("HookTemplate", "claims-prebackup-hook")["executor"] == {"type": "Operator"}


def test_the_encryption_secret_that_the_user_names_comes_first() -> None:
    options = Options(encryption_secret={"name": "key", "namespace": "vault"})
    found = convert(objects("files"), options)

    secrets = [
        repository["encryptionSecret"]
        for each in found
        for one in each.objects
        for session in one["spec"].get("sessions", ())
        for repository in session["repositories"]
    ]
    assert secrets == [{"name": "key", "namespace": "vault"}] * 2


def test_objects_that_are_not_valid_or_not_known_are_told_as_a_whole() -> None:
    head = {"apiVersion": "stash.appscode.com/v1beta1", "metadata": {"name": "a"}}
    batch = {**head, "kind": "BackupBatch"}
    old = {**head, "kind": "Repository"}
    wrong = {**head, "kind": "BackupConfiguration", "spec": {"schedule": 5}}
    nameless = {**head, "kind": "Function", "metadata": {}}
    embedded = {**head, "kind": "Task", "spec": {"volumes": [{"name": "a", "emptyDir": 3}]}}

    found = convert([batch, old, wrong, nameless, embedded])

    assert [[(note.level, note.path) for note in each.notes] for each in found] == [
        [("lost", "")]
    ] * 5
    assert not any(each.objects for each in found)


def stash(kind: str, spec: dict[str, Any], **metadata: str) -> dict[str, Any]:
    version = "v1alpha1" if kind == "Repository" else "v1beta1"
    head = {"apiVersion": f"stash.appscode.com/{version}", "kind": kind}
    return {**head, "metadata": {"name": "a", **metadata}, "spec": spec}


def test_a_blueprint_that_names_no_namespace_goes_where_the_user_says() -> None:
    raw = stash("BackupBlueprint", {"schedule": "@daily"})

    (result,) = convert([raw], Options(namespace="central"))

    assert {one["metadata"]["namespace"] for one in result.objects} == {"central"}
    assert any("put into central" in note.message for note in result.notes)


def test_a_dry_run_is_lost_because_snapshots_would_go() -> None:
    policy = {"name": "p", "keepLast": 1, "dryRun": True}

    (result,) = convert([stash("BackupConfiguration", {"retentionPolicy": policy})])

    told = {note.path: note.level for note in result.notes}
    assert told["spec.retentionPolicy.dryRun"] == "lost"


def test_snapshots_of_volumes_name_their_class() -> None:
    target = {
        "ref": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "snapshotClassName": "fast",
    }
    raw = stash("BackupConfiguration", {"driver": "VolumeSnapshotter", "target": target})
    restored = stash("RestoreSession", {"driver": "VolumeSnapshotter", "target": {"replicas": 2}})

    made_of, restore = convert([raw, restored])

    (task,) = made_of.objects[-1]["spec"]["sessions"][0]["addon"]["tasks"]
    assert task == {"name": "volume-snapshot", "params": {"volumeSnapshotClassName": "fast"}}
    addon = restore.objects[-1]["spec"]["addon"]
    assert addon["tasks"][0]["name"] == "volume-snapshot-restore"


def test_paths_that_kubestash_cannot_express_are_lost_whole() -> None:
    claim = {"ref": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": "c"}}
    outside = {**claim, "paths": ["/elsewhere"]}
    workload = {"ref": {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d"}}
    comma = {**workload, "paths": ["/a,b", "/c"]}

    found = convert([stash("BackupConfiguration", {"target": each}) for each in (outside, comma)])

    for each in found:
        assert ("lost", "spec.target.paths") in [(note.level, note.path) for note in each.notes]


def test_an_app_binding_among_the_manifests_says_which_addon() -> None:
    binding = {
        "apiVersion": "appcatalog.appscode.com/v1alpha1",
        "kind": "AppBinding",
        "metadata": {"name": "db", "namespace": "demo"},
        "spec": {"type": "kubedb.com/mysql"},
    }
    ref = {"apiVersion": "appcatalog.appscode.com/v1alpha1", "kind": "AppBinding", "name": "db"}
    raw = stash("BackupConfiguration", {"target": {"ref": ref}}, namespace="demo")

    with_it, alone = convert([raw, binding])[0], convert([raw])[0]

    names = [each.objects[-1]["spec"]["sessions"][0]["addon"]["name"] for each in (with_it, alone)]
    assert names == ["mysql-addon", "set-the-addon"]
    assert any("name the Addon" in note.message for note in alone.notes)


def test_a_step_whose_function_comes_twice_or_is_not_there_is_told() -> None:
    (result,) = convert([stash("Task", {"steps": [{"name": "wait"}, {"name": "wait"}]})])

    (addon,) = result.objects
    assert [task["name"] for task in addon["spec"]["backupTasks"]] == ["wait", "wait-2"]
    assert any("is not among the manifests" in note.message for note in result.notes)
