"""Workloads whose pods do nothing but hold a volume at /source/data, and their configurations."""

from __future__ import annotations

from typing import Any

from . import manifests
from .manifests import CORE, IMAGE, Manifest

DATA = "/source/data"


def workload(
    kind: str, name: str, *, replicas: int = 1, volumes: Any = (), mounts: Any = (), **spec: Any
) -> Manifest:
    """One of the three kinds; `mounts` come beside the one of the volume `data`."""
    labels = {"app": name}
    container = {
        "name": "holder",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "infinity"],
        "securityContext": {"runAsUser": 0, "runAsGroup": 0},
        "volumeMounts": [{"name": "data", "mountPath": DATA}, *mounts],
    }
    pod = {"containers": [container], "volumes": volumes, "terminationGracePeriodSeconds": 0}
    counted = {} if kind == "DaemonSet" else {"replicas": replicas}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
            **counted,
            **spec,
        },
    }


def stateful_set(name: str, replicas: int, *, size: str = "64Mi") -> Manifest:
    claim = manifests.claim("data", size)
    template = {"metadata": claim["metadata"], "spec": claim["spec"]}
    return workload(
        "StatefulSet",
        name,
        replicas=replicas,
        serviceName=name,
        podManagementPolicy="Parallel",
        volumeClaimTemplates=[template],
    )


def configuration(
    kind: str, name: str, *, storage: str, repositories: Any = (), **task: Any
) -> Manifest:
    """Backs a workload up by hand; its Repository is called after it."""
    config = manifests.configuration(
        name, claim_name=name, storage=storage, directory=f"/{kind.lower()}/{name}"
    )
    spec = config["spec"]
    spec["target"] = {"apiGroup": "apps", "kind": kind, "name": name}
    (session,) = spec["sessions"]
    entry = {"name": "logical-backup", "params": {"paths": DATA}, **task}
    session["addon"] = {"name": "workload-addon", "tasks": [entry]}
    session["repositories"] = [*session["repositories"], *repositories]
    return config


def restore(
    name: str, kind: str, target: str, *, repository: str, task: Any = None, **source: Any
) -> Manifest:
    spec = {
        "target": {"apiGroup": "apps", "kind": kind, "name": target},
        "dataSource": {"repository": repository, "snapshot": "latest", **source},
        "addon": {
            "name": "workload-addon",
            "tasks": [{"name": "logical-backup-restore", **(task or {})}],
        },
    }
    return {
        "apiVersion": CORE,
        "kind": "RestoreSession",
        "metadata": {"name": name},
        "spec": spec,
    }
