from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.errors import NotFound, Refused
from kubectl_kubestash.resolve.trigger import TriggerInputs, backup_session, trigger

from . import builders
from .builders import NOW, configuration, session_spec

UNIX = int(NOW.timestamp())


def _trigger(*runs: Any, config: Any = None, **changes: Any) -> list[dict[str, Any]]:
    config = config or configuration(session_spec("hourly"), session_spec("daily"))
    return trigger(TriggerInputs(configuration=config, running=runs, **changes), now=NOW)


def _sessions(found: list[dict[str, Any]]) -> list[str]:
    return [each["spec"]["session"] for each in found]


def test_the_run_is_the_object_that_kubestash_makes() -> None:
    config = configuration(session_spec("hourly", backupTimeout="2h"))
    (found,) = trigger(TriggerInputs(configuration=config), now=NOW)
    assert found == {
        "apiVersion": "core.kubestash.com/v1alpha1",
        "kind": "BackupSession",
        "metadata": {
            "name": f"files-hourly-{UNIX}",
            "namespace": "demo",
            "ownerReferences": [
                {
                    "apiVersion": "core.kubestash.com/v1alpha1",
                    "kind": "BackupConfiguration",
                    "name": "files",
                    "uid": "uid-files",
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        },
        "spec": {
            "invoker": {
                "apiGroup": "core.kubestash.com",
                "kind": "BackupConfiguration",
                "name": "files",
            },
            "session": "hourly",
            "retryLeft": 0,
            "backupTimeout": "2h",
        },
    }


def test_all_sessions_run_when_none_is_named() -> None:
    assert _sessions(_trigger()) == ["hourly", "daily"]


def test_named_sessions_run_in_the_order_of_the_configuration() -> None:
    assert _sessions(_trigger(sessions=("daily", "hourly"))) == ["hourly", "daily"]
    assert _sessions(_trigger(sessions=("daily",))) == ["daily"]


def test_who_and_why_is_written_down() -> None:
    inputs = TriggerInputs(configuration=configuration())
    (found,) = trigger(inputs, now=NOW, requested_by="ann@laptop", reason="before the upgrade")
    assert found["metadata"]["annotations"] == {
        "kubectl-kubestash/requested-by": "ann@laptop",
        "kubectl-kubestash/reason": "before the upgrade",
    }


@pytest.mark.parametrize("force", [False, True])
def test_an_unknown_session_is_not_found_and_near_names_are_told(force: bool) -> None:
    with pytest.raises(NotFound) as caught:
        _trigger(sessions=("hurly",), force=force)
    assert "BackupConfiguration demo/files has no session 'hurly'" in caught.value.message
    assert "Did you mean hourly?" in caught.value.message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paused": True}, ["is paused", "spec.paused"]),
        ({"status": {"phase": "NotReady"}}, ["is NotReady", "the operator"]),
        ({"status": {"phase": "NotReady", "targetFound": False}}, ["target does not exist"]),
        (
            {
                "status": {
                    "phase": "Invalid",
                    "conditions": [
                        {"type": "ValidationPassed", "status": "False", "message": "No such Addon."}
                    ],
                }
            },
            ["is Invalid", "No such Addon."],
        ),
        (
            {
                "status": {
                    "phase": "NotReady",
                    "backends": [{"name": "s3", "storage": {"reason": "It is NotReady."}}],
                }
            },
            ["backend 's3' is not ready. It is NotReady."],
        ),
        (
            {
                "status": {
                    "phase": "NotReady",
                    "sessions": [
                        {
                            "name": "hourly",
                            "conditions": [
                                {"type": "SchedulerEnsured", "status": "False", "message": "Quota."}
                            ],
                        }
                    ],
                }
            },
            ["Quota."],
        ),
    ],
)
def test_what_is_paused_or_not_ready_is_refused_with_the_reason(
    changes: dict[str, Any], words: list[str]
) -> None:
    config = configuration(**changes)
    with pytest.raises(Refused) as caught:
        _trigger(config=config)
    for word in ["BackupConfiguration demo/files", *words]:
        assert word in caught.value.message
    assert any("--force" in hint for hint in caught.value.hints)
    assert len(_trigger(config=config, force=True)) == 1


def test_a_paused_configuration_is_told_how_to_go_on() -> None:
    with pytest.raises(Refused) as caught:
        _trigger(config=configuration(paused=True))
    assert caught.value.hints[0] == (
        "kubectl patch backupconfiguration files -n demo --type=merge "
        """-p '{"spec":{"paused":false}}'"""
    )


def test_a_new_configuration_is_watched_an_old_one_is_described() -> None:
    ensured = [{"type": "SchedulerEnsured", "status": "True"}]
    old = {"phase": "NotReady", "sessions": [{"name": "hourly", "conditions": ensured}]}
    for status, command in (
        ({"phase": "NotReady"}, "backup wait files@latest -n demo"),
        (old, "describe backupconfiguration files -n demo"),
        ({"phase": "Invalid"}, "describe backupconfiguration files -n demo"),
        (
            {"phase": "NotReady", "targetFound": False},
            "describe backupconfiguration files -n demo",
        ),
    ):
        with pytest.raises(Refused) as caught:
            _trigger(config=configuration(status=status))
        assert caught.value.hints[0].endswith(f"kubectl kubestash {command}")


@pytest.mark.parametrize(("phase", "word"), [("Running", "runs already"), ("Pending", "waits")])
def test_a_session_that_runs_is_refused_and_named(phase: str, word: str) -> None:
    run = builders.backup_session("files-hourly-1", phase=phase)
    with pytest.raises(Refused, match=f"{word}.* as files-hourly-1") as caught:
        _trigger(run)
    logs, again = caught.value.hints
    assert logs == "kubectl kubestash backup logs files-hourly-1 -n demo"
    assert again.endswith("kubectl kubestash backup wait files-hourly-1 -n demo")
    assert len(_trigger(run, force=True)) == 2


def test_another_session_or_one_that_has_ended_is_no_hindrance() -> None:
    ended = [
        builders.backup_session(f"r-{phase}", phase=phase)
        for phase in ("Succeeded", "Failed", "Skipped")
    ]
    assert len(_trigger(*ended)) == 2
    running = builders.backup_session(phase="Running", session="hourly")
    assert _sessions(_trigger(running, sessions=("daily",))) == ["daily"]


def test_the_run_of_another_configuration_is_no_hindrance() -> None:
    running = builders.backup_session(phase="Running")
    other = configuration(name="others")
    assert len(_trigger(running, config=other)) == 1


def test_what_is_being_deleted_is_refused() -> None:
    raw = configuration().model_dump(by_alias=True)
    raw["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(Refused, match="being deleted"):
        _trigger(config=type(configuration()).model_validate(raw))


def test_a_configuration_without_sessions_has_nothing_to_run() -> None:
    with pytest.raises(Refused, match="no sessions"):
        _trigger(config=configuration(sessions=[]), force=True)


def test_a_retry_or_a_scheduled_run_says_what_is_left() -> None:
    config = configuration()
    session = config.spec.sessions[0]
    found = backup_session(config, session, now=NOW, retry_left=2, labels={"a": "b"})
    assert found["spec"]["retryLeft"] == 2
    assert found["metadata"]["labels"] == {"a": "b"}
    assert "annotations" not in found["metadata"]


def test_ff_10_2_a_long_name_is_shortened() -> None:
    config = configuration(session_spec("s" * 60), name="c" * 60)
    (found,) = _trigger(config=config)
    assert len(found["metadata"]["name"]) == 63
    assert found["metadata"]["name"].endswith(str(UNIX))
