"""The checker finds what is planted, and says nothing about what is as it should be."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from .checker import violations
from .evidence import Call, Evidence, HeldLock

Object = dict[str, Any]
PASSWORD = "correct horse battery staple"
MADE = Call("create", "jobs", "demo", "files-daily-1", 201)


def _object(kind: str, name: str, phase: str = "Succeeded", **parts: Any) -> Object:
    metadata = {"namespace": "demo", "name": name, **parts.pop("metadata", {})}
    return {"kind": kind, "metadata": metadata, "status": {"phase": phase}, **parts}


def _session(second: int, phase: str = "Succeeded", *, name: str = "files") -> Object:
    run = f"{name}-daily-{second}"
    session = _object("BackupSession", run, phase, spec={"session": "daily"})
    told = {"name": f"repo-{run}", "repository": "repo", "phase": phase}
    session["status"]["snapshots"] = [told]
    return session


def _snapshot(second: int, phase: str = "Succeeded", *, name: str = "files") -> Object:
    run = f"{name}-daily-{second}"
    spec = {"repository": "repo", "session": "daily", "backupSession": run}
    return _object("Snapshot", f"repo-{run}", phase, spec=spec)


def _pod(name: str, phase: str, job_uid: str) -> Object:
    owner = {"kind": "Job", "uid": job_uid}
    return _object("Pod", name, phase, metadata={"ownerReferences": [owner]})


def _good() -> Evidence:
    """Three backups of which two are kept, a restore, a pod that runs and holds a lock."""
    seconds = (1, 9, 10)
    return Evidence(
        objects=[
            *(_session(second) for second in seconds),
            *(_snapshot(second) for second in seconds[1:]),
            _object("RestoreSession", "back", "Failed"),
            _pod("files-daily-1-x", "Succeeded", "uid-1"),
            _pod("files-daily-9-x", "Running", "uid-9"),
        ],
        calls=[
            MADE,
            Call("create", "jobs", "demo", "files-daily-1", 409),
            Call("create", "jobs", "demo", "retention-policy-files-daily-1", 201),
            Call("delete", "jobs", "demo", "retention-policy-files-daily-1", 200),
            Call("create", "jobs", "demo", "retention-policy-files-daily-1", 201),
        ],
        written={f"demo/files-daily-{second}": f"hash-{second}" for second in seconds},
        restored={f"demo/repo-files-daily-{second}": f"hash-{second}" for second in seconds},
        brought_back={"demo/back": "hash-9"},
        locks=[HeldLock("demo/repo:daily", "abcdef", "files-daily-9-x")],
        damage={"demo/repo:daily": ""},
        texts={"log of the operator": "all is well", "command line": "restic backup /data"},
        secrets={"password": PASSWORD},
        keep=2,
    )


def _with(evidence: Evidence, *added: Object) -> Evidence:
    return replace(evidence, objects=[*evidence.objects, *added])


def _without(evidence: Evidence, name: str) -> Evidence:
    left = [item for item in evidence.objects if item["metadata"]["name"] != name]
    return replace(evidence, objects=left)


def test_nothing_is_said_about_what_is_as_it_should_be() -> None:
    assert violations(_good()) == []


def _running(evidence: Evidence) -> Evidence:
    return _with(evidence, _object("BackupSession", "stuck-1", "Running", spec={}))


def _no_phase(evidence: Evidence) -> Evidence:
    return _with(evidence, _object("RestoreSession", "never-seen", ""))


def _vanished(evidence: Evidence) -> Evidence:
    return replace(evidence, written={**evidence.written, "demo/lost-daily-3": "hash"})


def _second_job(evidence: Evidence) -> Evidence:
    away = Call("delete", "jobs", "demo", "files-daily-1", 200)
    return replace(evidence, calls=[*evidence.calls, away, MADE])


def _job_over_job(evidence: Evidence) -> Evidence:
    return replace(evidence, calls=[*evidence.calls, evidence.calls[-1]])


def _second_pod(evidence: Evidence) -> Evidence:
    return _with(evidence, _pod("files-daily-1-y", "Failed", "uid-1"))


def _other_bytes(evidence: Evidence) -> Evidence:
    key = "demo/repo-files-daily-9"
    return replace(evidence, restored={**evidence.restored, key: "hash-8"})


def _unreadable(evidence: Evidence) -> Evidence:
    key = "demo/repo-files-daily-9"
    return replace(evidence, restored={**evidence.restored, key: "error: pack does not exist"})


def _not_tried(evidence: Evidence) -> Evidence:
    return replace(evidence, restored={})


def _unknown_contents(evidence: Evidence) -> Evidence:
    return _with(evidence, _snapshot(11))


def _half_a_restore(evidence: Evidence) -> Evidence:
    return replace(evidence, brought_back={"demo/back": "half of hash-9"})


def _newest_gone(evidence: Evidence) -> Evidence:
    return _without(evidence, "repo-files-daily-10")


def _second_newest_gone(evidence: Evidence) -> Evidence:
    return _without(evidence, "repo-files-daily-9")


def _twins(evidence: Evidence, *, left: int) -> Evidence:
    """Three runs of one second, by three configurations into one Repository; all succeeded."""
    runs = [_session(10, name=name) for name in ("files", "more", "most")]
    snapshots = [_snapshot(10, name=name) for name in ("files", "more", "most")]
    names = {run["metadata"]["name"] for run in runs}
    return replace(
        evidence,
        objects=[*runs, *snapshots[:left]],
        written={f"demo/{name}": "hash-10" for name in names},
        restored={f"demo/repo-{name}": "hash-10" for name in names},
        brought_back={},
        locks=[],
    )


def test_of_runs_of_one_second_any_may_be_the_newer() -> None:
    assert violations(_twins(_good(), left=2)) == []
    assert [violation.rule for violation in violations(_twins(_good(), left=1))] == ["gone"]


def _dead_lock(evidence: Evidence) -> Evidence:
    return replace(evidence, locks=[HeldLock("demo/repo:daily", "123456", "files-daily-1-x")])


def _foreign_lock(evidence: Evidence) -> Evidence:
    return replace(evidence, locks=[HeldLock("demo/repo:daily", "123456", "elsewhere")])


def _damaged(evidence: Evidence) -> Evidence:
    return replace(evidence, damage={"demo/repo:daily": "pack 1234: does not exist"})


def _told(text: str) -> Any:
    return lambda evidence: replace(evidence, texts={**evidence.texts, "an event": text})


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (_running, "not ended"),
        (_no_phase, "not ended"),
        (_vanished, "not ended"),
        (_second_job, "made twice"),
        (_job_over_job, "made twice"),
        (_second_pod, "made twice"),
        (_other_bytes, "not whole"),
        (_unreadable, "not whole"),
        (_not_tried, "not whole"),
        (_unknown_contents, "not whole"),
        (_half_a_restore, "not whole"),
        (_newest_gone, "gone"),
        (_second_newest_gone, "gone"),
        (_dead_lock, "lock left"),
        (_foreign_lock, "lock left"),
        (_damaged, "damaged"),
        (_told(f"RESTIC_PASSWORD={PASSWORD}"), "secret told"),
        (_told(base64.b64encode(PASSWORD.encode()).decode()), "secret told"),
        (_told("s3://key:correct%20horse%20battery%20staple@host"), "secret told"),
    ],
)
def test_what_is_planted_is_found_and_named(plant: Any, rule: str) -> None:
    found = violations(plant(_good()))

    assert {violation.rule for violation in found} == {rule}
    assert all(violation.subject and violation.why for violation in found)


def test_a_failed_snapshot_may_hold_anything() -> None:
    assert violations(_with(_good(), _snapshot(11, "Failed"))) == []
