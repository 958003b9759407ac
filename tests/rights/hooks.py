"""Gathers the audit logs of all workers and judges them when the run ends.

`--check-rights` is for the whole cluster suite: only all tests together use all rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.resolve.operator_role import OPERATOR

from .audit import Asked, Refusal, Use, asked, granted, refusals, uses
from .expected import NOT_SEEN, is_for_a_person, is_provoked

if TYPE_CHECKING:
    from pathlib import Path

_OUTPUT = "rights"


@dataclass
class Seen:
    """What the audit logs of all clusters of a run say."""

    used: set[Use] = field(default_factory=set)
    asked: set[Asked] = field(default_factory=set)
    refused: set[Refusal] = field(default_factory=set)

    def read(self, lines: list[str]) -> None:
        """Add what these lines say."""
        self.used |= uses(lines)
        self.asked |= asked(lines)
        self.refused |= refusals(lines)

    def packed(self) -> list[list[list[str]]]:
        """As plain lists, which is what goes from a worker to the one that started it."""
        return [[list(each) for each in found] for found in (self.used, self.asked, self.refused)]

    def unpack(self, given: list[list[list[str]]]) -> None:
        """Add what a worker has seen."""
        self.used |= {Use(*each) for each in given[0]}
        self.asked |= {Asked(*each) for each in given[1]}
        self.refused |= {Refusal(*each) for each in given[2]}


_SEEN = pytest.StashKey[Seen]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flag that `make test-cluster` gives."""
    text = "fail when a role has a rule that no test used, or when a request was refused"
    parser.addoption("--check-rights", action="store_true", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is known yet."""
    config.stash[_SEEN] = Seen()


def collect(config: pytest.Config, audit_log: Path) -> None:
    """Take what a cluster's audit log says, before the cluster goes."""
    if not audit_log.exists():
        return
    with audit_log.open() as lines:
        config.stash[_SEEN].read(list(lines))
    if (output := getattr(config, "workeroutput", None)) is not None:
        output[_OUTPUT] = config.stash[_SEEN].packed()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: take over what it has seen."""
    if given := getattr(node, "workeroutput", {}).get(_OUTPUT):
        node.config.stash[_SEEN].unpack(given)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Judge what all have seen, once."""
    config = session.config
    if not config.option.check_rights or hasattr(config, "workerinput"):
        return
    if problems := complaints(config.stash[_SEEN]):
        print("\n" + "\n".join(problems))
        if exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:
        print(f"\nrights: all {len(granted())} rules were used, no request was refused")


def complaints(seen: Seen) -> list[str]:
    """What is wrong with the roles, one line each.

    A rule of the operator counts as used when an operator has asked for it, with whatever rights:
    most tests start it as the cluster's admin.
    """
    rules = granted()
    wanted = {Use(OPERATOR, *request[:3]) for request in seen.asked if not is_for_a_person(request)}
    refused = {each for each in seen.refused if not is_provoked(each)}
    found: dict[str, set[Use] | set[Refusal]] = {
        "rule never used": rules - seen.used - wanted - set(NOT_SEEN),
        "request refused": refused,
        "request that no rule allows": wanted - rules,
    }
    return [
        f"error: {problem}: {' '.join(part or chr(34) * 2 for part in each)}"
        for problem, every in found.items()
        for each in sorted(every)
    ]
