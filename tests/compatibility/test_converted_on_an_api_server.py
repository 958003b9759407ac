"""What `convert` writes is taken by a real API server as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from tests.cli.program import Answer
    from tests.cluster.kubectl import Kubectl

pytestmark = pytest.mark.cluster


def test_everything_is_created_strictly_and_diff_shows_nothing(
    kubectl: Kubectl, converted: Answer
) -> None:
    documents = list(yaml.safe_load_all(converted.out))
    there = set(kubectl("get", "namespaces", "-o", "name").split())
    for name in ("demo", "stores"):
        if f"namespace/{name}" not in there:
            kubectl("create", "namespace", name)

    flags = ("--validate=strict", "-f", "-")
    applied = kubectl("apply", *flags, stdin=converted.out)
    answer = kubectl.run("diff", "-f", "-", stdin=converted.out)

    assert applied.count(" created") == len(documents) > 15
    assert (answer.stdout, answer.returncode) == ("", 0), answer.stderr
    kubectl("delete", "--wait=false", "-f", "-", stdin=converted.out)
