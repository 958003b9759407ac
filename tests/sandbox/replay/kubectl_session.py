"""`python -m tests.sandbox.replay.kubectl_session` records what kubectl asks.

Each command that the documentation and the flows use, against a real API server without a node.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.cluster.api_server import ApiServer
from tests.flows import manifests, workload_manifests

from .exchange import load, save
from .recorder import Recorder, merged

_EXAMPLES = Path(__file__).parents[3] / "examples/sandbox"
_CORE = (
    *("pod", "service", "secret", "configmap", "pvc", "job", "cronjob", "deployment"),
    *("statefulset", "daemonset", "serviceaccount", "role", "rolebinding", "lease", "event"),
)
_OURS = ("backupconfiguration", "backupstorage", "retentionpolicy", "snapshot", "repository")
_READY = json.dumps({"status": {"phase": "Ready"}}, separators=(",", ":"))
COMMANDS = f"""
create namespace demo
create secret generic s3-secret -n demo --from-literal=AWS_ACCESS_KEY_ID=a --from-literal=B=c
create configmap words -n demo --from-literal=a=b
create serviceaccount robot -n demo
create role reader -n demo --verb=get --resource=pods
create rolebinding reads -n demo --role=reader --serviceaccount=demo:robot
apply -f {_EXAMPLES}
apply --validate=strict -n demo -f workloads.json
apply --server-side -n demo -f workloads.json
apply -f {_EXAMPLES}
diff -f {_EXAMPLES}
get namespaces
get nodes
get all -n demo
get {",".join(_CORE)} -n demo
get {",".join(_CORE)} -n demo -o wide
get {",".join(_OURS)} -n demo
get {",".join(_OURS)} -A -o json
get pods -n demo -l app=shop -o name
get pods -n demo --field-selector metadata.name=shop -o yaml
get crd,storageclass,pv,clusterrole
get backupsession -n demo none
describe pod,service,secret,pvc,job,cronjob,deployment,statefulset -n demo
describe backupconfiguration,backupstorage -n demo
label pod shop -n demo tier=back
annotate secret shop-auth -n demo a=b
patch backupconfiguration files -n demo --type=merge -p {{"spec":{{"paused":true}}}}
patch backupconfiguration files -n demo --type=json -p [{{"op":"remove","path":"/spec/paused"}}]
patch deployment web -n demo -p {{"spec":{{"replicas":2}}}}
patch backupstorage local -n demo --subresource=status --type=merge -p {_READY}
set env deployment/web -n demo A=b
wait backupstorage/local -n demo --for=jsonpath={{.status.phase}}=Ready --timeout=5s
wait pod/shop -n demo --for=condition=Ready --timeout=1s
rollout status deployment/web -n demo --timeout=1s
rollout status daemonset/agent -n demo --timeout=1s
logs shop -n demo
logs job/due -n demo --all-containers
create job due -n demo --from=cronjob/nightly
create token robot -n demo
auth can-i get pods -n demo
api-resources
api-versions
version
cluster-info
explain backupconfiguration.spec.sessions.scheduler
explain pod.spec.containers
delete pod shop -n demo --grace-period=0 --force
delete backupconfiguration files -n demo --timeout=5s
delete pvc backups -n demo --wait=false
delete secret --all -n demo
delete job,cronjob --all -n demo --wait=false
delete deployment web -n demo --wait=false
delete statefulset,daemonset --all -n demo --wait=false
delete configmap words -n demo --ignore-not-found
delete namespace demo --wait=false
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        server = ApiServer(Path(name))
        try:
            server.up()
            plugin = Path(sys.executable).with_name("kubectl-kubestash")
            environment = os.environ | {"KUBECONFIG": str(server.kubeconfig)}
            subprocess.run([plugin, "install", "-q"], env=environment, check=True)
            with closing(Recorder(server.kubeconfig)) as recorder:
                _play(server, Path(name))
            save(merged(load(), recorder.exchanges))
        finally:
            server.down()
    return 0


def _play(server: ApiServer, folder: Path) -> None:
    (folder / "workloads.json").write_text(json.dumps(_workloads()))
    os.chdir(folder)
    for line in COMMANDS.strip().splitlines():
        words = line.split() if "-p " in line else shlex.split(line)
        answer = server.kubectl.run(*words)
        print(answer.returncode, line, answer.stderr.strip()[:100], flush=True)


def _workloads() -> manifests.Manifest:
    volumes = [{"name": "data", "emptyDir": {}}]
    made = [
        workload_manifests.workload("Deployment", "web", volumes=volumes),
        workload_manifests.workload("DaemonSet", "agent", volumes=volumes),
        workload_manifests.stateful_set("db", 1),
        _cron_job(),
    ]
    return {"apiVersion": "v1", "kind": "List", "items": made}


def _cron_job() -> manifests.Manifest:
    pod = {"restartPolicy": "Never", "containers": [{"name": "main", "image": manifests.IMAGE}]}
    spec = {"schedule": "0 2 * * *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    metadata = {"name": "nightly"}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec}


if __name__ == "__main__":
    sys.exit(main())
