"""Kinds that we read and do not serve: those of Stash, and those that live in files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.config.backend_meta import BackendMeta
from kubectl_kubestash.api.config.operator_config import KubeStashConfig
from kubectl_kubestash.api.resources import OURS, Resource
from kubectl_kubestash.api.stash import resources
from kubectl_kubestash.api.stash.backup_blueprint import BackupBlueprint
from kubectl_kubestash.api.stash.backup_configuration import BackupConfiguration
from kubectl_kubestash.api.stash.function import Function
from kubectl_kubestash.api.stash.repository import Repository
from kubectl_kubestash.api.stash.restore_session import RestoreSession
from kubectl_kubestash.api.stash.task import Task

if TYPE_CHECKING:
    from kubectl_kubestash.api.meta import KubeModel, KubeResource

BACKUP = """
driver: Restic
repository: {name: files-repo, namespace: stores}
schedule: "*/5 * * * *"
paused: true
timeOut: 2h
backupHistoryLimit: 3
retryConfig: {maxRetry: 2, delay: 10m}
task: {name: postgres-backup-14, params: [{name: args, value: --clean}]}
tempDir: {medium: Memory, sizeLimit: 1Gi, disableCaching: true}
target:
  alias: app
  ref: {apiVersion: apps/v1, kind: Deployment, name: web}
  paths: [/data]
  exclude: ["*.tmp"]
  volumeMounts: [{name: data, mountPath: /data}]
runtimeSettings:
  container: {nice: {adjustment: 5}}
  pod: {serviceAccountName: backups}
retentionPolicy: {name: keep-five, keepLast: 5, keepTags: [gold], prune: true}
hooks:
  preBackup: {exec: {command: [sync]}, containerName: web}
  postBackup: {httpPost: {port: 80, path: /done}, executionPolicy: OnFinalRetryFailure}
"""
RESTORE = """
driver: Restic
repository: {name: files-repo}
target:
  ref: {apiVersion: apps/v1, kind: StatefulSet, name: web}
  volumeMounts: [{name: data, mountPath: /data}]
  rules:
    - {targetHosts: [web-3], sourceHost: web-0, paths: [/data]}
    - {snapshots: [4bc21d6f], exclude: ["*.tmp"]}
hooks:
  postRestore: {tcpSocket: {port: 5432}}
"""
BLUEPRINT = """
backend:
  s3: {endpoint: s3.example.com, bucket: backups, prefix: "${TARGET_NAMESPACE}/${TARGET_NAME}"}
  storageSecretName: s3-secret
wipeOut: true
repoNamespace: stores
schedule: "0 2 * * *"
retentionPolicy: {name: keep-one, keepLast: 1}
"""
FUNCTION = """
image: stashed/postgres:14
args: [backup-pg, "--namespace=${NAMESPACE:=default}"]
volumeMounts: [{name: "${secretVolume}", mountPath: /secret}]
podSecurityPolicyName: baseline
"""
TASK = """
steps:
  - {name: postgres-backup-14, params: [{name: outputDir, value: /tmp/output}]}
  - {name: update-status}
volumes: [{name: secret, secret: {secretName: s3-secret}}]
"""
REPOSITORY = """
backend:
  azure: {container: backups, prefix: /web, maxConnections: 4}
  local: {hostPath: {path: /data}, mountPath: /safe, subPath: a}
  storageSecretName: azure-secret
wipeOut: true
usagePolicy: {allowedNamespaces: {from: All}}
"""

STASH: list[tuple[type[KubeResource], str]] = [
    (BackupConfiguration, BACKUP),
    (RestoreSession, RESTORE),
    (BackupBlueprint, BLUEPRINT),
    (Function, FUNCTION),
    (Task, TASK),
    (Repository, REPOSITORY),
]


def kept(model: type[KubeModel], raw: dict[str, Any]) -> dict[str, Any]:
    view = model.model_validate(raw)
    return view.model_dump(mode="json", by_alias=True, exclude_unset=True)


@pytest.mark.parametrize(("model", "spec"), STASH, ids=lambda value: getattr(value, "__name__", ""))
def test_a_manifest_of_stash_is_read_without_losing_a_field(
    model: type[KubeResource], spec: str
) -> None:
    raw = {"metadata": {"name": "a", "namespace": "b"}, "spec": yaml.safe_load(spec)}

    assert kept(model, raw) == raw


def test_a_view_of_stash_answers_what_a_conversion_asks() -> None:
    raw = {"metadata": {"name": "web"}, "spec": yaml.safe_load(BACKUP)}
    spec = BackupConfiguration.parse(raw).spec

    assert spec.target is not None
    assert (spec.target.ref.kind, spec.target.paths) == ("Deployment", ("/data",))
    assert (spec.retention_policy.keep_last, spec.retention_policy.keep_daily) == (5, 0)
    assert spec.hooks is not None
    assert spec.hooks.post_backup is not None
    assert spec.hooks.post_backup.execution_policy == "OnFinalRetryFailure"


def test_kinds_of_stash_are_not_among_ours_although_some_have_the_same_name() -> None:
    theirs = [one for one in vars(resources).values() if isinstance(one, Resource)]

    assert len(theirs) == len(STASH)
    assert not {resource.group for resource in OURS} & {resource.group for resource in theirs}
    assert [one.kind for one in theirs if not one.namespaced] == [
        "BackupBlueprint",
        "Function",
        "Task",
    ]


def test_what_a_backend_holds_is_read() -> None:
    raw = {
        "apiVersion": "config.kubestash.com/v1alpha1",
        "kind": "BackendMeta",
        "creationTimestamp": "2026-01-02T03:04:05Z",
        "operatorVersion": "v0.1.0",
        "repositories": [
            {"name": "files-repo", "namespace": "demo", "path": "/files", "size": "1 B"}
        ],
    }

    assert kept(BackendMeta, raw) == raw


def test_the_settings_of_an_upstream_operator_are_read() -> None:
    raw = {
        "apiVersion": "config.kubestash.com/v1alpha1",
        "kind": "KubeStashConfig",
        "health": {"healthProbeBindAddress": ":8081"},
        "metrics": {"bindAddress": ":8080", "secureMetrics": True},
        "webhook": {"port": 9443},
        "leaderElection": {"leaderElect": True, "resourceName": "kubestash"},
        "certDir": "/certs",
        "enableHTTP2": True,
        "license": {"path": "/licence", "apiService": "v1.example.com"},
        "webhookInfo": {"validating": {"enable": True, "name": "a"}, "mutating": {"name": "b"}},
        "docker": {"image": "registry.example.com/kubestash"},
        "imagePullSecrets": [{"name": "pull"}],
        "netVolAccessor": {"cpu": "100m", "memory": "1Gi", "user": 5, "privilegedMode": True},
        "networkPolicy": {"enabled": True},
    }

    assert kept(KubeStashConfig, raw) == raw
