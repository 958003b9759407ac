"""Secrets stay where they belong: in files of mode 0600 and the environment of one child."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import SNAPSHOT
from kubectl_kubestash.runner.process import child_environment
from kubectl_kubestash.runner.redact import Redactor

from .world import PASSWORD, World

if TYPE_CHECKING:
    import pytest

KEY = "canary/AKIA+secret=key"


def watch_processes(stop: threading.Event, seen: set[bytes]) -> None:
    """All command lines that show up while we look."""
    while not stop.is_set():
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(entry.read_bytes())
            except OSError:
                continue


def test_ff_9_2_no_secret_is_in_argv_output_status_or_termination_message(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    endpoint = f"http://someone:{KEY.replace('/', '%2F')}@127.0.0.1:9"
    place = {"provider": "s3", "s3": {"bucket": "b", "secretName": "storage", "endpoint": endpoint}}
    keys = {"AWS_ACCESS_KEY_ID": "canary-id-0123", "AWS_SECRET_ACCESS_KEY": KEY}
    world = World(tmp_path, storage=place, credentials=keys)
    (world.volume / "a").write_text("a")
    world.environment |= {"KUBESTASH_PROBE_TIMEOUT": "3", "KUBESTASH_STOP_GRACE": "1"}
    session = world.start_session()
    seen: set[bytes] = set()
    stop = threading.Event()
    watcher = threading.Thread(target=watch_processes, args=(stop, seen))
    watcher.start()
    world.backup(session)
    stop.set()
    watcher.join()

    told = [
        json.dumps(world.client.list(SNAPSHOT, "demo")),
        (tmp_path / "termination").read_text(),
        *world.lines,
        *capfd.readouterr(),
        *(line.decode(errors="replace") for line in seen if b"restic" in line),
    ]
    assert any("cat\0config" in text for text in told)
    for secret in (KEY, PASSWORD, "canary-id-0123", "canary%2FAKIA"):
        assert [text for text in told if secret in text] == []


def test_the_workspace_with_secrets_is_gone_afterwards(world: World) -> None:
    world.back_up()

    assert list(world.scratch.iterdir()) == []


def test_a_password_with_a_line_end_reaches_restic_as_it_is(world: World) -> None:
    world.secret("encryption", {"RESTIC_PASSWORD": f"{PASSWORD}\n"})
    session = world.start_session()

    assert world.backup(session)

    assert world.restic("cat", "config", "--no-lock", check=False) == ""


def test_a_child_sees_only_what_is_on_the_list() -> None:
    ours = {"PATH": "/bin", "AWS_PROFILE": "private", "RESTIC_PASSWORD": "of another"}

    seen = child_environment(("PATH", "HTTP_PROXY"), {"TMPDIR": "/t"}, ours)

    assert seen == {"PATH": "/bin", "TMPDIR": "/t"}


def test_secrets_are_hidden_in_every_form() -> None:
    redactor = Redactor(["pass/word"])
    texts = ["pass/word", "pass%2Fword", "cGFzcy93b3Jk", "s3:http://u:p@host/bucket"]

    redacted: Any = redactor.errors({"list": [{"error": text} for text in texts], "number": 1})

    told = [entry["error"] for entry in redacted["list"]]
    assert told == ["***", "***", "***", "s3:http://***@host/bucket"]


def test_each_line_of_a_key_file_is_a_secret() -> None:
    redactor = Redactor(["-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END KEY-----\n"])

    assert redactor.text("near MIIEvQIBADANBgkqhkiG9w0B!") == "near ***!"


def test_a_secret_that_holds_another_one_leaves_no_rest_behind() -> None:
    for secrets in (["canary", "canary-and-more"], ["canary-and-more", "canary"]):
        assert Redactor(secrets).text("it was canary-and-more") == "it was ***"
