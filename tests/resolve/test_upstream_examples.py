"""KubeStash's own examples are judged as they are. They lie beside the project, not in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from kubectl_kubestash.api.core.backup_configuration import BackupConfiguration
from kubectl_kubestash.api.core.restore_session import RestoreSession
from kubectl_kubestash.api.storage.backup_storage import BackupStorage
from kubectl_kubestash.api.storage.retention_policy import RetentionPolicy
from kubectl_kubestash.resolve.validation import (
    ConfigurationInputs,
    RestoreInputs,
    configuration_findings,
    policy_findings,
    restore_findings,
    storage_findings,
)

from .builders import addons, functions, keyed, namespace, repository, snapshot

EXAMPLES = Path(__file__).parents[3] / "shared" / "upstream-examples"


def _documents(kind: str, under: str = "") -> list[tuple[str, dict[str, Any]]]:
    return [
        (str(path.relative_to(EXAMPLES)), document)
        for path in sorted((EXAMPLES / under).rglob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
        if document and document.get("kind") == kind
    ]


def test_the_examples_are_there_where_everything_must_be() -> None:
    assert EXAMPLES.is_dir() or "CI" not in os.environ


def test_every_storage_and_policy_is_right() -> None:
    found = [
        (path, finding)
        for path, raw in _documents("BackupStorage")
        for finding in storage_findings(BackupStorage.model_validate(raw), [])
    ]
    found += [
        (path, finding)
        for path, raw in _documents("RetentionPolicy")
        for finding in policy_findings(RetentionPolicy.model_validate(raw), [])
    ]
    assert found == []


def _models(model: Any, folder: str) -> list[Any]:
    return [model.model_validate(raw) for _, raw in _documents(model.__name__, folder)]


def _configuration_findings(raw: dict[str, Any], folder: str) -> list[str]:
    configuration = BackupConfiguration.model_validate(raw)
    inputs = ConfigurationInputs(
        configuration=configuration,
        namespace=namespace(configuration.metadata.namespace),
        storages=keyed(*_models(BackupStorage, folder)),
        policies=keyed(*_models(RetentionPolicy, folder)),
        addons={**dict.fromkeys(_addons_named(configuration)), **addons()},
        functions=functions(),
        allow_cross_namespace=False,
    )
    return [f"{finding.reason} {finding.field}" for finding in configuration_findings(inputs)]


def _addons_named(configuration: BackupConfiguration) -> list[str]:
    return [session.addon.name for session in configuration.spec.sessions if session.addon.name]


def test_the_volume_guide_can_be_run() -> None:
    for path, raw in _documents("BackupConfiguration", "guides/volumes/pvc"):
        assert _configuration_findings(raw, "guides/volumes/pvc") == [], path
    for path, raw in _documents("RestoreSession", "guides/volumes/pvc"):
        session = RestoreSession.model_validate(raw)
        storages = _documents("BackupStorage", "guides/volumes/pvc")
        inputs = RestoreInputs(
            session=session,
            namespace=namespace(),
            snapshots=[snapshot(repository="gcs-repository")],
            repository=repository("gcs-repository"),
            storage=BackupStorage.model_validate(storages[0][1]),
            addon=addons()["pvc-addon"],
            functions=functions(),
        )
        assert restore_findings(inputs) == [], path


POSTGRES = "addons/postgres/logical"


def test_the_postgres_example_can_be_run() -> None:
    found = [
        _configuration_findings(raw, POSTGRES)
        for _, raw in _documents("BackupConfiguration", POSTGRES)
    ]
    assert found == [[]] or not EXAMPLES.is_dir()


WORKLOADS = ("concepts/crds/backupconfiguration", "guides/workloads")


def test_the_workload_guides_can_be_run() -> None:
    found = {
        path: _configuration_findings(raw, str(Path(path).parent))
        for folder in WORKLOADS
        for path, raw in _documents("BackupConfiguration", folder)
    }
    assert len(found) == 4 or not EXAMPLES.is_dir()
    assert not any(found.values()), found


def test_what_cannot_be_run_yet_is_said_to_be_so_and_nothing_else() -> None:
    for path, raw in _documents("BackupConfiguration"):
        if not path.startswith(("guides/volumes", POSTGRES, *WORKLOADS)):
            found = _configuration_findings(raw, str(Path(path).parent))
            reasons = {finding.split()[0] for finding in found}
            assert reasons & {"NotSupported", "UnknownAddon"}, path
            assert reasons <= {"NotSupported", "UnknownAddon", "SchedulerMissing"}, (path, found)
