"""The node of somebody who is not root: the kernel gives them namespaces of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[3]

_SCRIPT = """
import json, subprocess, sys, tempfile
from pathlib import Path
from kubectl_kubestash.sandbox.node.bubblewrap import Identity, Mount, enter
from tests.sandbox.node.started import Started, run

home = Path(tempfile.mkdtemp())
volume = home / "volume"
volume.mkdir()

def folder(name):
    made = home / name
    made.mkdir()
    return made

told = {}
for user in (0, 1234):
    identity = Identity(user, user, (2000,))
    script = "id -u; hostname; touch /v/f; stat -c %u /v/f; grep CapEff /proc/self/status"
    mounts = [Mount(volume, "/v", False)]
    told[user] = run(folder(f"of-{user}"), script, identity=identity, mounts=mounts)
    held = Started(folder(f"held-{user}"), "echo up; exec sleep 1000", identity=identity)
    while not held.log.stat().st_size:
        pass
    argv = [*enter(held.process.init, identity), "sh", "-c", "id -u; cat /proc/2/comm; exit 3"]
    answer = subprocess.run(argv, capture_output=True, text=True)
    told[f"enter-{user}"] = [*answer.stdout.split(), answer.returncode, answer.stderr]
    held.process.terminate()
    told[f"end-{user}"] = held.wait()
script = "i=0; while [ $i -lt 3000 ]; do sleep 9 & i=$((i+1)); done; echo all"
bomb = Started(folder("bomb"), script)
told["bomb"] = [bomb.wait(within=120), bomb.lines]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the script has found, run by a user who is not root."""
    command = [sys.executable, "-c", _SCRIPT]
    answer = subprocess.run(
        [*_as_nobody(), *command], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout))


def _as_nobody() -> list[str]:
    """This Python may be in a home that others cannot enter; they see an empty one around it."""
    if os.geteuid() != 0:
        return []
    seen = dict.fromkeys((sys.base_prefix, sys.prefix, str(PROJECT)))
    around = (parent for path in seen for parent in reversed(Path(path).parents))
    hidden = dict.fromkeys(str(each) for each in around if each.is_relative_to("/root"))
    binds = [part for path in hidden if path != "/root" for part in ("--dir", path)]
    binds += [part for path in seen for part in ("--ro-bind", path, path)]
    nobody = ("--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all")
    home = ("--tmpfs", "/root", *binds, "--", "env", "HOME=/tmp", "PYTHONDONTWRITEBYTECODE=1")
    return ["bwrap", "--dev-bind", "/", "/", *home, "setpriv", *nobody]


@pytest.mark.parametrize("user", ["0", "1234"])
def test_a_container_is_whom_it_asks_for_and_files_are_its_own(
    told: dict[str, Any], user: str
) -> None:
    assert told[user][:3] == [user, "pod-1", user]


def test_only_root_of_a_container_has_capabilities_in_it(told: dict[str, Any]) -> None:
    assert int(told["0"][3].split()[1], 16) != 0
    assert int(told["1234"][3].split()[1], 16) == 0


@pytest.mark.parametrize("user", ["0", "1234"])
def test_a_command_can_enter_it_and_it_ends_when_asked(told: dict[str, Any], user: str) -> None:
    assert told[f"enter-{user}"] == [user, "sleep", 3, ""]
    assert told[f"end-{user}"] == 143


def test_a_container_that_forks_without_end_meets_its_limit(told: dict[str, Any]) -> None:
    code, lines = told["bomb"]
    assert code != 0
    assert "all" not in lines
