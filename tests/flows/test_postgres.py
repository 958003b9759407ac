"""PostgreSQL in a pod: KubeStash's manifests, ours, and what must fail.

The numbers are explained in docs/reliability.md.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.waiting import eventually

from . import manifests, postgres
from .postgres import Postgres

if TYPE_CHECKING:
    from .bucket import Bucket
    from .manifests import Manifest
    from .world import Namespace

pytestmark = pytest.mark.cluster

_OURS = Path(__file__).parents[2] / "examples/postgres"
_THEIRS = Path(__file__).parents[3] / "shared/upstream-examples/addons/postgres/logical"
_ROWS = "select count(*), md5(string_agg(t::text, ',' order by id)) from t"
_FILL = """create table t (id int primary key, body text);
insert into t select n, md5(n::text) from generate_series(1, 5000) n;"""


@pytest.fixture(scope="module")
def server(
    shared: Namespace, postgres_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Postgres:
    """A server with the databases `demo` and `defaultdb`."""
    started = Postgres.start(shared, tmp_path_factory.mktemp("keys") / "keys")
    started.sql(f"create role doadmin superuser login password '{postgres.PASSWORD}'")
    for database in ("demo", "defaultdb"):
        started.sql(f"create database {database}")
    started.sql(_FILL, database="demo")
    return started


@pytest.fixture(scope="module")
def stored(shared: Namespace, server: Postgres, bucket: Bucket) -> Namespace:
    """The namespace with a storage as well."""
    shared.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=shared.name),
        manifests.retention(),
        manifests.retention("keep-5", last=5),
    )
    shared.wait_phase("backupstorage/s3", "Ready")
    return shared


def _documents(path: Path, namespace: Namespace) -> list[Manifest]:
    text = path.read_text().replace("namespace: demo", f"namespace: {namespace.name}")
    return [dict(document) for document in yaml.safe_load_all(text)]


def test_kubestashs_own_manifests_back_up_and_restore_a_database(
    stored: Namespace, server: Postgres, bucket: Bucket
) -> None:
    (secret,) = _documents(_THEIRS / "auth-secret.yaml", stored)
    secret["stringData"]["password"] = postgres.PASSWORD
    (binding,) = _documents(_THEIRS / "appbinding.yaml", stored)
    url = f"postgres://postgres.{stored.name}.svc:5432/defaultdb?ssl-mode=REQUIRED"
    binding["spec"]["clientConfig"]["url"] = url
    (storage,) = _documents(_THEIRS / "backupstorage.yaml", stored)
    theirs = bucket.storage("any", prefix=f"{stored.name}-theirs")
    storage["spec"]["storage"] = theirs["spec"]["storage"]
    storage["spec"]["default"] = False
    (policy,) = _documents(_THEIRS / "retentionpolicy.yaml", stored)
    policy["spec"]["default"] = False
    (configuration,) = _documents(_THEIRS / "backupconfiguration.yaml", stored)
    before = server.sql(_ROWS, database="demo")

    stored.apply(secret, binding, storage, policy, configuration)
    stored.wait_phase("backupconfiguration/sample-postgres-backup", "Ready")
    done = _ended(stored, "sample-postgres-backup")
    pause = ("--type=merge", "--patch", '{"spec": {"paused": true}}')  # it runs every 5 minutes
    stored.kubectl("patch", "backupconfiguration", "sample-postgres-backup", *pause)
    server.sql("drop table t", database="demo")
    (restore,) = _documents(_THEIRS / "restoresession.yaml", stored)
    stored.apply(restore)
    stored.wait_phase("restoresession/restore-sample-postgres", "Succeeded", within=120)

    assert done["status"]["phase"] == "Succeeded"
    assert server.sql(_ROWS, database="demo") == before


@pytest.mark.sandbox
def test_our_examples_back_up_a_server_over_tls_and_put_it_back(
    stored: Namespace, server: Postgres
) -> None:
    login, tls, binding = _documents(_OURS / "database.yaml", stored)
    login["stringData"]["password"] = postgres.PASSWORD
    tls["stringData"]["ca.crt"] = server.authority
    (configuration,) = _documents(_OURS / "backup-server.yaml", stored)
    (restore,) = _documents(_OURS / "restore-server.yaml", stored)
    before = server.sql(_ROWS, database="demo")

    stored.apply(login, tls, binding, configuration)
    done = _ended(stored, "shop")
    server.sql("drop database demo")
    stored.apply(restore)
    stored.wait_phase("restoresession/shop", "Succeeded", within=120)

    assert done["status"]["phase"] == "Succeeded"
    component = _component(stored, done)
    assert component["resticStats"][0]["summary"]["hostPath"] == "dumpfile.sql"
    assert server.sql(_ROWS, database="demo") == before
    restored = stored.get("restoresession", "shop")["status"]["components"]["dump"]
    assert restored["restoredBytes"] == component["resticStats"][0]["summary"]["bytes"]


def test_ff_1_1_what_keeps_a_dump_from_being_made_fails_the_session_and_is_told(
    stored: Namespace, server: Postgres
) -> None:
    cases = {
        "wrong-password": ("password authentication failed", "demo"),
        "unknown-database": ('database "nope" does not exist', "nope"),
        "wrong-authority": ("certificate verify failed", "demo"),
    }
    stored.apply(
        postgres.login("good", "postgres", postgres.PASSWORD),
        postgres.login("bad", "postgres", "canary-that-is-wrong"),
        postgres.app_binding("wrong-password", "bad"),
        postgres.app_binding("unknown-database", "good"),
        postgres.app_binding("wrong-authority", "good", caBundle=_other_authority()),
    )
    for name, (_, database) in cases.items():
        made = manifests.configuration(name, claim_name="", storage="s3", directory=f"/{name}")
        stored.apply(postgres.backs_up(made, name, backupCmd="pg_dump", args=database))

    for name, (told, _) in cases.items():
        ended = _ended(stored, name)
        component = _component(stored, ended)
        assert ended["status"]["phase"] == "Failed", name
        assert component["phase"] == "Failed", name
        assert told in component["error"], component["error"]
        assert not component.get("resticStats"), name
        assert "canary" not in str(ended) + str(component)


def test_ff_1_1_a_database_killed_in_the_middle_of_its_dump_leaves_no_good_snapshot(
    demo: Namespace, server: Postgres, bucket: Bucket, tmp_path: Path
) -> None:
    dying = Postgres.start(demo, tmp_path / "keys")
    dying.sql(_FILL)
    dying.sql(
        f"create role slow login password '{postgres.PASSWORD}'; grant select on t to slow;"
        "create function wait() returns boolean language sql"
        " as 'select pg_sleep(0.05) is not null';"
        "alter table t enable row level security; create policy p on t using (wait());"
    )
    made = manifests.configuration("dies", claim_name="", storage="s3")
    args = "--enable-row-security --table=t postgres"
    demo.apply(
        manifests.encryption_secret(),
        bucket.secret(),
        bucket.storage("s3", prefix=demo.name),
        manifests.retention(),
        postgres.login("slow", "slow", postgres.PASSWORD),
        postgres.app_binding("dying", "slow"),
        postgres.backs_up(made, "dying", backupCmd="pg_dump", args=args),
    )
    copying = "select count(*) from pg_stat_activity where query like 'COPY%'"
    eventually(lambda: dying.sql(copying) == "1", within=180, what="the table is being dumped")

    dying.kill()
    ended = _ended(demo, "dies")

    assert ended["status"]["phase"] == "Failed"
    assert "pg_dump failed with exit code 1" in _component(demo, ended)["error"]
    assert [snapshot["status"]["phase"] for snapshot in demo.items("snapshots")] == ["Failed"]
    names = bucket.keys(demo.name)
    assert not [name for name in names if "/dump/snapshots/" in name]


def _ended(namespace: Namespace, configuration: str) -> dict[str, Any]:
    """The first session of a configuration, once it has ended."""

    def found() -> list[dict[str, Any]]:
        sessions = namespace.items("backupsessions")
        mine = [one for one in sessions if one["spec"]["invoker"]["name"] == configuration]
        return [
            one for one in mine if one.get("status", {}).get("phase") in {"Succeeded", "Failed"}
        ]

    eventually(lambda: bool(found()), within=240, what=f"a session of {configuration} has ended")
    return found()[0]


def _component(namespace: Namespace, session: dict[str, Any]) -> dict[str, Any]:
    (entry,) = session["status"]["snapshots"]
    snapshot = namespace.get("snapshot", entry["name"])
    return dict(snapshot["status"]["components"]["dump"])


def _other_authority() -> str:
    """Somebody whom the server's certificate does not come from: one of Debian's, in base64."""
    text = Path("/etc/ssl/certs/ca-certificates.crt").read_text()
    end = "-----END CERTIFICATE-----\n"
    return base64.b64encode((text.split(end)[0] + end).encode()).decode()
