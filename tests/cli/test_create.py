"""Manifests from flags, without a cluster."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.core.backup_configuration import BackupConfiguration
from kubectl_kubestash.api.storage.backup_storage import BackupStorage
from kubectl_kubestash.cli import backup_password
from kubectl_kubestash.errors import Refused, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from .program import Terminal


def made(terminal: Terminal, *words: str) -> Any:
    code, out, err = terminal("create", *words, "-n", "demo", "--dry-run=client", "-o", "yaml")
    assert code == 0, err
    return yaml.safe_load(out)


def test_an_s3_storage_has_only_what_was_given(terminal: Terminal) -> None:
    document = made(
        terminal, "storage", "s3", "--provider", "s3", "--bucket", "b", "--secret", "keys"
    )

    assert document["spec"]["storage"] == {
        "provider": "s3",
        "s3": {"bucket": "b", "secretName": "keys"},
    }
    assert BackupStorage.model_validate(document).key == ("demo", "s3")


@pytest.mark.parametrize(
    ("flags", "source", "who"),
    [
        (["--pvc", "p"], {"persistentVolumeClaim": {"claimName": "p"}}, {"fsGroup": 65534}),
        (
            ["--pvc", "p", "--run-as-user", "0"],
            {"persistentVolumeClaim": {"claimName": "p"}},
            {"runAsUser": 0},
        ),
        (["--nfs", "s:/p"], {"nfs": {"server": "s", "path": "/p"}}, {"fsGroup": 65534}),
        (
            ["--host-path", "/p"],
            {"hostPath": {"path": "/p", "type": "DirectoryOrCreate"}},
            {"runAsUser": 0},
        ),
    ],
)
def test_a_local_storage_runs_as_a_user_that_can_write_it(
    terminal: Terminal, flags: list[str], source: dict[str, Any], who: dict[str, int]
) -> None:
    spec = made(terminal, "storage", "local", "--provider", "local", *flags)["spec"]

    local = spec["storage"]["local"]
    assert local == {**source, "mountPath": "/kubestash-backend"}
    assert spec["runtimeSettings"]["pod"]["securityContext"] == who


def test_a_user_is_only_for_a_storage_that_is_mounted(terminal: Terminal) -> None:
    words = ["create", "storage", "s3", "--provider", "s3", "--bucket", "b", "--run-as-user", "0"]

    code, _, err = terminal(*words, "--dry-run=client")

    assert (code, err) == (2, "error: --run-as-user is for local storages, not for s3\n")


def test_a_schedule_that_cannot_run_is_refused(terminal: Terminal) -> None:
    words = ["create", "backupconfig", "f", "--target", "pvc/f", "--storage", "s3"]
    words += ["--encryption-secret", "e", "--dry-run=client", "--schedule"]

    assert terminal(*words, "@hourly").code == 0
    assert "never runs" in terminal(*words, "0 0 31 2 *").err
    assert terminal(*words, "often").code == 2


def test_a_configuration_is_complete_and_takes_the_targets_own_addon(terminal: Terminal) -> None:
    document = made(
        terminal,
        *("backupconfig", "files", "--target", "pvc/files", "--storage", "infra/s3"),
        *("--retention", "keep", "--encryption-secret", "enc", "--schedule", "0 2 * * *"),
        *("--param", "paths=/data/a,/data/b", "--session", "nightly"),
    )

    configuration = BackupConfiguration.model_validate(document)
    session = configuration.spec.sessions[0]
    assert session.addon.name == "pvc-addon"
    assert dict(session.addon.tasks[0].params or {}) == {"paths": "/data/a,/data/b"}
    assert document["spec"]["backends"][0]["storageRef"] == {"name": "s3", "namespace": "infra"}
    assert document["spec"]["target"]["namespace"] == "demo"


def test_a_policy_keeps_what_the_flags_say(terminal: Terminal) -> None:
    spec = made(terminal, "retention", "keep", "--last", "5", "--daily", "7", "--max-age", "2mo")[
        "spec"
    ]

    assert spec["successfulSnapshots"] == {"last": 5, "daily": 7}
    assert spec["maxRetentionPeriod"] == "2mo"


def test_a_user_for_the_jobs_goes_into_their_template(terminal: Terminal) -> None:
    words = ["backupconfig", "files", "--target", "pvc/files", "--storage", "s3"]
    words += ["--encryption-secret", "enc", "--schedule", "0 2 * * *"]

    as_root = made(terminal, *words, "--run-as-user", "0")["spec"]["sessions"][0]["addon"]
    as_nobody = made(terminal, *words)["spec"]["sessions"][0]["addon"]

    assert as_root["jobTemplate"] == {"spec": {"securityContext": {"runAsUser": 0}}}
    assert "jobTemplate" not in as_nobody


def test_a_dry_run_prints_no_password_and_nothing_that_could_become_one(
    terminal: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "password"
    path.write_text("correct horse\n", encoding="utf-8")

    document = made(terminal, "encryption-secret", "enc", "--password-file", str(path))

    assert document["data"] == {"RESTIC_PASSWORD": "<not shown>"}
    assert "stringData" not in document
    with pytest.raises(ValueError, match="base64"):
        base64.b64decode(document["data"]["RESTIC_PASSWORD"], validate=True)


def test_each_new_password_is_strong_and_another() -> None:
    found = {backup_password.password("", from_stdin=False) for _ in range(3)}

    assert len(found) == 3
    assert all(len(password) >= 43 for password in found)


def test_a_password_is_taken_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("correct horse\n", encoding="utf-8")

    assert backup_password.password(str(path), from_stdin=False) == "correct horse"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "at least 8"),
        (b"short", "at least 8"),
        (b"two\nlines of it", "at least 8"),
        (b" " * 9, "at least 8"),
        (b"12345678\x00", "control character"),
        (b"\xff\xfe12345678", "is not text"),
        (b"x" * 1_000_000, "more than 4096 bytes"),
    ],
)
def test_a_password_that_cannot_be_meant_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=message):
        backup_password.password(str(path), from_stdin=False)


def test_an_export_can_be_read_by_its_owner_only_and_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "password"

    with backup_password.exported(str(path), "secret"):
        assert path.read_text(encoding="utf-8") == ""

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="utf-8") == "secret\n"
    with (
        pytest.raises(Refused, match="not overwritten"),
        backup_password.exported(str(path), "other"),
    ):
        path.unlink()
    assert path.exists()


def test_nothing_is_exported_of_a_secret_that_could_not_be_made(
    terminal: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "password"

    words = ("create", "encryption-secret", "enc", "--export", str(path))
    answer = terminal(*words, "-n", "demo", "-s", "https://127.0.0.1:1")

    assert answer.code == 1
    assert "the password is in" not in answer.err
    assert not path.exists()
