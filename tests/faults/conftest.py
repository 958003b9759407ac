"""A stage for each module: its cluster may be broken without harm to other tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.rights import hooks as rights

from . import building

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .stage import Stage


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A cluster with an audit log, S3 and an operator that is kept running.

    When the module's tests have passed, the checker looks at all that they have left behind.
    """
    with building.stage(f"{request.path.stem.replace('_', '-')}-{os.getpid()}") as built:
        failed_before = request.session.testsfailed
        yield built
        rights.collect(request.config, built.cluster.audit_log)
        if request.session.testsfailed == failed_before:
            built.check()
        print(built.operator.log.read_text()[-20_000:])
