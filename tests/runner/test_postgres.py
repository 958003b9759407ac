"""Backup and restore of a real PostgreSQL; the numbers are explained in docs/reliability.md."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.postgres_server import PASSWORD, PROGRAMS, PostgresServer

from .postgres_world import PostgresWorld, programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .world import World

ROWS = "select count(*), md5(string_agg(t::text, ',' order by id)) from t"
FILL = """create table t (id int primary key, body text);
insert into t select n, repeat(md5(n::text), 40) from generate_series(1, 20000) n;
create view ids as select id from t"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server with the role `app` and the database `demo`."""
    with PostgresServer() as started:
        started.sql(f"create role app login password '{PASSWORD}'")
        started.sql("create database demo")
        started.sql(FILL, database="demo")
        yield started


@pytest.fixture
def bound(world: World, server: PostgresServer) -> PostgresWorld:
    world.environment["KUBESTASH_SKIP_CHECK"] = "yes"  # seconds, and not the question here
    made = PostgresWorld(world)
    made.bind(server)
    return made


def test_a_database_comes_back_to_where_it_was_and_to_another_one(
    bound: PostgresWorld, server: PostgresServer
) -> None:
    before = server.sql(ROWS, database="demo")

    stored = bound.backup(cmd="pg_dump", args="demo")
    server.sql("drop table t cascade", database="demo")
    server.sql("drop database if exists other")
    server.sql("create database other")
    back = bound.restore(stored["session"], args="--dbname=demo")
    elsewhere = bound.restore(stored["session"], args="-d other --single-transaction")

    assert stored["phase"] == "Succeeded", stored
    (entry,) = stored["resticStats"]
    assert entry["summary"]["hostPath"] == "dumpfile.sql"
    assert entry["summary"]["bytes"] > 20_000 * 32 * 40
    for restored in (back, elsewhere):
        assert restored["phase"] == "Succeeded", restored
        assert (restored["restoredFiles"], restored["restoredBytes"]) == (
            1,
            entry["summary"]["bytes"],
        )
    assert server.sql(ROWS, database="demo") == before == server.sql(ROWS, database="other")
    assert bound.world.locks() == []

    again = bound.restore(stored["session"], args="--dbname=demo")

    assert again["phase"] == "Failed"
    assert "42P07" in again["error"]
    assert "--clean" in again["error"]
    assert server.sql(ROWS, database="demo") == before


def test_a_whole_server_comes_back_on_another_server_and_on_itself(
    bound: PostgresWorld, server: PostgresServer
) -> None:
    before = server.sql(ROWS, database="demo")
    server.sql("create table if not exists of_app (id int); alter table of_app owner to app")
    stored = bound.backup(args="--clean --if-exists --no-role-passwords")

    with PostgresServer() as other:
        bound.bind(other, "other")
        restored = bound.restore(stored["session"], "other")
        found = other.sql(ROWS, database="demo")
        roles = other.sql("select rolname from pg_roles where rolname = 'app'")
    server.sql("drop table t cascade", database="demo")
    back = bound.restore(stored["session"])

    assert stored["phase"] == "Succeeded", stored
    assert restored["phase"] == "Succeeded", restored
    assert (found, roles) == (before, "app")
    assert back["phase"] == "Succeeded", back
    assert server.sql(ROWS, database="demo") == before
    told = "\n".join(bound.world.lines)
    assert "Not an error here: current user cannot be dropped" in told
    assert 'Not an error here: role "postgres" already exists' in told
    assert 'Not an error here: role "app" cannot be dropped' in told


def test_the_dump_of_a_server_does_not_write_into_a_database_that_is_there(
    bound: PostgresWorld, server: PostgresServer
) -> None:
    before = server.sql(ROWS, database="demo")

    stored = bound.backup()
    restored = bound.restore(stored["session"])
    at_once = bound.restore(stored["session"], args="--single-transaction")

    assert "the transaction with the roles is lost" in at_once["error"]
    assert restored["phase"] == "Failed"
    assert 'database "demo" already exists' in restored["error"]
    assert server.sql(ROWS, database="demo") == before


def test_an_error_among_the_roles_that_is_not_on_the_list_ends_the_restore(
    bound: PostgresWorld, server: PostgresServer
) -> None:
    stored = bound.backup(args="--clean --if-exists")
    server.sql("drop role if exists poor; create role poor login createdb")
    server.sql(f"alter role poor password '{PASSWORD}'")
    bound.bind(server, "poor", login={"username": "poor", "password": PASSWORD})
    before = server.sql(ROWS, database="demo")

    asked = bound.restore(stored["session"], "poor")

    assert asked["phase"] == "Failed"
    assert "42501" in asked["error"]
    assert server.sql(ROWS, database="demo") == before


def test_rows_that_a_pod_which_is_gone_may_have_loaded_are_not_loaded_again(
    bound: PostgresWorld, server: PostgresServer
) -> None:
    server.sql("create database journal")
    server.sql("create table log (line text); insert into log values ('once')", database="journal")
    stored = bound.backup(cmd="pg_dump", args="--data-only journal")

    restored = bound.restore(stored["session"], args="--dbname=journal", is_begun=True)

    assert server.sql("select count(*) from log", database="journal") == "1"
    assert restored["phase"] == "Failed"
    assert "Pod pod-gone has begun this restore" in restored["error"]


def test_directories_are_no_dump(bound: PostgresWorld) -> None:
    session = bound.world.back_up()

    restored = bound.restore(session, args="--dbname=demo")

    assert restored["phase"] == "Failed"
    assert "which is no dump" in restored["error"]


def test_an_archive_goes_through_pg_restore(bound: PostgresWorld, server: PostgresServer) -> None:
    before = server.sql(ROWS, database="demo")
    stored = bound.backup(cmd="pg_dump", args="--format=custom demo")
    server.sql("drop database if exists third")
    server.sql("create database third")

    restored = bound.restore(stored["session"], args="--dbname=third --no-owner")
    again = bound.restore(stored["session"], args="--dbname=third")
    misspelt = bound.restore(stored["session"], args="--dbname=third --table=tt")

    assert restored["phase"] == "Succeeded", restored
    assert server.sql(ROWS, database="third") == before
    assert again["phase"] == "Failed"
    assert "already exists" in again["error"]
    assert misspelt["phase"] == "Failed"
    assert "'tt' not found" in misspelt["error"].replace('"', "'")


@pytest.mark.parametrize(
    ("login", "args", "told"),
    [
        ({"username": "postgres", "password": "canary-guess"}, "demo", "password authentication"),
        ({"username": "postgres", "password": PASSWORD}, "nope", 'database "nope" does not exist'),
        ({"username": "app", "password": PASSWORD}, "demo", "permission denied for table t"),
        ({"username": "postgres", "password": PASSWORD}, "", "which database"),
        ({"username": "postgres", "password": PASSWORD}, "-t t -t tt demo", "no matching tables"),
        ({"username": "postgres", "password": PASSWORD}, "--file=/tmp/x demo", "--file"),
    ],
    ids=[
        "wrong password",
        "unknown database",
        "no rights",
        "no database",
        "no such table",
        "refused argument",
    ],
)
def test_ff_1_1_a_dump_that_cannot_be_made_fails_with_the_reason(
    bound: PostgresWorld, server: PostgresServer, login: dict[str, str], args: str, told: str
) -> None:
    bound.bind(server, "mine", login=login)

    stored = bound.backup("mine", cmd="pg_dump", args=args)

    assert stored["phase"] == "Failed"
    assert told in stored["error"]
    assert not stored.get("resticStats")
    assert "canary-guess" not in "\n".join([stored["error"], *bound.world.lines])
    if told == "permission denied for table t":
        assert "pg_dump failed with exit code 1" in stored["error"]
        assert bound.world.stored() == []


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (f'{PROGRAMS}/pg_dump "$@"; exit 1', "pg_dump failed with exit code 1"),
        ("echo oops >&2", "pg_dump printed nothing"),
        (f'{PROGRAMS}/pg_dump "$@"; kill -9 $$', "pg_dump was ended: killed"),
    ],
    ids=["exit 1 after all its output", "nothing", "killed"],
)
def test_ff_1_1_a_tool_that_ends_badly_leaves_no_snapshot(
    bound: PostgresWorld, tmp_path: Path, script: str, told: str
) -> None:
    bound.installed = programs(tmp_path / "programs", pg_dump=script)

    stored = bound.backup(cmd="pg_dump", args="demo")

    assert stored["phase"] == "Failed"
    assert told in stored["error"]
    assert bound.world.stored() == []
    assert bound.world.locks() == []


def test_ff_1_1_a_database_that_dies_in_the_middle_leaves_no_snapshot(world: World) -> None:
    with PostgresServer() as dying:
        dying.sql(FILL)
        dying.sql(
            "create role slow login password 'canary-slow'; grant select on t to slow;"
            "create function wait() returns boolean language sql"
            " as 'select pg_sleep(0.05) is not null';"
            "alter table t enable row level security; create policy p on t using (wait())"
        )
        bound = PostgresWorld(world)
        bound.bind(dying, login={"username": "slow", "password": "canary-slow"})
        found: list[object] = []
        run = threading.Thread(
            target=lambda: found.append(
                bound.backup(cmd="pg_dump", args="--enable-row-security --table=t postgres")
            )
        )
        run.start()
        copying = "select count(*) from pg_stat_activity where query like 'COPY%'"
        while run.is_alive() and dying.sql(copying) == "0":
            run.join(0.1)
        dying.stop()
        run.join()
    (stored,) = found
    assert isinstance(stored, dict)
    assert stored["phase"] == "Failed"
    assert "pg_dump failed with exit code 1" in stored["error"]
    assert "canary-slow" not in stored["error"]
    assert world.stored() == []


def test_ff_6_1_a_restore_whose_dump_is_damaged_fails_and_commits_nothing(
    bound: PostgresWorld, server: PostgresServer
) -> None:
    stored = bound.backup(cmd="pg_dump", args="demo")
    server.sql("drop database if exists damaged")
    server.sql("create database damaged")
    data = (bound.world.backend / "files").rglob("data/*/*")
    pack = max((path for path in data if path.is_file()), key=lambda path: path.stat().st_size)
    with pack.open("r+b") as file:
        file.seek(pack.stat().st_size // 2)
        file.write(b"damage")

    restored = bound.restore(stored["session"], args="--dbname=damaged --single-transaction")

    assert restored["phase"] == "Failed"
    assert "restic dump" in restored["error"]
    assert server.sql("select count(*) from pg_class where relname='t'", database="damaged") == "0"


def test_a_database_that_starts_late_is_waited_for(world: World) -> None:
    with PostgresServer() as late:
        bound = PostgresWorld(world)
        bound.bind(late)
        late.sql(FILL)
        late.stop()
        later = threading.Timer(2.0, late.start)
        later.start()
        stored = bound.backup(cmd="pg_dump", args="postgres")
        later.join()

    assert stored["phase"] == "Succeeded", stored
    assert any(line.startswith("Waiting for the database") for line in world.lines)
