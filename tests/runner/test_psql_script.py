"""What psql may report without failing a restore."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.runner.pour import Flow
from kubectl_kubestash.runner.psql_script import DONE, TOLERATED, Script, is_archive, is_of_server

if TYPE_CHECKING:
    from collections.abc import Callable

EXISTS = 'psql:<stdin>:3: ERROR:  42710: role "app" already exists'
PLACE = "LOCATION:  CreateRole, user.c:308"


def script(lenient_until: int = 10) -> tuple[Script, list[str]]:
    stopped: list[str] = []
    made = Script(True, lambda: stopped.append("stopped"))
    made.lenient_until = lenient_until
    return made, stopped


def test_a_role_that_is_there_already_is_told_and_survived() -> None:
    made, stopped = script()

    for line in (EXISTS, "STATEMENT:  create role app", PLACE):
        made.hear(line)

    assert made.tolerated == ['role "app" already exists']
    assert (made.fatal, stopped) == ("", [])


@pytest.mark.parametrize(
    "lines",
    [
        ["psql:<stdin>:3: ERROR:  42710: tablespace exists", "LOCATION:  CreateTableSpace, x.c:1"],
        ["psql:<stdin>:3: FEHLER:  42501: keine Berechtigung", "LOCATION:  CreateRole, user.c:1"],
        ["psql:<stdin>:3: ERROR:  55006: in use", "LOCATION:  dropdb, dbcommands.c:1"],
        [EXISTS],
    ],
    ids=["another object", "another language", "another function", "no place told"],
)
def test_any_other_error_there_ends_psql(lines: list[str]) -> None:
    made, stopped = script()

    for line in lines:
        made.hear(line)
    made.settle()

    assert made.fatal.startswith("line 3: ")
    assert stopped == ["stopped"]


def test_a_warning_is_no_error_and_what_comes_later_is_psqls_own_to_judge() -> None:
    made, stopped = script(lenient_until=2)

    made.hear("psql:<stdin>:1: WARNING:  01000: careful")
    made.hear("LOCATION:  anywhere, a.c:1")
    made.hear(EXISTS)
    made.hear(PLACE)

    assert (made.fatal, made.tolerated, stopped) == ("", [], [])


def test_every_error_that_is_survived_has_its_reason() -> None:
    assert all(reason for reason in TOLERATED.values())
    assert {state for state, _ in TOLERATED} == {"42710", "55006", "2BP01"}


def handed_on(text: bytes, hand_on: Callable[[Flow, int], None]) -> tuple[bytes, int]:
    """What arrives of a text, and how much of it is the text's own."""
    reading, writing = os.pipe()
    arriving, giving = os.pipe()
    os.write(writing, text)
    os.close(writing)
    with os.fdopen(reading, "rb"), os.fdopen(arriving, "rb") as file:
        flow = Flow(reading)
        flow.peek()
        try:
            hand_on(flow, giving)
        finally:
            os.close(giving)
        return file.read(), flow.moved


@pytest.mark.parametrize("between", [b"\n", b"\\unrestrict key\n"], ids=["old", "since 15.14"])
def test_psql_is_told_to_stop_at_errors_before_the_first_database(between: bytes) -> None:
    roles = b"COMMENT ON ROLE a IS 'not\n\\connect b';\n" + between
    text = roles + b"\\connect template1\nSELECT 1;\n\\connect demo\n"
    made, _ = script()
    made.hear(DONE)

    arrived, moved = handed_on(text, made.hand_on)

    told, stops = b"\\warn " + DONE.encode() + b"\n", b"\\set ON_ERROR_STOP on\n"
    assert arrived == roles + told + stops + text[len(roles) :]
    assert moved == len(text)
    assert made.lenient_until == 5


def test_psql_gets_no_database_after_an_error_among_the_roles() -> None:
    made, _ = script()
    made.fatal = "line 1: 42501: no"
    made.hear(DONE)

    with pytest.raises(BrokenPipeError):
        handed_on(b"CREATE ROLE a;\n\n\\connect demo\n", made.hand_on)


def test_a_dump_of_roles_alone_has_no_other_part() -> None:
    made, _ = script()

    assert handed_on(b"CREATE ROLE a;\n", made.hand_on) == (b"CREATE ROLE a;\n", 15)


def test_the_dump_of_one_database_is_handed_on_as_it_is() -> None:
    made = Script(False, lambda: None)
    text = b"\\connect demo\n" * 1000

    assert handed_on(text, made.hand_on) == (text, len(text))
    assert "ON_ERROR_STOP=on" in made.flags


def test_a_dump_says_what_it_is_in_its_first_bytes() -> None:
    server = b"--\n-- PostgreSQL database cluster dump\n--\n"

    assert is_of_server(server)
    assert not is_of_server(b"--\n-- PostgreSQL database dump\n--\n")
    assert is_archive(b"PGDMP\x01")
    assert is_archive(b"toc.dat\0\0")
    assert not is_archive(server)
