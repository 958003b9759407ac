"""What an audit log says about the rights of our ServiceAccounts.

The API server writes beside each request which role allowed it
(https://kubernetes.io/docs/reference/labels-annotations-taints/audit-annotations/).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_kubestash.cli.connection import OPERATOR_AGENT
from kubectl_kubestash.resolve import access, operator_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ROLE = re.compile(r' of (?P<kind>ClusterRole|Role) "(?P<name>[^"]+)" to ')
_ACCOUNT = "system:serviceaccount:"
_OTHERS = (f"{_ACCOUNT}kube-system:", f"{_ACCOUNT}default:")
BY_NAME = "(a Job's own Role)"
"""Stands for the Roles that are made for one Job and name what it reads."""


class Asked(NamedTuple):
    """A request that an operator has sent, with whatever rights it had."""

    verb: str
    group: str
    resource: str
    namespace: str


class Use(NamedTuple):
    """What a role lets somebody do, or has let him do."""

    role: str
    verb: str
    group: str
    resource: str


class Refusal(NamedTuple):
    """A request that the API server has refused to one of our ServiceAccounts."""

    account: str
    verb: str
    group: str
    resource: str
    name: str


def uses(lines: Iterable[str]) -> set[Use]:
    """What roles were used for."""
    found = set()
    for event in _events(lines, _ACCOUNT):
        reason = (event.get("annotations") or {}).get("authorization.k8s.io/reason", "")
        if match := _ROLE.search(reason):
            name = BY_NAME if match["name"].endswith(".reads") else match["name"]
            found.add(Use(name, *_what(event)))
    return found


def asked(lines: Iterable[str]) -> set[Asked]:
    """What operators have asked for: those in the cluster, and those on this machine."""
    found = set()
    for event in _events(lines, OPERATOR_AGENT):
        target = event.get("objectRef")
        if event.get("userAgent") == OPERATOR_AGENT and target:
            namespace = target.get("namespace", "") if target["resource"] == "leases" else ""
            found.add(Asked(*_what(event), namespace))
    return found


def refusals(lines: Iterable[str]) -> set[Refusal]:
    """What ServiceAccounts have asked for and never had leave to, Kubernetes' own left out.

    What the same account was let do at another moment is no missing right: an API server that was
    killed refuses everything until it has read the roles again, and the rights of a Job go with it
    while a container of a node that is cut off may still ask.
    """
    decided: dict[str, set[Refusal]] = {"forbid": set(), "allow": set()}
    for event in _events(lines, _ACCOUNT):
        user = event["user"]["username"]
        decision = (event.get("annotations") or {}).get("authorization.k8s.io/decision")
        if decision in decided and user.startswith(_ACCOUNT) and not user.startswith(_OTHERS):
            name = str((event.get("objectRef") or {}).get("name", ""))
            decided[decision].add(Refusal(user.removeprefix(_ACCOUNT), *_what(event), name))
    return decided["forbid"] - decided["allow"]


def granted() -> set[Use]:
    """All that the roles allow which `install` makes."""
    named = tuple(rule for rule, _ in operator_role.NAMED_RULES)
    roles = {
        **access.RULES,
        operator_role.OPERATOR: (*operator_role.RULES, *named),
        operator_role.WEBHOOK_ROLE: operator_role.WEBHOOK_RULES,
    }
    return {
        Use(role, verb, rule.group, resource)
        for role, rules in roles.items()
        for rule in rules
        for resource in rule.resources
        for verb in rule.verbs
    }


def _events(lines: Iterable[str], word: str) -> Iterator[dict[str, Any]]:
    """Those that have this word somewhere: most have not, and need not be parsed."""
    for line in lines:
        if word in line:
            yield json.loads(line)


def _what(event: dict[str, Any]) -> tuple[str, str, str]:
    target = event.get("objectRef") or {}
    parts = [target.get("resource", ""), target.get("subresource", "")]
    return event["verb"], target.get("apiGroup", ""), "/".join(part for part in parts if part)
