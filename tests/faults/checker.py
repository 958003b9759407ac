"""Judges what a scenario has left behind. Pure: evidence in, violations out.

Six promises hold whatever was killed, cut off or filled up: every run has ended, none was done
twice, what says Succeeded comes back byte for byte, what retention keeps is there, no lock is
left by a dead holder, and no Secret was told.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from .evidence import key_of, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .evidence import Evidence

FINAL = frozenset({"Succeeded", "Failed", "Skipped"})
RUNS = ("BackupSession", "RestoreSession")


class Violation(NamedTuple):
    """A promise that was broken."""

    rule: str
    subject: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}: {self.why}"


def violations(evidence: Evidence) -> list[Violation]:
    """Everything that is wrong; empty when all promises were kept."""
    rules = (
        runs_that_did_not_end,
        jobs_made_twice,
        snapshots_that_are_not_whole,
        restores_of_something_else,
        kept_snapshots_that_are_gone,
        locks_without_a_holder,
        damaged_repositories,
        secrets_that_were_told,
    )
    return [violation for rule in rules for violation in rule(evidence)]


def runs_that_did_not_end(evidence: Evidence) -> Iterator[Violation]:
    """A session that was started is there and has a final phase."""
    found: set[str] = set()
    for item in (item for kind in RUNS for item in evidence.of_kind(kind)):
        found.add(key_of(item))
        if phase_of(item) not in FINAL:
            name = f"{item['kind']} {key_of(item)}"
            yield Violation("not ended", name, f"its phase is {phase_of(item) or 'not set'}")
    for session in sorted(set(evidence.written) - found):
        yield Violation("not ended", f"BackupSession {session}", "it was started, but is not there")


def jobs_made_twice(evidence: Evidence) -> Iterator[Violation]:
    """One Job for each component and attempt, one pod for each Job.

    The Job of a backup or a restore has the name of its session and is made once, ever. Others may
    be made again, but only after the first one was deleted.
    """
    runs = {key_of(item) for kind in RUNS for item in evidence.of_kind(kind)}
    standing: set[str] = set()
    made: Counter[str] = Counter()
    for call in evidence.calls:
        if call.resource != "jobs":
            continue
        name = f"{call.namespace}/{call.name}"
        if call.verb == "delete" and call.code in {200, 202}:
            standing.discard(name)
        if call.verb != "create" or call.code != 201:
            continue
        made[name] += 1
        if name in standing:
            yield Violation("made twice", f"Job {name}", "created while it was there")
        elif name in runs and made[name] > 1:
            yield Violation("made twice", f"Job {name}", f"created {made[name]} times")
        standing.add(name)
    yield from _jobs_with_two_pods(evidence)


def _jobs_with_two_pods(evidence: Evidence) -> Iterator[Violation]:
    pods: dict[tuple[str, str], list[str]] = defaultdict(list)
    for pod in evidence.of_kind("Pod"):
        for owner in pod["metadata"].get("ownerReferences") or ():
            if owner["kind"] == "Job":
                pods[pod["metadata"]["namespace"], owner["uid"]].append(pod["metadata"]["name"])
    for (namespace, _uid), names in pods.items():
        if len(names) > 1:
            yield Violation("made twice", f"Job in {namespace}", f"has pods {', '.join(names)}")


def snapshots_that_are_not_whole(evidence: Evidence) -> Iterator[Violation]:
    """What says Succeeded comes back as its writer wrote it."""
    for item in evidence.of_kind("Snapshot"):
        if phase_of(item) != "Succeeded":
            continue
        session = f"{item['metadata']['namespace']}/{item['spec']['backupSession']}"
        wanted, found = evidence.written.get(session), evidence.restored.get(key_of(item))
        if wanted is None:
            why = "nobody noted what it should hold"
        elif found is None:
            why = "it was not restored"
        elif found != wanted:
            why = f"restored {found}, written {wanted}"
        else:
            continue
        yield Violation("not whole", f"Snapshot {key_of(item)}", why)


def restores_of_something_else(evidence: Evidence) -> Iterator[Violation]:
    """A restore that succeeded has brought back, whole, what some backup had stored."""
    known = set(evidence.written.values())
    for run, found in evidence.brought_back.items():
        if found not in known:
            yield Violation("not whole", f"target of RestoreSession {run}", f"it holds {found}")


def kept_snapshots_that_are_gone(evidence: Evidence) -> Iterator[Violation]:
    """Of each Repository and session the newest good Snapshots are there, as many as are kept.

    Of two that were started in the same second either one may be the newer.
    """
    there = {key_of(item) for item in evidence.of_kind("Snapshot") if phase_of(item) == "Succeeded"}
    keep = max(1, evidence.keep)
    for group, names in _good_ones(evidence).items():
        left = len(names & there)
        if left < min(keep, len(names)):
            yield Violation("gone", " ".join(group), f"{left} of {len(names)} are left")
        for name in names - there:
            if sum(_second_of(other) >= _second_of(name) for other in names) <= keep:
                why = f"one of the newest {keep} of {' '.join(group)}"
                yield Violation("gone", f"Snapshot {name}", why)


def _good_ones(evidence: Evidence) -> dict[tuple[str, ...], set[str]]:
    """All Snapshots that have ever succeeded, by Repository and session."""
    good: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for run in evidence.of_kind("BackupSession"):
        namespace, session = run["metadata"]["namespace"], run["spec"].get("session", "")
        for told in (run.get("status") or {}).get("snapshots") or ():
            if told.get("phase") == "Succeeded":
                group = (namespace, told.get("repository", ""), session)
                good[group].add(f"{namespace}/{told['name']}")
    for item in evidence.of_kind("Snapshot"):
        if phase_of(item) == "Succeeded":
            namespace, spec = item["metadata"]["namespace"], item["spec"]
            good[namespace, spec["repository"], spec["session"]].add(key_of(item))
    return good


def _second_of(name: str) -> int:
    """When its run was started: the names of Snapshots end with that second."""
    digits = name.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0


def locks_without_a_holder(evidence: Evidence) -> Iterator[Violation]:
    """A lock that is left has a pod that runs."""
    live = {
        pod["metadata"]["name"]
        for pod in evidence.of_kind("Pod")
        if phase_of(pod) in {"Pending", "Running"}
    }
    for lock in evidence.locks:
        if lock.host not in live:
            why = f"made by {lock.host or 'nobody'}, which does not run"
            yield Violation("lock left", f"{lock.repository} {lock.lock_id[:8]}", why)


def damaged_repositories(evidence: Evidence) -> Iterator[Violation]:
    """Restic finds nothing wrong with any repository."""
    for repository, complaint in evidence.damage.items():
        if complaint:
            yield Violation("damaged", repository, complaint[-300:])


def secrets_that_were_told(evidence: Evidence) -> Iterator[Violation]:
    """No log, event, object or command line has a Secret, plain or encoded."""
    for what, secret in evidence.secrets.items():
        for where, text in evidence.texts.items():
            if any(form in text for form in _forms(secret)):
                yield Violation("secret told", where, f"it has the {what}")


def _forms(secret: str) -> set[str]:
    encoded = base64.b64encode(secret.encode()).decode()
    return {secret, encoded, quote(secret, safe="")}


def describe(found: list[Violation]) -> str:
    """One line each, for people."""
    return "\n".join(str(violation) for violation in found) or "no violations"
