"""Real kubectl as a second client."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import tools

from .world import MERGE, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Kubectl = Callable[..., str]

pytestmark = pytest.mark.cluster

_MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: c, image: "busybox:1", env: [{name: A, value: "1"}, {name: B, value: "1"}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data: {a: "1", b: "2"}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec: {size: 5}
"""


@pytest.fixture
def kubectl(world: World, place: str) -> Kubectl:
    """Run kubectl in the namespace; its output, or what it complains of."""
    program, namespace = tools.kubectl(), place.rpartition("/")[2]

    def run(*arguments: str, fails: bool = False) -> str:
        login = (f"--kubeconfig={world.kubeconfig}", f"--namespace={namespace}")
        done = subprocess.run(
            [program, *login, *arguments], capture_output=True, text=True, check=False, timeout=60
        )
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    return run


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "manifest.yaml"
    file.write_text(_MANIFEST)
    return file


def test_apply_diff_and_delete(kubectl: Kubectl, manifest: Path) -> None:
    assert kubectl("apply", "-f", str(manifest)).count("created") == 3
    assert kubectl("apply", "-f", str(manifest)).count("unchanged") == 3
    assert kubectl("diff", "-f", str(manifest)) == ""
    changed = _MANIFEST.replace('{name: A, value: "1"}, ', "").replace('b: "2"', 'c: "3"')
    manifest.write_text(changed.replace("size: 5", "size: 6"))
    assert '"c": "3"' not in kubectl("diff", "-f", str(manifest), fails=True)
    assert kubectl("apply", "-f", str(manifest)).count("configured") == 3
    found = json.loads(kubectl("get", "-f", str(manifest), "-o", "json"))["items"]
    assert found[0]["spec"]["template"]["spec"]["containers"][0]["env"] == [
        {"name": "B", "value": "1"}
    ]
    assert found[1]["data"] == {"a": "1", "c": "3"}
    assert found[2]["spec"]["size"] == 6
    assert kubectl("apply", "--server-side", "-f", str(manifest)).count("applied") == 3
    kubectl("delete", "-f", str(manifest))
    kubectl("wait", "--for=delete", "deployment/web", "--timeout=90s")
    manifest.write_text(_MANIFEST.replace("size: 5", "sizes: 5"))
    assert 'unknown field "spec.sizes"' in kubectl("apply", "-f", str(manifest), fails=True)


def test_typed_commands_that_send_protobuf(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "a", "--from-literal=k=v")
    kubectl("create", "secret", "generic", "s", "--from-literal=k=v")
    kubectl("create", "serviceaccount", "x")
    kubectl("create", "job", "j", "--image=busybox", "--", "true")
    kubectl("create", "cronjob", "cj", "--image=busybox", "--schedule=@daily", "--", "true")
    kubectl("create", "deployment", "d", "--image=busybox", "--replicas=2", "--port=80")
    kubectl("create", "role", "r", "--verb=get", "--resource=pods")
    kubectl("create", "rolebinding", "rb", "--role=r", "--serviceaccount=default:x")
    kubectl("create", "service", "clusterip", "svc", "--tcp=80:http")
    assert kubectl("create", "token", "x").strip()
    assert kubectl("auth", "can-i", "delete", "nodes") == "yes\n"
    found = json.loads(kubectl("get", "job,deploy,svc", "-o", "json"))["items"]
    assert found[0]["spec"]["template"]["spec"]["containers"][0]["command"] == ["true"]
    assert found[1]["spec"]["replicas"] == 2
    assert found[2]["spec"]["ports"][0]["targetPort"] == "http"


def test_what_a_person_reads(kubectl: Kubectl, manifest: Path) -> None:
    kubectl("apply", "-f", str(manifest))
    assert kubectl("get", "widgets").split() == ["NAME", "SIZE", "PHASE", "w", "5"]
    assert "web" in kubectl("get", "deploy", "-o", "wide")
    assert "web" in kubectl("get", "all")
    assert "Pod Template" in kubectl("describe", "deployment", "web")
    assert "widgets" in kubectl("api-resources", "--api-group=example.com")
    assert "A widget." in kubectl("explain", "widget")
    assert "size\t<integer>" in kubectl("explain", "widget.spec")
    assert '"a" not found' in kubectl("get", "pod", "a", fails=True)


def test_changes_by_hand(kubectl: Kubectl, manifest: Path) -> None:
    kubectl("apply", "-f", str(manifest))
    kubectl("label", "deploy/web", "x=y")
    kubectl("annotate", "cm/config", "x=y")
    kubectl("set", "image", "deploy/web", "c=busybox:2")
    kubectl("patch", "widget", "w", "--type=merge", "-p", '{"spec":{"size":7}}')
    remove = '[{"op":"remove","path":"/data/a"}]'
    kubectl("patch", "cm", "config", "--type=json", "-p", remove)
    done = '{"status":{"phase":"Done"}}'
    kubectl("patch", "widget", "w", "--subresource=status", "--type=merge", "-p", done)
    kubectl("wait", "--for=jsonpath={.status.phase}=Done", "widget/w", "--timeout=90s")
    web = json.loads(kubectl("get", "deploy", "-l", "x=y", "-o", "json"))["items"][0]
    assert web["spec"]["template"]["spec"]["containers"][0]["image"] == "busybox:2"
    assert kubectl("get", "cm", "config", "-o", "jsonpath={.data}") == '{"b":"2"}'


def test_a_log_and_the_end_of_a_pod(kubectl: Kubectl, world: World, place: str) -> None:
    kubectl("run", "p", "--image=busybox", "--restart=Never")
    _, pod, _ = world.ask("GET", f"{place}/pods/p")
    status = {"name": "p", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
    patch = {"status": {"phase": "Succeeded", "containerStatuses": [status]}}
    world.ask("PATCH", f"{place}/pods/p/status", patch, content_type=MERGE)
    name = "_".join(pod["metadata"][key] for key in ("namespace", "name", "uid"))
    folder = world.folder / "pods" / name / "p"
    folder.mkdir(parents=True)
    (folder / "0.log").write_text("2026-01-01T00:00:00Z stdout F hello\n")
    assert kubectl("logs", "p") == "hello\n"
    assert kubectl("logs", "-f", "p") == "hello\n"
    assert "Succeeded" in kubectl("get", "pod", "p")
    kubectl("delete", "pod", "p")
    assert kubectl("get", "pods") == ""
