"""A command pays for what it imports, so the client imports little."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    program = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "heavy",
    [
        "pydantic",
        "kubernetes",
        "requests",
        "yaml",
        "websocket",
        "subprocess",
        "http.client",
        "email",
    ],
)
def test_the_client_and_the_login_come_without(heavy: str) -> None:
    loaded = modules_after("import kubectl_kubestash.kube.client, kubectl_kubestash.kube.config")

    assert heavy not in loaded
