from __future__ import annotations

import base64
from typing import Any

import pytest

from kubectl_kubestash.api.app_binding import AppBinding
from kubectl_kubestash.errors import KubeStashError
from kubectl_kubestash.resolve.app_binding import version
from kubectl_kubestash.resolve.db_version import choose_version
from kubectl_kubestash.resolve.postgres_connection import Connection, connection

BUNDLE = base64.b64encode(b"PEM").decode()
LOGIN = {"username": "app", "password": "p:a\\s s"}
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
SERVICE = {"service": {"name": "pg", "port": 5432, "path": "demo"}}


def binding(client: dict[str, Any] | None = None, **spec: Any) -> AppBinding:
    return AppBinding.model_validate(
        {
            "metadata": {"name": "db", "namespace": "demo"},
            "spec": {"clientConfig": SERVICE if client is None else client, **spec},
        }
    )


def of_url(url: str, **client: Any) -> Connection:
    return connection(binding({"url": url, **client}), LOGIN, {})


def test_a_service_is_reached_by_its_name_in_the_namespace_of_the_app_binding() -> None:
    found = connection(binding(), LOGIN, {})

    assert found.environment == {
        "PGHOST": "pg.demo.svc",
        "PGPORT": "5432",
        "PGUSER": "app",
        "PGSSLMODE": "prefer",
    }
    assert found.database == "demo"
    assert found.pgpass == "*:*:*:app:p\\:a\\\\s s\n"
    assert LOGIN["password"] not in repr(found)


def test_a_url_may_name_several_hosts_and_how_to_connect() -> None:
    found = of_url("postgres://one:1,[fd00::2]:2/my%20db?target_session_attrs=read-write")

    assert found.environment["PGHOST"] == "one,fd00::2"
    assert found.environment["PGPORT"] == "1,2"
    assert found.environment["PGTARGETSESSIONATTRS"] == "read-write"
    assert found.database == "my db"


@pytest.mark.parametrize(
    ("query", "client", "mode", "checked"),
    [
        ("", {}, "prefer", False),
        ("?sslmode=disable", {}, "disable", False),
        ("?ssl-mode=REQUIRED", {}, "require", False),
        ("?ssl-mode=VERIFY_IDENTITY", {}, "verify-full", True),
        ("", {"insecureSkipTLSVerify": True}, "require", False),
        ("", {"caBundle": BUNDLE}, "verify-full", True),
        (
            "?sslmode=verify-ca",
            {"caBundle": BUNDLE},
            "verify-ca",
            True,
        ),
    ],
)
def test_tls_is_as_strict_as_the_app_binding_says(
    query: str, client: dict[str, Any], mode: str, checked: bool
) -> None:
    found = of_url(f"postgres://db/x{query}", **client)

    assert found.environment["PGSSLMODE"] == mode
    assert ("PGSSLROOTCERT" in found.certificates) == checked


def test_a_client_certificate_comes_from_the_tls_secret() -> None:
    tls = {"ca.crt": PEM, "tls.crt": "certificate", "tls.key": "the key"}
    found = connection(binding(), {"username": "app"}, tls)

    assert dict(found.certificates) == {
        "PGSSLCERT": "certificate",
        "PGSSLKEY": "the key",
        "PGSSLROOTCERT": PEM,
    }
    assert found.pgpass == ""
    assert "the key" in found.secrets


def test_keys_of_a_secret_may_go_by_other_names() -> None:
    transforms = [
        {"renameKey": {"from": "POSTGRES_PASSWORD", "to": "password"}},
        {"addKey": {"key": "username", "stringValue": "root"}},
    ]
    found = connection(binding(secretTransforms=transforms), {"POSTGRES_PASSWORD": "x"}, {})

    assert found.pgpass == "*:*:*:root:x\n"


def test_the_users_name_comes_from_the_secret_first() -> None:
    assert connection(binding(), LOGIN, {}, user="postgres").environment["PGUSER"] == "app"
    assert connection(binding(), {}, {}, user="root").environment["PGUSER"] == "root"
    assert connection(binding(), {}, {}).environment["PGUSER"] == "postgres"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"client": {}}, "neither url nor service"),
        ({"client": {"url": "postgres://u:p@h/db"}}, "carries credentials"),
        ({"client": {"url": "db:5432"}}, "scheme://host"),
        ({"client": {"url": "postgres://db:port/x"}}, "not a host and a port"),
        ({"client": {"url": "postgres://db/x?krbsrvname=x"}}, "'krbsrvname' is not supported"),
        ({"client": {"url": "postgres://db/x?sslmode=maybe"}}, "must be one of"),
        ({"client": {"url": "postgres://db/x", "caBundle": "%"}}, "caBundle"),
        ({"client": {"url": "postgres://a,b/x", "serverName": "c"}}, "several hosts"),
        (
            {"client": {"url": "postgres://db/x?sslmode=verify-ca", "insecureSkipTLSVerify": True}},
            "contradicts",
        ),
        ({"secretTransforms": [{"addKeysFrom": {}}]}, "secretTransforms[0]"),
        ({"tls": {"tls.crt": "c"}}, "both tls.crt and tls.key"),
        ({"user": "root"}, "its Secret is for user 'app'"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(changes: dict[str, Any], told: str) -> None:
    given = dict(changes)
    client, tls, user = given.pop("client", None), given.pop("tls", {}), given.pop("user", "")

    with pytest.raises(KubeStashError) as refusal:
        connection(binding(client, **given), LOGIN, tls, user=user)

    assert told in refusal.value.message
    assert "AppBinding demo/db" in refusal.value.message


@pytest.mark.parametrize(
    ("available", "wanted", "chosen"),
    [
        (["12.17", "14.10", "16.4", "17.2", "18.2"], "17.2", "17.2"),
        (["12.17", "14.10", "16.4", "17.2", "18.2"], "17.5", "17.2"),
        (["12.17", "14.10", "16.4", "17.2", "18.2"], "16.1", "16.4"),
        (["12.17", "14.10", "16.4", "17.2", "18.2"], "17", "17.2"),
        (["12.17", "14.10", "16.4", "17.2", "18.2"], "15.3", "14.10"),
        (["12.17", "14.10"], "9.6", "12.17"),
        (["5.7.25", "8.0.3", "8.0.21", "8.4.2"], "8.0.35", "8.0.21"),
        (["10.11.6-jammy", "11.1.3-jammy"], "10.11.7", "10.11.6-jammy"),
        (["16.4", "17.2"], "unknown", "17.2"),
        ([], "17.2", ""),
    ],
)
def test_the_image_that_fits_the_database_is_chosen(
    available: list[str], wanted: str, chosen: str
) -> None:
    assert choose_version(available, wanted) == chosen


def test_a_version_of_thousands_of_digits_is_read_all_the_same() -> None:
    assert choose_version(["15.4", "16.1"], "9" * 5000) == "16.1"


def test_kubedbs_own_note_of_the_version_comes_first() -> None:
    raw = {"metadata": {"name": "db", "annotations": {"kubedb.com/db-version": "17.5"}}}

    assert version(AppBinding.model_validate({**raw, "spec": {"version": "17.2"}})) == "17.5"
    assert version(binding(version="17.2")) == "17.2"
