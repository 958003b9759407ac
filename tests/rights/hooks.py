"""Gathers the audit logs of all workers and judges them when the run ends.

`--check-rights` is for the whole cluster suite: only all tests together use all rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .audit import Refusal, Use, granted, refusals, uses
from .expected import NOT_SEEN, is_provoked

if TYPE_CHECKING:
    from pathlib import Path

_USED = pytest.StashKey[set[Use]]()
_REFUSED = pytest.StashKey[set[Refusal]]()
_OUTPUT = "rights"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flag that `make test-cluster` gives."""
    text = "fail when a role has a rule that no test used, or when a request was refused"
    parser.addoption("--check-rights", action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is known yet."""
    config.stash[_USED], config.stash[_REFUSED] = set(), set()


def collect(config: pytest.Config, audit_log: Path) -> None:
    """Take what a cluster's audit log says, before the cluster goes."""
    if not audit_log.exists():
        return
    with audit_log.open() as lines:
        found = list(lines)
    config.stash[_USED] |= uses(found)
    config.stash[_REFUSED] |= refusals(found)
    if (output := getattr(config, "workeroutput", None)) is not None:
        used, refused = config.stash[_USED], config.stash[_REFUSED]
        output[_OUTPUT] = [[list(each) for each in used], [list(each) for each in refused]]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: take over what it has seen."""
    used, refused = getattr(node, "workeroutput", {}).get(_OUTPUT, ([], []))
    node.config.stash[_USED] |= {Use(*each) for each in used}
    node.config.stash[_REFUSED] |= {Refusal(*each) for each in refused}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Judge what all have seen, once."""
    config = session.config
    if not config.option.check_rights or hasattr(config, "workerinput"):
        return
    if problems := complaints(config.stash[_USED], config.stash[_REFUSED]):
        print("\n" + "\n".join(problems))
        if exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:
        print(f"\nrights: all {len(granted())} rules were used, no request was refused")


def complaints(used: set[Use], refused: set[Refusal]) -> list[str]:
    """What is wrong with the roles, one line each."""
    unused = sorted(granted() - used - set(NOT_SEEN))
    return [f"error: rule never used: {_told(each)}" for each in unused] + [
        f"error: request refused: {_told(each)}"
        for each in sorted(refused)
        if not is_provoked(each)
    ]


def _told(each: Use | Refusal) -> str:
    return " ".join(part or '""' for part in each)
