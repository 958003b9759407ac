"""What a view of an object promises to those who read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from kubectl_kubestash.api.core.backup_configuration import (
    BackupConfiguration,
    BackupConfigurationPhase,
)
from kubectl_kubestash.api.core.backup_session import BackupSession, BackupSessionPhase
from kubectl_kubestash.api.core.hook_template import HookTemplate
from kubectl_kubestash.api.core.restore_session import RestorePhase, RestoreSession
from kubectl_kubestash.api.kinds import MODELS
from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.api.storage.backup_storage import BackupStorage, Local, Provider
from kubectl_kubestash.api.storage.snapshot import Snapshot, SnapshotPhase
from kubectl_kubestash.errors import Invalid

if TYPE_CHECKING:
    from kubectl_kubestash.api.meta import KubeResource

METADATA = {"name": "files", "namespace": "demo"}

every_model = pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)


@every_model
def test_an_object_without_spec_and_status_has_empty_ones(model: type[KubeResource]) -> None:
    view = model.model_validate({"metadata": METADATA})

    assert view.key == ObjectKey("demo", "files")
    assert "spec" in model.model_fields


@every_model
def test_null_means_absent(model: type[KubeResource]) -> None:
    metadata = METADATA | {"creationTimestamp": None, "labels": None}

    view = model.model_validate({"metadata": metadata, "spec": None, "status": None})

    assert view == model.model_validate({"metadata": METADATA})


def test_a_view_cannot_be_changed() -> None:
    session = BackupSession.model_validate({"metadata": METADATA})

    with pytest.raises(ValidationError):
        session.spec.session = "other"  # type: ignore[misc]


def test_a_phase_that_is_not_there_means_the_first_one() -> None:
    assert BackupSession.model_validate({"metadata": METADATA}).status.phase == "Pending"
    assert (
        BackupConfiguration.model_validate({"metadata": METADATA}).status.phase
        is BackupConfigurationPhase.NOT_READY
    )


def test_a_phase_of_another_version_is_kept_and_is_not_final() -> None:
    raw = {"metadata": METADATA, "status": {"phase": "Paused"}}

    phase = BackupSession.model_validate(raw).status.phase

    assert (phase, f"{phase}", phase.is_known, phase.is_final) == ("Paused", "Paused", False, False)


def test_known_phases_are_the_members_themselves() -> None:
    raw = {"metadata": METADATA, "status": {"phase": "Failed"}}

    phase = BackupSession.model_validate(raw).status.phase

    assert phase is BackupSessionPhase.FAILED
    assert phase.is_known


@pytest.mark.parametrize(
    ("phases", "final"),
    [
        (BackupSessionPhase, {"Succeeded", "Failed", "Skipped"}),
        (SnapshotPhase, {"Succeeded", "Failed"}),
        (RestorePhase, {"Succeeded", "Failed", "Unknown"}),
    ],
)
def test_phases_know_whether_they_end_a_run(phases: Any, final: set[str]) -> None:
    assert {phase.value for phase in phases if phase.is_final} == final


def test_fields_that_we_do_not_know_are_ignored() -> None:
    raw = {"metadata": METADATA, "spec": {"session": "nightly", "newField": {"a": 1}}}

    assert BackupSession.model_validate(raw).spec.session == "nightly"


def test_conditions_stay_as_the_api_holds_them() -> None:
    condition = {"type": "MetricsPushed", "status": "True", "lastTransitionTime": "2026-01-01"}

    raw = {"metadata": METADATA, "status": {"conditions": [condition]}}

    assert BackupSession.model_validate(raw).status.conditions == (condition,)


def test_embedded_types_of_kubernetes_stay_as_they_are() -> None:
    volume = {"name": "data", "newKindOfVolume": {"a": [1, None]}}
    tasks = [{"name": "t", "targetVolumes": {"volumes": [volume]}}]
    raw = {"metadata": METADATA, "spec": {"sessions": [{"addon": {"tasks": tasks}}]}}

    view = BackupConfiguration.model_validate(raw)

    volumes = view.spec.sessions[0].addon.tasks[0].target_volumes
    assert volumes is not None
    assert volumes.volumes == (volume,)


def test_a_local_storage_tells_its_volume_apart_from_where_it_is_mounted() -> None:
    nfs = {"server": "nfs.example.com", "path": "/exports"}
    local = {"nfs": nfs, "mountPath": "/mnt", "subPath": "backups", "maxConnections": 3}
    raw = {"metadata": METADATA, "spec": {"storage": {"provider": "local", "local": local}}}

    storage = BackupStorage.model_validate(raw).spec.storage

    assert isinstance(storage.block, Local)
    assert storage.block.volume_source == {"nfs": nfs}
    assert (storage.block.mount_path, storage.block.sub_path) == ("/mnt", "backups")
    assert storage.secret_name == ""


def test_a_storage_is_what_its_provider_says() -> None:
    blocks = {"s3": {"bucket": "a", "prefix": "/b/", "secretName": "c"}, "gcs": {"bucket": "d"}}
    raw = {"metadata": METADATA, "spec": {"storage": {"provider": "s3", **blocks}}}

    storage = BackupStorage.model_validate(raw).spec.storage

    assert storage.provider is Provider.S3
    assert storage.block is storage.s3
    assert (storage.prefix, storage.secret_name) == ("b", "c")


@pytest.mark.parametrize("provider", ["b2", "", None])
def test_a_provider_that_we_do_not_know_has_no_block(provider: str | None) -> None:
    blocks = {"s3": {"bucket": "a"}}
    raw = {"metadata": METADATA, "spec": {"storage": {"provider": provider, **blocks}}}

    assert BackupStorage.model_validate(raw).spec.storage.block is None


def test_figures_of_old_operators_are_read_as_a_summary() -> None:
    flat = {"hostPath": "/data", "id": "4c", "size": "1.2 MiB", "uploaded": "3 B"}
    components = {"dump": {"resticStats": [flat], "driver": "Restic"}}
    raw = {"metadata": METADATA, "status": {"components": components}}

    stats = Snapshot.model_validate(raw).status.components["dump"].restic_stats[0]

    assert stats.summary is not None
    assert (stats.summary.host_path, stats.summary.id) == ("/data", "4c")


def test_figures_of_a_running_backup_have_no_summary_yet() -> None:
    components = {"dump": {"resticStats": [{"progress": {"percentDone": "7.48%"}}]}}
    raw = {"metadata": METADATA, "status": {"components": components}}

    stats = Snapshot.model_validate(raw).status.components["dump"].restic_stats[0]

    assert stats.summary is None
    assert stats.progress is not None
    assert stats.progress.percent_done == "7.48%"


def test_a_port_is_a_number_or_a_name() -> None:
    def port(value: int | str) -> int | str:
        action = {"tcpSocket": {"port": value}}
        view = HookTemplate.model_validate({"metadata": METADATA, "spec": {"action": action}})
        assert view.spec.action is not None
        assert view.spec.action.tcp_socket is not None
        return view.spec.action.tcp_socket.port

    assert (port(80), port("http"), port("80")) == (80, "http", "80")


def test_sessions_and_backends_are_found_by_name() -> None:
    spec = {"sessions": [{"name": "nightly"}], "backends": [{"storageRef": {"name": "s3"}}]}
    view = BackupConfiguration.model_validate({"metadata": METADATA, "spec": spec})

    assert view.session("nightly") is view.spec.sessions[0]
    assert view.session("weekly") is None
    assert view.backend("") is view.spec.backends[0]
    assert view.backend("other") is None


def test_an_empty_name_names_no_backend_among_several() -> None:
    spec = {"backends": [{"name": "a"}, {"name": "b"}]}
    view = BackupConfiguration.model_validate({"metadata": METADATA, "spec": spec})

    assert view.backend("") is None
    assert view.backend("b") is view.spec.backends[1]


def test_an_object_that_does_not_fit_is_named_with_its_fields() -> None:
    raw = {"metadata": METADATA, "spec": {"target": {"kind": "Pod"}, "restoreTimeout": 5}}

    with pytest.raises(Invalid) as caught:
        RestoreSession.parse(raw)

    assert caught.value.message == (
        "RestoreSession demo/files is not valid: spec.target.name: Field required; "
        "spec.restoreTimeout: Input should be a valid string"
    )


def test_an_object_without_a_name_is_refused_all_the_same() -> None:
    with pytest.raises(Invalid, match=r"^BackupSession \? is not valid: metadata: "):
        BackupSession.parse({"metadata": "nonsense"})
