"""From a BackupStorage and its Secret to restic's address, environment, files and the store."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.api.storage.backup_storage import BackupStorage
from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.backend import (
    directory,
    missing_keys,
    repository_url,
    restic_access,
    secret_name,
    store_settings,
)

PATH = "repository/v1/daily/dump"
KEYS = {"AWS_ACCESS_KEY_ID": "id\n", "AWS_SECRET_ACCESS_KEY": "key\n"}


def storage(provider: str, **block: Any) -> BackupStorage:
    return BackupStorage.model_validate(
        {
            "metadata": {"name": "store", "namespace": "demo"},
            "spec": {"storage": {"provider": provider, provider: block}},
        }
    )


@pytest.mark.parametrize(
    ("place", "url"),
    [
        pytest.param(
            storage("s3", endpoint="https://s3.example.com/", bucket="b/", prefix="/p/"),
            "s3:https://s3.example.com/b/p/files/repository/v1/daily/dump",
            id="S3 with slashes around",
        ),
        pytest.param(
            storage("s3", bucket="b"),
            "s3:s3.amazonaws.com/b/files/repository/v1/daily/dump",
            id="S3 of Amazon, without a prefix",
        ),
        pytest.param(
            storage("gcs", bucket="b", prefix="p"),
            "gs:b:/p/files/repository/v1/daily/dump",
            id="Google",
        ),
        pytest.param(
            storage("azure", container="c", prefix="p", storageAccount="a"),
            "azure:c:/p/files/repository/v1/daily/dump",
            id="Azure",
        ),
        pytest.param(
            storage("local", mountPath="/mnt/x/", subPath="not in the address"),
            "/mnt/x/files/repository/v1/daily/dump",
            id="a volume",
        ),
    ],
)
def test_the_address_of_a_component(place: BackupStorage, url: str) -> None:
    assert repository_url(place, "/files", PATH) == url


def test_s3_gets_its_keys_without_line_ends_and_its_region() -> None:
    place = storage("s3", bucket="b", region="eu-1", secretName="keys", maxConnections=7)

    access = restic_access(place, KEYS)

    assert access.environment == {
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "key",
        "AWS_DEFAULT_REGION": "eu-1",
    }
    assert access.flags == ("-o", "s3.connections=7")
    assert access.ambient == ()
    assert "key" not in repr(access)


def test_certificates_are_a_file_and_insecure_tls_is_a_flag() -> None:
    place = storage("s3", bucket="b", insecureTLS=True, secretName="keys")

    access = restic_access(place, {**KEYS, "CA_CERT_DATA": "PEM"})

    assert access.flags == ("--insecure-tls",)
    assert [(file.name, file.flag) for file in access.files] == [("ca.crt", "--cacert")]
    assert store_settings(place, {"CA_CERT_DATA": "PEM"}).client == {
        "root_certificate": "PEM",
        "allow_invalid_certificates": True,
    }


def test_without_a_secret_the_rights_of_the_pod_are_passed_on() -> None:
    access = restic_access(storage("s3", bucket="b"), {})

    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in access.ambient
    assert missing_keys(storage("s3", bucket="b"), {}) == ()


def test_google_gets_a_key_file_and_azure_an_account() -> None:
    google = restic_access(
        storage("gcs", bucket="b", secretName="s", maxConnections=3),
        {"GOOGLE_SERVICE_ACCOUNT_JSON_KEY": "{}"},
    )
    azure = restic_access(
        storage("azure", container="c", storageAccount="acc", secretName="s"),
        {"AZURE_ACCOUNT_KEY": "k"},
    )

    assert [file.variable for file in google.files] == ["GOOGLE_APPLICATION_CREDENTIALS"]
    assert google.flags == ("-o", "gs.connections=3")
    assert azure.environment == {"AZURE_ACCOUNT_NAME": "acc", "AZURE_ACCOUNT_KEY": "k"}


def test_the_store_is_addressed_by_path_with_the_prefix_as_its_root() -> None:
    place = storage("s3", endpoint="http://s3:8333", bucket="b", prefix="p", secretName="keys")

    settings = store_settings(place, KEYS)

    assert (settings.provider, settings.root) == ("s3", "p")
    assert settings.config["virtual_hosted_style_request"] is False
    assert settings.config["endpoint"] == "http://s3:8333"
    assert settings.config["secret_access_key"] == "key"
    assert settings.client == {"allow_http": True}


def test_an_endpoint_without_a_scheme_is_asked_by_https() -> None:
    settings = store_settings(storage("s3", endpoint="s3.example.com", bucket="b"), {})

    assert settings.config["endpoint"] == "https://s3.example.com"


def test_a_volume_needs_no_secret_and_its_root_is_where_it_is_mounted() -> None:
    place = storage("local", mountPath="/mnt/x", nfs={"server": "s", "path": "/"})

    assert secret_name(place) == ""
    assert missing_keys(place, {}) == ()
    assert store_settings(place, {}).root == "/mnt/x"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (storage("swift"), "spec.storage.provider is 'swift'"),
        (storage("local"), "spec.storage.local.mountPath is ''"),
        (storage("local", mountPath="/"), "spec.storage.local.mountPath is '/'"),
        (
            BackupStorage.model_validate(
                {
                    "metadata": {"name": "store", "namespace": "demo"},
                    "spec": {"storage": {"provider": "gcs"}},
                }
            ),
            "spec.storage.gcs is not set",
        ),
    ],
)
def test_a_storage_that_cannot_be_right_is_named(place: BackupStorage, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        repository_url(place, "files", PATH)


def test_a_directory_never_leads_out_of_the_storage() -> None:
    place = storage("s3", bucket="b")

    assert directory(place, "//a/./b/") == "a/b"
    with pytest.raises(UsageError, match="leads out of BackupStorage demo/store"):
        directory(place, "a/../../b")
