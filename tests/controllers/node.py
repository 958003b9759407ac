"""Plays the node: starts the pods of Jobs and says what their containers have done.

Everything else is real: the API server validates, the Job controller makes the pods and counts
them, the garbage collector removes them.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.api.resources import JOB, POD, RESTORE_SESSION, SNAPSHOT, ObjectKey
from kubectl_kubestash.errors import ClusterError, NotFound
from kubectl_kubestash.resolve import results

if TYPE_CHECKING:
    from collections.abc import Callable

    from kubectl_kubestash.kube.client import Client, Object

    Behaviour = Callable[["Node", Object, list[str]], None]


class Node(threading.Thread):
    """One thread that looks after all pods of a namespace until stopped."""

    def __init__(self, client: Client, namespace: str) -> None:
        super().__init__(daemon=True, name="node")
        self.client = client
        self.namespace = namespace
        self.started: Counter[str] = Counter()
        """How many pods each Job had."""
        self.behaviours: dict[str, Behaviour] = {
            "init-storage": init_storage,
            "init-repository": init_repository,
            "backup": back_up,
            "restore": restore,
            "finish": finish,
            "cleanup": clean_up,
        }
        self.pace = 0.0
        """Seconds for which each container runs."""
        self._done: set[str] = set()
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(0.1):
            try:
                for pod in self.client.list(POD, self.namespace):
                    self._look_after(pod)
            except ClusterError:
                continue

    def stop(self) -> None:
        self._stopping.set()
        self.join(30)

    def _look_after(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        if uid in self._done or pod["metadata"].get("deletionTimestamp"):
            return
        args = [str(arg) for arg in pod["spec"]["containers"][0].get("args") or [""]]
        behave = self.behaviours.get(args[0])
        if behave is None:
            return
        self._done.add(uid)
        owner = pod["metadata"]["ownerReferences"][0]["name"]
        self.started[owner] += 1
        try:
            self.say(pod, "Running")
            self._stopping.wait(self.pace)
            behave(self, pod, args)
        except NotFound:
            return

    def say(self, pod: Object, phase: str, *, code: int = 0, message: str = "") -> None:
        """The kubelet's report about the pod."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        state: dict[str, Any] = {"running": {"startedAt": now}}
        if phase in {"Succeeded", "Failed"}:
            reason = "Completed" if code == 0 else "Error"
            state = {
                "terminated": {
                    "exitCode": code,
                    "reason": reason,
                    "message": message,
                    "startedAt": now,
                    "finishedAt": now,
                }
            }
        statuses = [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": phase == "Running",
                "restartCount": 0,
                "state": state,
            }
            for container in pod["spec"]["containers"]
        ]
        self.report(pod, {"phase": phase, "containerStatuses": statuses})

    def report(self, pod: Object, status: dict[str, Any]) -> None:
        key = ObjectKey(pod["metadata"]["namespace"], pod["metadata"]["name"])
        self.client.patch(POD, key, {"status": status}, subresource="status")

    def jobs(self) -> list[str]:
        return sorted(job["metadata"]["name"] for job in self.client.list(JOB, self.namespace))


def flag(args: list[str], name: str) -> str:
    prefix = f"--{name}="
    return next((arg[len(prefix) :] for arg in args if arg.startswith(prefix)), "")


def never_starts(node: Node, pod: Object, args: list[str]) -> None:
    """The image cannot be pulled."""
    waiting = {"reason": "ErrImagePull", "message": "not found"}
    container = pod["spec"]["containers"][0]
    status = {
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": {"waiting": waiting},
    }
    node.report(pod, {"phase": "Pending", "containerStatuses": [status]})


def dies(node: Node, pod: Object, args: list[str]) -> None:
    """Killed without a word."""
    node.say(pod, "Failed", code=137)


def hangs(node: Node, pod: Object, args: list[str]) -> None:
    """Runs for ever."""


def init_storage(node: Node, pod: Object, args: list[str]) -> None:
    owner = f"{flag(args, 'namespace')}/{flag(args, 'backupstorage')}"
    result = {"initialized": True, "error": "", "repositories": [], "denied": []}
    node.say(pod, "Succeeded", message=results.encode("init-storage", owner, result))


def init_repository(node: Node, pod: Object, args: list[str]) -> None:
    owner = f"{flag(args, 'namespace')}/{flag(args, 'repository')}"
    result = {"initialized": True, "error": ""}
    node.say(pod, "Succeeded", message=results.encode("init-repository", owner, result))


def component_result(component: str, *, ok: bool = True) -> dict[str, Any]:
    final = {
        "phase": "Succeeded" if ok else "Failed",
        "driver": "Restic",
        "size": "2.000 MiB",
        "duration": "1s",
        "integrity": ok,
        "repositoryID": "f" * 64,
        "path": f"repository/v1/daily/{component}",
        "resticStats": [{"summary": {"id": "a" * 64, "hostPath": "/kubestash-data"}}],
    }
    return final if ok else {**final, "error": "restic exited with 1"}


def snapshots_of(node: Node, session: str) -> list[Object]:
    found = node.client.list(SNAPSHOT, node.namespace)
    return [entry for entry in found if entry["spec"]["backupSession"] == session]


def back_up(node: Node, pod: Object, args: list[str], *, ok: bool = True) -> None:
    for snapshot in snapshots_of(node, flag(args, "backupsession")):
        key = ObjectKey(node.namespace, snapshot["metadata"]["name"])
        there = (snapshot.get("status") or {}).get("components") or {}
        parts = {name: component_result(name, ok=ok) for name in there}
        node.client.patch(SNAPSHOT, key, {"status": {"components": parts}}, subresource="status")
    node.say(pod, "Succeeded" if ok else "Failed", code=0 if ok else 1)


def fails(node: Node, pod: Object, args: list[str]) -> None:
    """The backup fails and says so."""
    back_up(node, pod, args, ok=False)


def reports_to_kubelet_only(node: Node, pod: Object, args: list[str]) -> None:
    """The API server was away: the result is in the termination message alone."""
    session = flag(args, "backupsession")
    entries = {
        snapshot["metadata"]["name"]: {
            "phase": "Succeeded",
            "error": "",
            "status": component_result("dump"),
        }
        for snapshot in snapshots_of(node, session)
    }
    message = results.encode(
        "backup", f"{node.namespace}/{session}", {"component": "dump", "snapshots": entries}
    )
    node.say(pod, "Succeeded", message=message)


def restore(node: Node, pod: Object, args: list[str]) -> None:
    key = ObjectKey(node.namespace, flag(args, "restoresession"))
    session = node.client.get(RESTORE_SESSION, key)
    parts = {
        name: {"phase": "Succeeded", "duration": "1s", "restoredFiles": 3, "restoredBytes": 42}
        for name in session["status"]["components"]
    }
    node.client.patch(RESTORE_SESSION, key, {"status": {"components": parts}}, subresource="status")
    node.say(pod, "Succeeded")


def restores_and_tells_the_kubelet(node: Node, pod: Object, args: list[str]) -> None:
    """Restores, with the result in the termination message, too."""
    session = flag(args, "restoresession")
    result = {"component": "dump", "phase": "Succeeded", "restoredFiles": 3, "restoredBytes": 42}
    message = results.encode("restore", f"{node.namespace}/{session}", result)
    node.say(pod, "Succeeded", message=message)


def finish(node: Node, pod: Object, args: list[str]) -> None:
    session = flag(args, "backupsession")
    snapshots = node.client.list(SNAPSHOT, node.namespace)
    entries = {}
    for name in {entry["spec"]["repository"] for entry in snapshots_of(node, session)}:
        marked = [
            entry["metadata"]["name"]
            for entry in snapshots
            if (entry["metadata"].get("annotations") or {}).get("kubestash.com/forgotten-by")
            == session
            and entry["spec"]["repository"] == name
        ]
        entries[name] = {
            "uploaded": True,
            "retention": "Applied",
            "removed": marked,
            "orphans": 0,
            "size": 1048576,
            "error": "",
        }
    owner = f"{node.namespace}/{session}"
    node.say(pod, "Succeeded", message=results.encode("finish", owner, {"repositories": entries}))


def clean_up(node: Node, pod: Object, args: list[str]) -> None:
    owner = f"{flag(args, 'kind')}:{flag(args, 'namespace')}/{flag(args, 'name')}"
    result = {"removed": True, "error": ""}
    node.say(pod, "Succeeded", message=results.encode("cleanup", owner, result))


def cleans_up_but_for_one(node: Node, pod: Object, args: list[str]) -> None:
    """One directory belongs to somebody else."""
    owner = f"{flag(args, 'kind')}:{flag(args, 'namespace')}/{flag(args, 'name')}"
    result = {"removed": True, "error": "", "kept": "Directory files was taken over."}
    node.say(pod, "Succeeded", message=results.encode("cleanup", owner, result))
