"""The operator as a Deployment: it works with its own rights, hands over, is upgraded, and goes.

In a cluster of its own, because all operators of a cluster share one Lease. The tests build on each
other, in this order.
"""

from __future__ import annotations

import json
import os
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster import cluster as local
from tests.cluster import image as product_image
from tests.cluster.handle import Cluster
from tests.cluster.kubectl import KubectlFailed
from tests.cluster.process import ProcessId
from tests.cluster.s3 import BUCKET
from tests.rights import hooks as rights
from tests.waiting import eventually

from .bucket import Bucket
from .conftest import Backed, fill_and_back_up
from .manifests import IMAGE
from .world import Namespace, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.s3 import S3Server

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

HOME = "kubestash"
FOREIGN = "example.com/kept"
_OURS = ("-l", "app.kubernetes.io/part-of=kubectl-kubestash")
_MARKED = (
    "deployments,services,serviceaccounts,poddisruptionbudgets,roles,rolebindings,"
    "clusterroles,clusterrolebindings,namespaces,"
    "mutatingwebhookconfigurations,validatingwebhookconfigurations"
)


@dataclass(frozen=True)
class Deployed:
    """A cluster with the operator in it."""

    cluster: Cluster
    plugin: Plugin

    def kubectl(self, *arguments: str) -> str:
        return self.cluster.kubectl("-n", HOME, *arguments)

    def install(self, *arguments: str, image: str = IMAGE) -> Any:
        """`install --operator`, whatever comes of it."""
        return self.plugin.run("install", "--operator", "--image", image, *arguments, within=300)

    def items(self, kind: str, *arguments: str) -> list[dict[str, Any]]:
        found = json.loads(self.kubectl("get", kind, *arguments, "-o", "json"))
        return list(found["items"])

    def get(self, kind: str, name: str, namespace: str = HOME) -> dict[str, Any]:
        answer = self.cluster.kubectl("-n", namespace, "get", kind, name, "-o", "json")
        return dict(json.loads(answer))

    def leader(self) -> str:
        """The name of the Pod that holds the Lease, or empty."""
        holder = self.get("lease", "kubestash-operator", "kube-system")["spec"]["holderIdentity"]
        names = [pod["metadata"]["name"] for pod in self.items("pods")]
        return next((name for name in names if holder.startswith(f"{name}-")), "")


@pytest.fixture(scope="module")
def deployed(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    """A cluster of its own, our image on its node, the operator installed and at work."""
    name = f"operator-{os.getpid()}"
    try:
        made = local.up(name, has_audit_log=True, owner=ProcessId.of_this())
        cluster = Cluster(made)
        cluster.load(product_image.archive())
        found = Deployed(cluster, Plugin(cluster.kubeconfig))
        answer = found.install()
        assert answer.returncode == 0, answer.stdout + answer.stderr
        yield found
        rights.collect(request.config, made.audit_log)
    finally:
        local.down(name)


@pytest.fixture(scope="module")
def backed(deployed: Deployed, s3: S3Server) -> Backed:
    """A volume that the operator in the cluster has backed up once."""
    endpoint = s3.endpoint_at(deployed.cluster.host_address)
    bucket = Bucket(endpoint, BUCKET, s3.access_key, s3.secret_key)
    name = deployed.cluster.namespace()
    return fill_and_back_up(Namespace(name, deployed.cluster.kubectl, deployed.plugin), bucket)


def test_two_replicas_are_ready_and_one_of_them_leads(deployed: Deployed) -> None:
    status = deployed.get("deployment", "kubestash-operator")["status"]

    assert status["availableReplicas"] == 2
    assert deployed.leader()
    # From here on, the API server refuses Pods there that are not up to this.
    deployed.cluster.kubectl(
        "label", "namespace", HOME, "pod-security.kubernetes.io/enforce=restricted"
    )


def test_a_volume_is_backed_up_and_restored_with_the_rights_of_its_own_account(
    backed: Backed,
) -> None:
    namespace, volume = backed.namespace, backed.volume
    before = volume.fingerprint()
    volume.destroy()

    namespace.kubestash("restore", "now", "--repo", "files-repo", "--wait", "--yes", within=300)

    assert volume.fingerprint() == before


def test_a_session_succeeds_once_when_the_leader_is_deleted_in_its_middle(
    deployed: Deployed, backed: Backed
) -> None:
    namespace = backed.namespace
    leader = deployed.leader()
    line = namespace.kubestash("backup", "now", "files", "-o", "name").strip()
    session = line.rpartition("/")[2]
    namespace.wait_phase(f"backupsession/{session}", "Running")

    started = time.monotonic()
    deployed.kubectl("delete", "pod", leader, "--wait=false")
    eventually(lambda: deployed.leader() not in {"", leader}, what="the other one leads")
    print(f"the other one led after {time.monotonic() - started:.1f} s")

    namespace.wait_phase(f"backupsession/{session}", "Succeeded", within=180)
    jobs = [
        job["metadata"]["name"]
        for job in namespace.items("jobs")
        if job["metadata"].get("labels", {}).get("kubestash.com/invoker-name") == session
    ]
    assert len(jobs) == 2, "one backup Job, one finishing Job"
    snapshots = [
        each
        for each in namespace.items("snapshots.storage.kubestash.com")
        if each["spec"]["backupSession"] == session
    ]
    assert len(snapshots) == 1


def test_metrics_are_for_those_only_who_may_read_them(deployed: Deployed) -> None:
    deployed.kubectl("create", "serviceaccount", "stranger")
    deployed.kubectl("create", "serviceaccount", "reader")
    subject = f"--serviceaccount={HOME}:reader"
    role = "--clusterrole=kubestash-metrics-reader"
    deployed.kubectl("create", "clusterrolebinding", "reads-metrics", role, subject)
    address = deployed.get("pod", deployed.leader())["status"]["podIP"]

    assert _metrics(address, "")[0] == 401
    assert _metrics(address, "no-token-at-all")[0] == 401
    assert _metrics(address, deployed.kubectl("create", "token", "stranger").strip())[0] == 403
    code, text = _metrics(address, deployed.kubectl("create", "token", "reader").strip())
    assert code == 200
    assert "core_kubestash_com_backupsession_phase{" in text
    assert 'leader_election_master_status{name="kubestash-operator"} 1.0' in text
    deployed.kubectl("delete", "clusterrolebinding/reads-metrics")
    deployed.kubectl("delete", "serviceaccount", "stranger", "reader")


def _metrics(address: str, token: str) -> tuple[int, str]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"https://{address}:8443/metrics", headers=headers)
    try:
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, ""


def test_mistakes_are_refused_before_they_are_kept_and_a_damaged_certificate_heals(
    deployed: Deployed, backed: Backed
) -> None:
    namespace = backed.namespace
    spec = namespace.get("backupconfiguration", "files")["spec"]
    spec["sessions"][0]["scheduler"]["schedule"] = "0 0 31 2 *"
    head = {"apiVersion": "core.kubestash.com/v1alpha1", "kind": "BackupConfiguration"}
    metadata = {"name": "never", "namespace": namespace.name}
    wrong = json.dumps({**head, "metadata": metadata, "spec": spec})

    with pytest.raises(KubectlFailed) as refused:
        deployed.cluster.kubectl("apply", "-f", "-", stdin=wrong)
    assert "spec.sessions[0].scheduler.schedule: " in str(refused.value)
    with pytest.raises(KubectlFailed, match="this cannot be changed"):
        namespace.kubectl("patch", "repository", "files-repo", *_patch(spec={"path": "/other"}))
    usage = namespace.get("retentionpolicy", "keep-3")["spec"]["usagePolicy"]
    assert usage["allowedNamespaces"]["from"]

    name = "kubestash-operator-webhook"
    before = deployed.get("secret", name)["data"]
    deployed.kubectl("patch", "secret", name, *_patch(data={"tls.key": "anVuaw=="}))
    eventually(
        lambda: deployed.get("secret", name)["data"]["tls.crt"] != before["tls.crt"],
        within=120,
        what="the operator makes another certificate",
    )
    assert deployed.get("secret", name)["data"]["ca.crt"] == before["ca.crt"]
    with pytest.raises(KubectlFailed, match="this cannot be changed"):
        namespace.kubectl("patch", "repository", "files-repo", *_patch(spec={"path": "/other"}))


def _patch(**changes: Any) -> tuple[str, ...]:
    return ("--type=merge", "-p", json.dumps(changes))


def test_installing_over_itself_keeps_what_others_have_added_and_restarts_nothing(
    deployed: Deployed, backed: Backed
) -> None:
    deployed.kubectl("annotate", "deployment/kubestash-operator", f"{FOREIGN}=yes")
    backed.namespace.kubectl("annotate", "backupconfiguration/files", f"{FOREIGN}=yes")
    before = deployed.get("deployment", "kubestash-operator")["metadata"]
    configuration = backed.namespace.get("backupconfiguration", "files")

    answer = deployed.install()

    assert answer.returncode == 0, answer.stderr
    after = deployed.get("deployment", "kubestash-operator")["metadata"]
    assert after["annotations"][FOREIGN] == "yes"
    assert after["generation"] == before["generation"]
    assert backed.namespace.get("backupconfiguration", "files")["spec"] == configuration["spec"]


def test_an_operator_that_crashes_is_told_with_the_last_lines_of_its_log(
    deployed: Deployed,
) -> None:
    variable = "KUBESTASH_DEFAULT_DEADLINE"
    deployed.kubectl("set", "env", "deployment/kubestash-operator", f"{variable}=never")
    answer = deployed.install("--timeout", "3m")
    deployed.kubectl("set", "env", "deployment/kubestash-operator", f"{variable}-")

    assert answer.returncode == 1, answer.stderr
    assert "ends again and again" in answer.stderr
    assert "    error: " in answer.stderr
    assert "never" in answer.stderr
    assert deployed.leader(), "the one of before still leads"


def test_an_image_that_no_node_has_is_named_with_the_command_that_loads_it(
    deployed: Deployed,
) -> None:
    answer = deployed.install("--timeout", "2m", image="kubectl-kubestash:nowhere")

    assert answer.returncode == 1, answer.stderr
    assert "no node has the image kubectl-kubestash:nowhere" in answer.stderr
    assert "hint: docker save docker.io/library/kubectl-kubestash:nowhere" in answer.stderr
    assert deployed.leader(), "the one of before still leads"


def test_a_quota_that_is_used_up_is_told(deployed: Deployed) -> None:
    deployed.kubectl("create", "quota", "small", "--hard=pods=2")
    answer = deployed.install("--replicas", "3", "--timeout", "1m")
    deployed.kubectl("delete", "quota", "small")

    assert answer.returncode == 1, answer.stderr
    assert "exceeded quota: small" in answer.stderr


def test_uninstall_leaves_nothing_of_ours_but_kinds_objects_and_data(
    deployed: Deployed, backed: Backed
) -> None:
    answer = deployed.plugin.run("uninstall", "--yes", within=300)

    assert answer.returncode == 0, answer.stderr
    kubectl = deployed.cluster.kubectl
    eventually(
        lambda: not kubectl("get", _MARKED, "-A", *_OURS, "--ignore-not-found", "-o", "name"),
        within=120,
        what="nothing of ours is left",
    )
    leases = kubectl("-n", "kube-system", "get", "leases", "-o", "name")
    assert "kubestash" not in leases
    configuration = backed.namespace.get("backupconfiguration", "files")
    assert configuration["metadata"].get("finalizers", []) == []
    assert backed.namespace.items("snapshots.storage.kubestash.com")
    assert backed.volume.fingerprint()
