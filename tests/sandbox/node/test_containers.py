"""Containers as processes: what they see, what they may do, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from kubectl_kubestash.sandbox.node import limits
from kubectl_kubestash.sandbox.node import process as processes
from kubectl_kubestash.sandbox.node.bubblewrap import PYTHON, Identity, Mount, enter
from tests.waiting import eventually

from .started import Started, run

NOBODY = Identity(65534, 65534)
IS_ROOT = os.geteuid() == 0


def test_a_container_sees_the_hosts_programs_and_nothing_else_of_the_host(tmp_path: Path) -> None:
    secret = tmp_path.parent / "of-the-host"
    secret.write_text("secret")
    lines = run(tmp_path, f"ls / /etc; test -e {secret} && echo seen; :")
    assert {"usr", "tmp", "dev", "proc", "passwd"} <= set(lines)
    assert not {"seen", "shadow", "boot", "srv"} & set(lines)


def test_it_has_its_own_host_name_and_processes_and_no_environment(tmp_path: Path) -> None:
    os.environ["OF_THE_HOST"] = "yes"
    try:
        lines = run(tmp_path, "hostname; ls /proc | grep -c '^[0-9]'; env | cut -d= -f1 | sort")
    finally:
        del os.environ["OF_THE_HOST"]
    assert lines[0] == "pod-1"
    assert int(lines[1]) < 8
    assert lines[2:] == ["PATH", "PWD"]


def test_this_installation_of_python_runs_in_it_also_as_nobody(tmp_path: Path) -> None:
    program = (
        f"{sys.executable} -c 'import kubectl_kubestash.runner.command, os; print(os.getuid())'"
    )
    assert run(tmp_path, program, identity=NOBODY) == ["65534"]
    assert all(path.exists() for path in PYTHON)


def test_the_hosts_programs_are_read_only(tmp_path: Path) -> None:
    script = "touch /usr/bin/x || echo no; touch /x && echo root; touch /tmp/x && echo tmp; :"
    assert [line for line in run(tmp_path, script) if ":" not in line] == ["no", "root", "tmp"]


def test_volumes_are_where_the_manifest_says_one_in_the_other(tmp_path: Path) -> None:
    outer, inner, held = tmp_path / "outer", tmp_path / "inner", tmp_path / "held"
    for each in (outer, inner, held):
        each.mkdir()
        each.chmod(0o777)
    mounts = [
        Mount(inner, "/data/below", read_only=False),
        Mount(outer, "/data", read_only=False),
        Mount(held, "/held"),
    ]
    script = "echo 1 > /data/a; echo 2 > /data/below/b; echo 3 > /held/c || echo refused"
    lines = run(tmp_path, script, mounts=mounts, identity=NOBODY)
    assert lines[-1] == "refused"
    assert (outer / "a").read_text() == "1\n"
    assert (inner / "b").read_text() == "2\n"


def test_it_runs_as_the_user_and_groups_that_were_asked_for(tmp_path: Path) -> None:
    identity = Identity.of(
        {"securityContext": {"runAsUser": 70, "fsGroup": 2000, "supplementalGroups": [71]}},
        {"securityContext": {"runAsUser": 1234, "runAsGroup": 77}},
    )
    user, group, groups = run(tmp_path, "id -u; id -g; id -G", identity=identity)
    assert (user, group) == ("1234", "77")
    if IS_ROOT:
        assert set(groups.split()) == {"77", "71", "2000"}


def test_root_keeps_only_the_capabilities_that_containers_have(tmp_path: Path) -> None:
    usual = run(tmp_path, "grep CapEff /proc/self/status; grep NoNewPrivs /proc/self/status")
    assert int(usual[0].split()[-1], 16) & (1 << 21) == 0  # CAP_SYS_ADMIN
    assert usual[1].split() == ["NoNewPrivs:", "1"]


def test_exit_codes_are_those_of_the_command(tmp_path: Path) -> None:
    assert Started(tmp_path, "exit 7").wait() == 7
    assert Started(tmp_path, "kill -9 $$").wait() == 137
    broken = Started(tmp_path, "true", mounts=[Mount(tmp_path / "gone", "/gone")])
    assert broken.wait() == 128
    assert b"gone" in broken.process.last_words


def test_a_container_that_forks_without_end_meets_its_limit(tmp_path: Path) -> None:
    for number, identity in enumerate((Identity(0, 0), NOBODY)):
        folder = tmp_path / str(number)
        folder.mkdir()
        script = 'i=0; while [ $i -lt 3000 ]; do sleep 60 & i=$((i+1)); done; echo "all $i"'
        bomb = Started(folder, script, identity=identity)
        assert bomb.wait(within=120) != 0
        assert not any(line.startswith("all") for line in bomb.lines)
        assert any("fork" in line.lower() for line in bomb.lines)


def test_a_hundred_megabytes_of_output_leave_a_bounded_log(tmp_path: Path) -> None:
    script = "head -c 100000000 /dev/zero | tr '\\0' x | fold -w 99; echo; echo last"
    talker = Started(tmp_path, script)
    assert talker.wait(within=240) == 0
    assert talker.lines[-1] == "last"
    assert talker.log.stat().st_size < processes.LOG_LIMIT + 100_000


def test_a_line_without_an_end_is_cut_into_parts(tmp_path: Path) -> None:
    talker = Started(tmp_path, "head -c 100000 /dev/zero | tr '\\0' x; echo; printf end")
    assert talker.wait() == 0
    marks = [line.split(" ")[2] for line in talker.log.read_text().splitlines()]
    assert marks[0] == "P"
    assert "F" in marks
    text = "".join(talker.lines)
    assert text == "x" * 100_000 + "end"


def test_sigterm_reaches_the_command_and_sigkill_ends_who_ignores_it(tmp_path: Path) -> None:
    polite = Started(tmp_path, "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.1; done")
    eventually(lambda: polite.log.stat().st_size)
    polite.process.terminate()
    assert polite.wait() == 3
    assert polite.lines[-1] == "bye"
    deaf = Started(tmp_path, "trap '' TERM; echo deaf; sleep 1000 & while :; do sleep 0.1; done")
    eventually(lambda: "deaf" in deaf.log.read_text())
    deaf.process.terminate()
    assert not deaf.over.wait(0.5)
    deaf.process.kill()
    assert deaf.wait() == 137


def test_a_container_can_be_ended_while_it_is_being_set_up(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        early = Started(folder, "echo ran; exec sleep 1000")
        early.process.kill()
        assert early.wait() == 137


def test_another_command_can_enter_the_container_as_the_same_user(tmp_path: Path) -> None:
    held = Started(tmp_path, "echo up; exec sleep 1000", identity=NOBODY)
    eventually(lambda: held.log.stat().st_size)
    argv = [*enter(held.process.init, NOBODY), "sh", "-c", "id -u; hostname; cat /proc/2/comm"]
    answer = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["65534", "pod-1", "sleep"]
    held.process.kill()
    assert held.wait() == 137


_MOTHER = """
import sys, threading
from pathlib import Path
from tests.sandbox.node.started import Started
from kubectl_kubestash.sandbox.node.bubblewrap import Identity
for user in (0, 65534):
    Started(Path(sys.argv[1]), "sleep {mark} & exec sleep {mark}", identity=Identity(user, user))
print("up", flush=True)
threading.Event().wait()
"""


def test_nothing_outlives_a_node_that_is_killed(tmp_path: Path) -> None:
    mark = f"{os.getpid()}.25"
    script = _MOTHER.replace("{mark}", mark)
    mother = subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE)
    assert mother.stdout is not None
    with mother, mother.stdout as stdout:
        assert stdout.readline() == b"up\n"
        eventually(lambda: len(_running(mark)) == 4)
        mother.kill()
    eventually(lambda: not _running(mark))
    limits.sweep()
    assert not list(Path("/sys/fs/cgroup").glob(f"**/kubestash-sandbox-{mother.pid}-*"))


def _running(mark: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", mark.encode()]:
            found.append(path.parent.name)
    return found
