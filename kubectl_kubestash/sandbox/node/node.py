"""The node of a sandbox: one thread for each pod that is not over."""

from __future__ import annotations

import platform
import shutil
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from ...api.resources import NODE, POD, ObjectKey
from ...errors import AlreadyExists
from ...kube.informer import Informer
from ..moment import now
from . import limits
from .environment import ADDRESS
from .host import LABELS, NAME, Host
from .pod import FINAL, PodThread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...kube.client import Client, Object


class Node:
    """Runs the pods of a cluster as processes of this machine.

    `folder` is that of the sandbox; `images` has the command for each image that is not pulled but
    part of this installation. Processes end with the thread that calls `run`.
    """

    def __init__(
        self, client: Client, folder: Path, *, images: Mapping[str, Sequence[str]]
    ) -> None:
        self._host = Host(client, folder, images)
        self._client, self._folder, self._images = client, folder, images
        self._threads: dict[str, PodThread] = {}
        self._pods = Informer(client, POD, on_update=self._pod_changed, longest_pause=5)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; containers are asked to end then, and killed after their grace."""
        for name in ("pods", "volumes", "host"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        limits.sweep()
        self._register()
        self._pods.start()
        while not self._pods.synced.wait(0.1) and not stop.is_set():
            pass
        if not stop.is_set():
            self._sweep()
        stop.wait()
        self._pods.stop()
        self._host.is_stopping.set()
        threads = list(self._threads.values())
        for thread in threads:
            thread.wake()
        for thread in threads:
            thread.join()

    def _register(self) -> None:
        metadata = {"name": NAME, "labels": LABELS}
        body = {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
        with suppress(AlreadyExists):
            self._client.create(NODE, body)
        key = ObjectKey("", NAME)
        self._client.patch(NODE, key, {"status": _node_status(self._images)}, subresource="status")

    def _sweep(self) -> None:
        """Remove what pods have left that were deleted while nobody looked."""
        known = {self._host.folder(pod) for pod in self._pods.items()}
        for folder in (self._folder / "pods").iterdir():
            if folder not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if old and (new is None or old["metadata"]["uid"] != new["metadata"]["uid"]):
            threading.Thread(target=self._forget, args=(old,), daemon=True).start()
        if new is None or new["spec"].get("nodeName") not in {None, "", NAME}:
            return
        thread = self._threads.get(new["metadata"]["uid"])
        if thread is not None and thread.changed(new):
            return
        is_over = (new.get("status") or {}).get("phase") in FINAL
        if new["metadata"].get("deletionTimestamp") or not is_over:
            thread = self._threads[new["metadata"]["uid"]] = PodThread(self._host, new)
            thread.start()

    def _forget(self, pod: Object) -> None:
        thread = self._threads.pop(pod["metadata"]["uid"], None)
        if thread is not None:
            thread.changed(None)
            thread.join()
        shutil.rmtree(self._host.folder(pod), ignore_errors=True)


def _node_status(images: Mapping[str, Sequence[str]]) -> Object:
    condition = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    condition |= {"message": "the sandbox runs", "lastTransitionTime": now()}
    unknown = ("machineID", "systemUUID", "bootID", "kubeProxyVersion", "kernelVersion")
    return {
        "conditions": [condition],
        "addresses": [{"type": "InternalIP", "address": ADDRESS}],
        "images": [{"names": [name], "sizeBytes": 0} for name in images],
        "nodeInfo": {
            **dict.fromkeys(unknown, ""),
            "architecture": platform.machine(),
            "containerRuntimeVersion": "bubblewrap://",
            "kubeletVersion": "v1.34.4+kubestash-sandbox",
            "operatingSystem": "linux",
            "osImage": "the programs of this host",
        },
    }
