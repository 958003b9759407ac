from __future__ import annotations

import pytest

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.postgres_arguments import dump_arguments, restore_arguments


@pytest.mark.parametrize(
    ("program", "text", "given", "database"),
    [
        ("pg_dump", "demo", ("demo",), "demo"),
        ("pg_dump", "--clean -d demo -t 'my table'", None, "demo"),
        ("pg_dump", "-Fc --dbname=demo", None, "demo"),
        ("pg_dump", "--schema=a --no-o demo", None, "demo"),
        ("pg_dumpall", "", (), ""),
        ("pg_dumpall", "--clean --if-exists --exclude-database='tmp*'", None, ""),
    ],
)
def test_arguments_are_split_like_a_shell_does_and_passed_on_whole(
    program: str, text: str, given: tuple[str, ...] | None, database: str
) -> None:
    found = dump_arguments(program, text)

    assert found.database == database
    if given is not None:
        assert found.given == given
    if "table" in text:
        assert found.given[-1] == "my table"


@pytest.mark.parametrize(
    ("program", "text", "told"),
    [
        ("sh", "", "must be one of pg_dumpall, pg_dump"),
        ("pg_dump", "-h elsewhere demo", "the AppBinding says so"),
        ("pg_dump", "--usern root demo", "--username cannot be given"),
        ("pg_dump", "-vf/tmp/x demo", "goes to the repository"),
        ("pg_dump", "--filt=/tmp/x demo", "no such file in the Job"),
        ("pg_dump", "--help", "it makes no dump"),
        ("pg_dump", "-Fd demo", "cannot be a stream"),
        ("pg_dump", "-Z9 demo", "restic compresses anyway"),
        ("pg_dump", "-W demo", "nobody is there"),
        ("pg_dump", "'postgres://u:p@h/demo'", "name the database alone"),
        ("pg_dump", "-d 'host=h password=p'", "name the database alone"),
        ("pg_dumpall", "-l 'host=evil'", "name the database alone"),
        ("pg_dumpall", "--datab=host=evil", "name the database alone"),
        ("pg_dumpall", "-d host=evil -d demo", "name the database alone"),
        ("pg_dump", "-d demo 'host=evil'", "name the database alone"),
        ("pg_dump", "--no-such-thing", "not recognized"),
        ("pg_dump", "'unfinished", "No closing quotation"),
        ("pg_dumpall", "demo", "'demo' cannot be named"),
    ],
)
def test_what_would_send_the_dump_elsewhere_is_refused(program: str, text: str, told: str) -> None:
    with pytest.raises(UsageError) as refusal:
        dump_arguments(program, text)

    assert told in refusal.value.message


def test_an_archive_may_be_compressed() -> None:
    assert dump_arguments("pg_dump", "-Fc -Z9 demo").database == "demo"


@pytest.mark.parametrize(
    ("program", "text", "told"),
    [
        ("psql", "--file=/etc/passwd", "goes to the repository"),
        ("psql", "-c 'drop table t'", "not recognized"),
        ("psql", "-v ON_ERROR_STOP=0", "so that no error gets lost"),
        ("psql", "--set=VERBOSITY=terse", "so that no error gets lost"),
        ("psql", "-vAUTOCOMMIT=off", "nothing of it would stay"),
        ("psql", "demo postgres", "one name too many"),
        ("pg_restore", "demo", "one name too many"),
        ("pg_restore", "--jobs=4 -d demo", "--jobs"),
    ],
)
def test_a_restore_takes_no_argument_that_hides_errors(program: str, text: str, told: str) -> None:
    with pytest.raises(UsageError, match="args: ") as refusal:
        restore_arguments(program, text)

    assert told in refusal.value.message


def test_a_restore_may_name_its_database_and_be_one_transaction() -> None:
    assert restore_arguments("psql", "--dbname=demo -1 -v mine=1").database == "demo"
    assert restore_arguments("psql", "demo").database == "demo"
    assert restore_arguments("pg_restore", "-d demo --clean --if-exists -O").database == "demo"
