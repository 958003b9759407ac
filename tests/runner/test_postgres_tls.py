"""Certificates of a PostgreSQL server, and of its clients."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.meta import TypedObjectReference
from kubectl_kubestash.runner.database import read_postgres
from kubectl_kubestash.runner.postgres import Postgres
from tests.cluster.keys import Keys
from tests.postgres_server import PASSWORD, PostgresServer

from .postgres_world import TARGET, PostgresWorld

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import World


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    made = Keys(tmp_path_factory.mktemp("keys") / "keys")
    made.folder.mkdir()
    made.issue_for_server("server", "db.example")
    made.issue_for_server("client", "client.example")
    return made


@pytest.fixture(scope="module")
def server(keys: Keys) -> Iterator[PostgresServer]:
    """A server that calls itself db.example and lets `client` in by certificate alone."""
    made = PostgresServer()
    files = {
        "ssl_cert_file": made.give("server.crt", keys.certificate("server").read_text()),
        "ssl_key_file": made.give("server.key", keys.key("server").read_text()),
        "ssl_ca_file": made.give("ca.crt", keys.certificate("ca").read_text()),
    }
    made.settings = ("ssl=on", *(f"{name}={path}" for name, path in files.items()))
    with made as started:
        rules = started.data / "pg_hba.conf"
        rules.write_text(f"hostssl all client all cert\n{rules.read_text()}")
        started.sql("create role client superuser login; select pg_reload_conf()")
        started.sql("create table t (id int)")
        yield started


@pytest.fixture
def bound(world: World) -> PostgresWorld:
    world.environment["KUBESTASH_SKIP_CHECK"] = "yes"
    return PostgresWorld(world)


def _bundle(keys: Keys, name: str = "ca") -> str:
    return base64.b64encode(keys.certificate(name).read_bytes()).decode()


def test_a_certificate_is_checked_against_the_authority_and_the_name(
    bound: PostgresWorld, server: PostgresServer, keys: Keys
) -> None:
    bound.bind(server, "right", caBundle=_bundle(keys), serverName="db.example")
    bound.bind(server, "wrong-name", caBundle=_bundle(keys))
    bound.bind(server, "name-unchecked", query="sslmode=verify-ca", caBundle=_bundle(keys))
    bound.bind(server, "wrong-authority", caBundle=_bundle(keys, "client"), serverName="db.example")
    bound.bind(server, "system", query="ssl-mode=VERIFY_CA")
    bound.bind(server, "lax", insecureSkipTLSVerify=True, caBundle=_bundle(keys, "client"))

    found = {
        name: bound.backup(name, cmd="pg_dump", args="postgres")
        for name in ("right", "wrong-name", "name-unchecked", "wrong-authority", "system", "lax")
    }

    succeeded = {name for name, each in found.items() if each["phase"] == "Succeeded"}
    assert succeeded == {"right", "name-unchecked", "lax"}, found
    assert 'does not match host name "127.0.0.1"' in found["wrong-name"]["error"]
    assert "certificate verify failed" in found["wrong-authority"]["error"]
    assert "certificate verify failed" in found["system"]["error"]


def test_a_client_shows_the_certificate_of_the_tls_secret(
    bound: PostgresWorld, server: PostgresServer, keys: Keys
) -> None:
    tls = {
        "ca.crt": keys.certificate("ca").read_text(),
        "tls.crt": keys.certificate("client").read_text(),
        "tls.key": keys.key("client").read_text(),
    }
    bound.bind(server, "by-cert", login={"username": "client"}, tls=tls, serverName="db.example")
    anonymous: dict[str, Any] = {"caBundle": _bundle(keys), "serverName": "db.example"}
    bound.bind(server, "without", login={"username": "client"}, **anonymous)

    by_certificate = bound.backup("by-cert", cmd="pg_dump", args="postgres")
    without = bound.backup("without", cmd="pg_dump", args="postgres")

    assert by_certificate["phase"] == "Succeeded", by_certificate
    assert without["phase"] == "Failed"
    assert "certificate" in without["error"]


def test_the_password_is_in_a_file_of_ours_alone_and_nowhere_else(
    bound: PostgresWorld, server: PostgresServer
) -> None:
    bound.bind(server)
    target = TypedObjectReference.model_validate({**TARGET, "name": "db"})
    with bound.world.toolbox() as opened:
        found = read_postgres(opened.tools.client, target, home="demo", user="")
        argv = Postgres(opened.tools, found).command("pg_dump", "demo")
        (named,) = [word for word in argv if word.startswith("PGPASSFILE=")]
        file = Path(named.removeprefix("PGPASSFILE="))
        mode, content = file.stat().st_mode & 0o777, file.read_text()
        redacted = opened.tools.supervisor.redactor.text(f"it said {PASSWORD}")

    assert (mode, PASSWORD.split("\\")[0].replace(":", "\\:") in content) == (0o600, True)
    assert not file.exists()
    assert argv[:2] == ("env", "-i")
    assert not any(PASSWORD in word or "RESTIC" in word for word in argv)
    assert redacted == "it said ***"
