"""The sandbox answers as a real API server does: all that was recorded, asked of both."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.sandbox.server import Server
from tests.cluster.api_server import ApiServer
from tests.cluster.process import stop
from tests.flows.elsewhere import ELSEWHERE

from .allowed import ALLOWED, unexplained
from .comparison import differences
from .exchange import load
from .target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .comparison import Difference

PLUGIN = Path(sys.executable).with_name("kubectl-kubestash")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A real API server that nobody else works on: its answers follow from the requests alone."""
    server = ApiServer(tmp_path_factory.mktemp("real"))
    try:
        server.up()
        stop(server.processes.pop("controller-manager"))
        with closing(installed(server.kubeconfig)) as target:
            yield target
    finally:
        server.down()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The sandbox's API server, without node and controllers."""
    folder = tmp_path_factory.mktemp("embedded")
    server = Server(folder)
    server.start()
    with closing(installed(folder / "kubeconfig")) as target:
        yield target
    server.stop()


def installed(kubeconfig: Path) -> Target:
    """With our own kinds."""
    environment = os.environ | {"KUBECONFIG": str(kubeconfig)}
    done = subprocess.run(
        [PLUGIN, "install", "-q"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Target(kubeconfig)


def test_the_documentation_names_every_difference_that_may_stay_and_every_flow_that_cannot() -> (
    None
):
    page = (Path(__file__).parents[3] / "docs/sandbox.md").read_text(encoding="utf-8")

    named = [*(f"| {entry.title} | {entry.reason} |" for entry in ALLOWED)]
    named += [f"| `{flow}` | {reason} |" for flow, reason in ELSEWHERE.items()]

    assert [row for row in named if row not in page] == []


@pytest.mark.cluster
@pytest.mark.timeout(900)
def test_both_answer_the_same_to_everything_that_was_recorded(
    real: Target, embedded: Target
) -> None:
    found: list[Difference] = []
    targets = (real, embedded)
    with ThreadPoolExecutor(2) as side_by_side:  # a watch lasts a second, wherever
        for exchange in load():
            one, other = side_by_side.map(Target.replay, targets, [exchange] * 2)
            found += differences(exchange, one, other)

    rest = unexplained(found)
    unused = [entry for entry in ALLOWED if not any(entry.covers(each) for each in found)]
    assert not rest, f"{len(rest)} differences\n" + "\n".join(map(str, rest[:100]))
    assert not unused, f"these differences are gone: {unused}"
