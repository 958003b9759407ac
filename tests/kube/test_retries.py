from __future__ import annotations

import pytest

from kubectl_kubestash.kube.retries import pause_after


def pause(
    code: int, *, after: str | None = None, read: bool = True, tries: int = 0, waited: float = 0
) -> float | None:
    return pause_after(code, retry_after=after, is_repeatable=read, tries=tries, waited=waited)


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("read", [True, False])
def test_what_the_server_puts_off_is_tried_again_whatever_it_is(code: int, read: bool) -> None:
    assert pause(code, after="3", read=read) == 3


def test_a_server_that_asks_for_an_hour_gets_half_a_minute() -> None:
    assert pause(429, after="3600") == 30


def test_a_server_that_puts_off_for_ever_is_left() -> None:
    assert pause(429, after="1", tries=10) is None
    assert pause(429, after="30", tries=4, waited=100) is None


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_errors_of_the_server_repeat_reads_only(code: int) -> None:
    assert pause(code) == 0.2
    assert pause(code, tries=1) == 0.4
    assert pause(code, tries=3) is None
    assert pause(code, read=False) is None


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 410, 422, 501])
def test_a_clear_no_stands(code: int) -> None:
    assert pause(code, after="1") is None


def test_who_was_given_rights_a_moment_ago_asks_a_server_that_refuses_again() -> None:
    def pause(tries: int) -> float | None:
        return pause_after(
            403, retry_after=None, is_repeatable=False, tries=tries, waited=0, awaits_rights=True
        )

    pauses = [pause(tries) for tries in range(7)]

    assert pauses[:3] == [0.25, 0.5, 1.0]
    assert 10 < sum(each for each in pauses if each) < 20
    assert pauses[-1] is None
