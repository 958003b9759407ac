"""A real API server that knows our kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.api.resources import APP_BINDING, OURS
from kubectl_kubestash.api.schema import CRDS, OPTIONAL

if TYPE_CHECKING:
    from tests.cluster.api_server import ApiServer
    from tests.cluster.kubectl import Kubectl


@pytest.fixture(scope="session")
def kubectl(api_server: ApiServer) -> Kubectl:
    """For tests marked `cluster`: kubectl, after `kubectl apply -f crds` taught it our kinds."""
    command = api_server.kubectl
    command("apply", "-f", str(CRDS), "-f", str(OPTIONAL))
    command("wait", "--for=condition=Established", "-f", str(CRDS), "--timeout=120s")
    for resource in (*OURS, APP_BINDING):
        command.wait_for("get", resource.full_name, within=60)
    return command
