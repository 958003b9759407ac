"""The test cluster behaves as a Kubernetes does; other tests rely on what is shown here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .image_archive import BUSYBOX_IMAGE

if TYPE_CHECKING:
    from .handle import Cluster
    from .s3 import S3Server

pytestmark = pytest.mark.cluster


def run_to_the_end(cluster: Cluster, namespace: str, command: str, *, image: str) -> str:
    """Run a shell line in a pod and return what it printed."""
    kubectl = cluster.kubectl
    pod = ("-n", namespace, "run", "once", f"--image={image}", "--restart=Never")
    kubectl(*pod, "--command", "--", "sh", "-c", command)
    succeeded = "--for=jsonpath={.status.phase}=Succeeded"
    kubectl("-n", namespace, "wait", succeeded, "pod/once", "--timeout=90s")
    return kubectl("-n", namespace, "logs", "once")


def test_a_pod_finds_a_service_by_its_name(cluster: Cluster, namespace: str) -> None:
    line = "nslookup kubernetes.default.svc.cluster.local"

    answer = run_to_the_end(cluster, namespace, line, image=BUSYBOX_IMAGE)

    assert "Address: 10." in answer.rpartition("Name:")[2]


def test_a_command_in_a_pod_hands_back_its_exit_code(cluster: Cluster, namespace: str) -> None:
    kubectl = cluster.kubectl
    kubectl("-n", namespace, "run", "shell", f"--image={BUSYBOX_IMAGE}", "--", "sleep", "1000")
    kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/shell", "--timeout=120s")

    ended = kubectl.run("-n", namespace, "exec", "shell", "--", "sh", "-c", "exit 3")

    assert ended.returncode == 3


def test_a_pod_reaches_the_s3_server_of_the_tests(
    cluster: Cluster, namespace: str, s3: S3Server
) -> None:
    url = s3.endpoint_at(cluster.host_address)
    line = f"wget -q -O- {url}/ 2>&1 | grep -o 403 || true"

    assert run_to_the_end(cluster, namespace, line, image=BUSYBOX_IMAGE).strip() == "403"


def test_a_pod_may_ask_the_api_server_under_its_usual_name(
    cluster: Cluster, namespace: str, image: str
) -> None:
    program = (
        "import ssl, urllib.request as r; "
        "s = '/var/run/secrets/kubernetes.io/serviceaccount/'; "
        "c = ssl.create_default_context(cafile=s + 'ca.crt'); "
        "h = {'Authorization': 'Bearer ' + open(s + 'token').read()}; "
        "q = r.Request('https://kubernetes.default.svc/version', headers=h); "
        "print(r.urlopen(q, context=c).status)"
    )

    answer = run_to_the_end(cluster, namespace, f'python3 -c "{program}"', image=image)

    assert answer.strip() == "200"


def test_the_image_has_the_tools_and_is_not_root(
    cluster: Cluster, namespace: str, image: str
) -> None:
    line = (
        "id -u; restic version; pg_dump --version; mariadb-dump --version; "
        "python3 -c 'import obstore; print(1)'; ! command -v cc gcc pip; ls /var/lib/apt/lists"
    )

    answer = run_to_the_end(cluster, namespace, line, image=image).splitlines()

    assert answer[0] == "65534"
    assert [line.split()[0] for line in answer[1:]] == ["restic", "pg_dump", "mariadb-dump", "1"]
    assert answer[1].startswith("restic 0.18.1 ")
