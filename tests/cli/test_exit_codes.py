from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash import errors
from kubectl_kubestash.cli.exit_codes import MEANINGS, ExitCode, of_error, of_phases

if TYPE_CHECKING:
    from .program import Terminal


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(errors.UsageError("x"), 2, id="a wrong command line is 2"),
        pytest.param(errors.NotFound("x"), 7, id="a missing object is 7"),
        pytest.param(errors.Refused("x"), 8, id="a refusal is 8"),
        pytest.param(errors.Unsupported("x"), 8, id="what is not supported yet is 8"),
        pytest.param(errors.Forbidden("x"), 9, id="RBAC is 9"),
        pytest.param(errors.Unauthorized("x"), 9, id="not logged in is 9"),
        pytest.param(errors.RepositoryLocked("x", exit_code=11), 11, id="a lock is 11"),
        pytest.param(errors.Unreachable("x"), 1, id="no server is 1"),
        pytest.param(errors.SubstitutionError("x"), 1, id="an unset variable is 1"),
    ],
)
def test_each_error_has_its_code(error: errors.KubeStashError, code: int) -> None:
    assert of_error(error) == code


@pytest.mark.parametrize(
    ("phases", "code"),
    [
        pytest.param(["Succeeded"], ExitCode.OK, id="all good"),
        pytest.param(["Succeeded", "Succeeded"], ExitCode.OK, id="several good"),
        pytest.param(["Failed"], ExitCode.RUN_FAILED, id="one failed"),
        pytest.param(["Failed", "Failed"], ExitCode.RUN_FAILED, id="all failed"),
        pytest.param(["Failed", "Succeeded"], ExitCode.PARTLY_DONE, id="some failed"),
        pytest.param(["Failed", "Skipped"], ExitCode.PARTLY_DONE, id="failed and skipped"),
        pytest.param(["Skipped"], ExitCode.SKIPPED, id="skipped"),
        pytest.param(["Skipped", "Succeeded"], ExitCode.SKIPPED, id="some skipped"),
        pytest.param(["Running"], ExitCode.STILL_RUNNING, id="it still runs"),
        pytest.param(["Running", "Failed"], ExitCode.STILL_RUNNING, id="not all have ended"),
        pytest.param(["Invalid"], ExitCode.RUN_FAILED, id="an invalid restore"),
    ],
)
def test_the_code_of_a_wait_says_how_it_ended(phases: list[str], code: ExitCode) -> None:
    assert of_phases(phases) == code


def test_people_find_all_codes_in_options(terminal: Terminal) -> None:
    answer = terminal("options")

    assert "--namespace" in answer.out
    for code, meaning in MEANINGS.items():
        assert f"{code:>3}   {meaning}" in answer.out
    assert set(ExitCode) - set(MEANINGS) == {ExitCode.BROKEN_PIPE}
