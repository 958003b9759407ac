"""Plays the Job controller, the kubelet and the runner: every Job gets a pod that succeeds.

It plays the garbage collector, too: a Job that is deleted takes its pod along.

The objects go through the same stations as on a node; only no program is run.
"""

from __future__ import annotations

import queue
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import BACKUP_SESSION, JOB, POD, SNAPSHOT, ObjectKey
from kubectl_kubestash.errors import NotFound
from kubectl_kubestash.kube.informer import Informer
from kubectl_kubestash.resolve import results

if TYPE_CHECKING:
    from kubectl_kubestash.kube.client import Client

Object = dict[str, Any]
_NODE = "played-node"
_COMPONENT = {
    "phase": "Succeeded",
    "driver": "Restic",
    "size": "2.000 MiB",
    "duration": "1.250s",
    "integrity": True,
    "repositoryID": "f" * 64,
    "resticStats": [
        {
            "summary": {
                "id": "a" * 64,
                "hostPath": "/kubestash-data",
                "size": "2.000 MiB",
                "uploaded": "1.000 MiB",
                "files": 1200,
                "bytes": 2097152,
                "startTime": "2026-11-21T11:00:00Z",
                "endTime": "2026-11-21T11:00:01Z",
            }
        }
    ],
}


class PlayedNode:
    """Looks after all Jobs of a cluster until stopped."""

    def __init__(self, client: Client, *, workers: int = 4) -> None:
        self.errors: list[str] = []
        self._client = client
        self._waiting: queue.SimpleQueue[tuple[Object, bool] | None] = queue.SimpleQueue()
        self._known: set[str] = set()
        self._informer = Informer(client, JOB, on_change=self._changed)
        self._workers = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]

    def start(self) -> None:
        """Begin; returns at once."""
        self._informer.start()
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """End, after what is being done."""
        self._informer.stop()
        for _ in self._workers:
            self._waiting.put(None)
        for worker in self._workers:
            worker.join(10)

    def _changed(self, change: str, job: Object) -> None:
        uid = job["metadata"]["uid"]
        is_gone = change == "DELETED" or "deletionTimestamp" in job["metadata"]
        if is_gone or uid not in self._known:
            self._known.add(uid)
            self._waiting.put((job, is_gone))

    def _work(self) -> None:
        while (wish := self._waiting.get()) is not None:
            job, is_gone = wish
            try:
                if is_gone:
                    self._client.delete(POD, _pod_key(job))
                else:
                    self._run(job)
            except NotFound:
                continue  # deleted meanwhile
            except Exception as error:
                self.errors.append(f"{job['metadata']['name']}: {error}")

    def _run(self, job: Object) -> None:
        if any(
            entry["type"] == "Complete" for entry in job.get("status", {}).get("conditions", ())
        ):
            return
        began = _now()
        pod = self._client.create(POD, _pod(job))
        self._report(JOB, job, {"active": 1, "ready": 0, "startTime": began})
        self._report(POD, pod, _pod_status(pod, "Running", {"running": {"startedAt": _now()}}))
        message = self._do_the_work(pod)
        end = {
            "exitCode": 0,
            "reason": "Completed",
            "message": message,
            "startedAt": began,
            "finishedAt": _now(),
        }
        self._report(POD, pod, _pod_status(pod, "Succeeded", {"terminated": end}))
        self._report(JOB, job, _complete(began))

    def _do_the_work(self, pod: Object) -> str:
        """What the runner would have reported; returns its termination message."""
        task, *flags = pod["spec"]["containers"][0]["args"]
        named = dict(flag.removeprefix("--").split("=", 1) for flag in flags if "=" in flag)
        namespace = named["namespace"]
        match task:
            case "init-storage":
                owner = f"{namespace}/{named['backupstorage']}"
                result: Object = {"initialized": True, "error": "", "repositories": []}
            case "init-repository":
                owner = f"{namespace}/{named['repository']}"
                result = {"initialized": True, "error": ""}
            case "backup":
                owner = f"{namespace}/{named['backupsession']}"
                result = self._back_up(pod, ObjectKey(namespace, named["backupsession"]))
            case "finish":
                owner = f"{namespace}/{named['backupsession']}"
                result = self._finish(ObjectKey(namespace, named["backupsession"]))
            case _:
                raise AssertionError(f"nobody plays {task}")
        return results.encode(task, owner, result)

    def _back_up(self, pod: Object, session: ObjectKey) -> Object:
        """Claim and result of each component, as two writes, as the runner makes them."""
        metadata = pod["metadata"]
        claim = {"pod": metadata["name"], "uid": metadata["uid"], "node": _NODE}
        done = {}
        for entry in self._client.get(BACKUP_SESSION, session)["status"]["snapshots"]:
            key = ObjectKey(session.namespace, entry["name"])
            for component in self._client.get(SNAPSHOT, key)["status"]["components"]:
                for fields in ({"phase": "Running", "claim": claim}, _COMPONENT):
                    status = {"components": {component: fields}}
                    self._client.patch(SNAPSHOT, key, {"status": status}, subresource="status")
                final = {name: value for name, value in _COMPONENT.items() if name != "phase"}
                done[entry["name"]] = {"phase": "Succeeded", "error": "", "status": final}
        return {"component": component, "snapshots": done}

    def _finish(self, session: ObjectKey) -> Object:
        applied = {
            "uploaded": True,
            "retention": "Applied",
            "removed": [],
            "orphans": 0,
            "size": 2097152,
            "error": "",
        }
        snapshots = self._client.get(BACKUP_SESSION, session)["status"]["snapshots"]
        return {"repositories": {entry["repository"]: applied for entry in snapshots}}

    def _report(self, resource: Any, raw: Object, status: Object) -> None:
        key = ObjectKey(raw["metadata"]["namespace"], raw["metadata"]["name"])
        self._client.patch(resource, key, {"status": status}, subresource="status")


def _pod(job: Object) -> Object:
    template, metadata = job["spec"]["template"], job["metadata"]
    owner = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
    key = _pod_key(job)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **template.get("metadata", {}),
            "name": key.name,
            "namespace": key.namespace,
            "ownerReferences": [owner],
        },
        "spec": {**template["spec"], "nodeName": _NODE},
    }


def _pod_key(job: Object) -> ObjectKey:
    metadata = job["metadata"]
    return ObjectKey(metadata["namespace"], f"{metadata['name'][:57]}-{metadata['uid'][:5]}")


def _pod_status(pod: Object, phase: str, state: Object) -> Object:
    entries = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "sha256:" + "0" * 64,
            "ready": phase == "Running",
            "restartCount": 0,
            "state": state,
        }
        for container in pod["spec"]["containers"]
    ]
    return {"phase": phase, "containerStatuses": entries}


def _complete(began: str) -> Object:
    now = _now()
    conditions = [
        {
            "type": kind,
            "status": "True",
            "reason": "CompletionsReached",
            "lastProbeTime": now,
            "lastTransitionTime": now,
        }
        for kind in ("SuccessCriteriaMet", "Complete")
    ]
    return {
        "active": None,
        "ready": 0,
        "succeeded": 1,
        "startTime": began,
        "completionTime": now,
        "uncountedTerminatedPods": {},
        "conditions": conditions,
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
