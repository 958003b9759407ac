"""What `lint --live` says about manifests when nothing else is in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from kubectl_kubestash.cli.lint_live import judge_live
from kubectl_kubestash.errors import NotFound
from kubectl_kubestash.gather.sight import Sight
from kubectl_kubestash.resolve.lint.judgement import readable
from kubectl_kubestash.resolve.lint.manifests import manifests_in

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Client, Object

STORAGE = """\
apiVersion: storage.kubestash.com/v1alpha1
kind: BackupStorage
metadata: {name: store, namespace: infra}
spec:
  storage: {provider: local, local: {mountPath: /safe, persistentVolumeClaim: {claimName: safe}}}
"""
POLICY = """\
apiVersion: storage.kubestash.com/v1alpha1
kind: RetentionPolicy
metadata: {name: NAME, namespace: demo}
spec: {default: true, maxRetentionPeriod: 1y}
"""
BLUEPRINT = """\
apiVersion: core.kubestash.com/v1alpha1
kind: BackupBlueprint
metadata: {name: print, namespace: demo}
spec:
  backupConfigurationTemplate:
    backends: [{name: a, storageRef: {name: store, namespace: infra}}]
"""
TEMPLATE = """\
apiVersion: core.kubestash.com/v1alpha1
kind: HookTemplate
metadata: {name: quiesce, namespace: infra}
spec:
  executor: {type: Operator}
  action: {httpGet: {port: 80}}
"""
RESTORE = """\
apiVersion: core.kubestash.com/v1alpha1
kind: RestoreSession
metadata: {name: back, namespace: demo}
spec:
  target: {apiGroup: shop.test, kind: Shop, name: s}
  dataSource: {snapshot: one}
  hooks:
    preRestore: [{name: h, hookTemplate: {name: quiesce, namespace: infra}}]
  addon: {name: pvc-addon, tasks: [{name: logical-backup-restore}]}
"""
REPOSITORY = """\
apiVersion: storage.kubestash.com/v1alpha1
kind: Repository
metadata: {name: repo, namespace: demo}
spec:
  storageRef: {name: none}
  path: /a
  encryptionSecret: {name: none}
  appRef: {kind: PersistentVolumeClaim, name: a}
"""
RUN = """\
apiVersion: core.kubestash.com/v1alpha1
kind: BackupSession
metadata: {name: run, namespace: demo}
spec:
  invoker: {kind: BackupConfiguration, name: none}
  session: a
"""
ADDON = """\
apiVersion: addons.kubestash.com/v1alpha1
kind: Addon
metadata: {name: own}
spec:
  backupTasks: [{name: dump, driver: Restic, function: none}]
"""


class Empty:
    """A cluster with nothing in it."""

    def find(self, *_: object) -> None:
        return None

    def find_metadata(self, *_: object) -> None:
        return None

    def list(self, *_: object, **__: object) -> list[Object]:
        return []

    def read(self, path: str) -> Any:
        raise NotFound(path)


def reasons(*texts: str) -> dict[str, set[str]]:
    """Reasons of all findings, by kind and name."""
    manifests, wrong = manifests_in("file", "---\n".join(texts))
    views, broken = readable(manifests)
    assert wrong == broken == []
    sight = Sight(cast("Client", Empty()), [dict(each.raw) for each in manifests])
    found: dict[str, set[str]] = {}
    for one in judge_live(views, sight):
        found.setdefault(one.about, set()).add(one.finding.reason)
    return found


@pytest.mark.parametrize(
    ("texts", "about", "expected"),
    [
        (
            (POLICY.replace("NAME", "a"), POLICY.replace("NAME", "b")),
            "RetentionPolicy demo/b",
            {"TwoDefaults"},
        ),
        (
            (BLUEPRINT, STORAGE),
            "BackupBlueprint demo/print",
            {"StorageNotAllowed", "NotSupported"},
        ),
        ((STORAGE,), "BackupStorage infra/store", {"ClaimNotFound"}),
        (
            (RESTORE, TEMPLATE),
            "RestoreSession demo/back",
            {
                *("HookTemplateNotAllowed", "NotSupported", "RepositoryNotFound"),
                *("SnapshotNotFound", "UnknownAddon"),
            },
        ),
        ((REPOSITORY,), "Repository demo/repo", {"StorageNotFound", "SecretNotFound"}),
        ((RUN,), "BackupSession demo/run", {"InvokerNotFound"}),
        ((ADDON,), "Addon own", {"UnknownFunction"}),
        ((ADDON.replace("function: none", "function: f"),), "Addon own", {"UnknownFunction"}),
        (
            (TEMPLATE.replace("  action: {httpGet: {port: 80}}\n", ""),),
            "HookTemplate infra/quiesce",
            {"ActionMissing"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_nowhere_is_told(texts: tuple[str, ...], about: str, expected: set[str]) -> None:
    assert reasons(*texts)[about] == expected


def test_an_object_of_the_cluster_that_cannot_be_read_is_told_where_it_is_needed() -> None:
    manifests, _ = manifests_in("file", BLUEPRINT)
    views, _ = readable(manifests)
    metadata = {"name": "store", "namespace": "infra"}
    identity = {"apiVersion": "storage.kubestash.com/v1alpha1", "kind": "BackupStorage"}
    broken = {**identity, "metadata": metadata, "spec": {"storage": "text"}}

    found = judge_live(views, Sight(cast("Client", Empty()), [broken]))

    [unreadable] = [one for one in found if one.finding.reason == "NotReadable"]
    assert "BackupStorage infra/store cannot be read" in unreadable.finding.message
