"""The control plane without a node does what tests of clients ask of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .api_server import ApiServer

pytestmark = pytest.mark.cluster


def test_it_tells_the_version_that_it_was_built_from(api_server: ApiServer) -> None:
    version = json.loads(api_server.kubectl("version", "-o", "json"))

    assert version["serverVersion"]["gitVersion"] == "v1.34.4"
    assert version["clientVersion"]["gitVersion"] == "v1.34.4"


def test_it_collects_what_belonged_to_a_deleted_object(api_server: ApiServer) -> None:
    kubectl = api_server.kubectl
    kubectl("create", "deployment", "owner", "--image=example", "--replicas=1")
    kubectl.wait_for("get", "replicaset", "-l", "app=owner", "--no-headers", within=90)

    kubectl("delete", "deployment", "owner")

    kubectl("wait", "--for=delete", "replicaset", "-l", "app=owner", "--timeout=90s")
    assert kubectl("get", "replicaset", "-l", "app=owner", "-o", "name") == ""


def test_it_comes_back_with_its_objects_after_it_was_killed(api_server: ApiServer) -> None:
    api_server.kubectl("create", "configmap", "kept", "--from-literal=a=b")

    api_server.stop_api_server()
    api_server.start_api_server()

    assert api_server.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.a}") == "b"


def test_its_audit_log_has_one_line_for_each_request(api_server: ApiServer) -> None:
    api_server.kubectl.run("get", "--raw=/api/v1/namespaces/default/configmaps/not-there-before")

    lines = [json.loads(line) for line in api_server.audit_log.read_text().splitlines()]
    asked = [line for line in lines if line["requestURI"].endswith("/not-there-before")]
    assert [(line["verb"], line["responseStatus"]["code"]) for line in asked] == [("get", 404)]
