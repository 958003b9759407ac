"""A cluster of its own, an operator that is started again when it ends, and lanes of backups."""

from __future__ import annotations

import json
import secrets
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cluster import cluster as local
from tests.cluster import image as product_image
from tests.cluster.handle import Cluster
from tests.cluster.kubectl import KubectlFailed
from tests.cluster.process import ProcessId
from tests.cluster.s3 import ACCESS_KEY, BUCKET, SECRET_KEY
from tests.flows import manifests
from tests.flows.bucket import Bucket
from tests.flows.world import Failed, Namespace, Operator, Plugin, eventually

from . import content, victims
from .checker import FINAL, describe, violations
from .evidence import Call, Evidence, key_of, phase_of
from .repositories import Repositories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .evidence import Object

KEEP = 2
SESSION = "run"
QUICK = {
    "KUBESTASH_POLL_INTERVAL": "1",
    "KUBESTASH_LOCK_TIMEOUT": "90",
    "KUBESTASH_STALL_TIMEOUT": "60",
}
"""Settings of the runner with which nothing that we wait for takes long."""

_KINDS = (
    *("backupsessions", "restoresessions", "snapshots.storage.kubestash.com"),
    *("backupconfigurations", "repositories", "backupstorages", "jobs", "pods", "events"),
    *("leases", "serviceaccounts", "rolebindings", "cronjobs", "configmaps"),
)


@dataclass
class KeptOperator(Operator):
    """An operator that is started again whenever it ends, as its Deployment would do."""

    starts: int = field(default=0, init=False)
    _kept: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it for the first time and keep it running from then on."""
        self._kept.set()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """End it at once; it is started again in a moment."""
        if self.process is not None:
            self.process.kill()

    def stop(self) -> int:
        """End it for good."""
        self._kept.clear()
        if self._thread is not None:
            self._thread.join()
        return super().stop()

    def _keep(self) -> None:
        while self._kept.is_set():
            if not self.is_running():
                self.starts += 1
                super().start()
            time.sleep(0.2)


class Listener:
    """Remembers command lines in which one of these secrets was seen."""

    def __init__(self, values: Sequence[str]) -> None:
        self.heard: set[str] = set()
        self._values = values
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._stop.wait(0.3):
            for line in victims.command_lines():
                if any(value in line for value in self._values):
                    self.heard.add(line)

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()


@dataclass
class Lane:
    """A volume, a configuration that backs it up, and a second volume to restore to."""

    stage: Stage
    name: str
    _second: int = 1_000

    @property
    def volume(self) -> Path:
        """The volume's folder on this machine."""
        return self.stage.folder_of(self.name)

    @property
    def target(self) -> Path:
        """The folder of the volume to restore to."""
        return self.stage.folder_of(f"{self.name}-back")

    def write(self, word: str, *, mebibytes: int = 1) -> str:
        """Give the volume other contents; their fingerprint."""
        self._written = content.fill(self.volume, word, mebibytes=mebibytes)
        return self._written

    def begin(self, **spec: Any) -> str:
        """Start a backup of what was written last, as the schedule would; the session's name."""
        self._second += 1
        name = f"{self.name}-{SESSION}-{self._second}"
        self.stage.written[f"{self.stage.namespace.name}/{name}"] = self._written
        invoker = {
            "apiGroup": "core.kubestash.com",
            "kind": "BackupConfiguration",
            "name": self.name,
        }
        session: Object = {
            "apiVersion": manifests.CORE,
            "kind": "BackupSession",
            "metadata": {"name": name},
            "spec": {"invoker": invoker, "session": SESSION, **spec},
        }
        self.stage.patiently("create", session)
        return name

    def begin_restore(self, name: str) -> str:
        """Start a restore of the latest good Snapshot to the second volume, which is emptied."""
        content.clear(self.target)
        manifest = manifests.restore(
            name, claim_name=f"{self.name}-back", repository=f"{self.name}-repo"
        )
        self.stage.patiently("create", manifest)
        return name

    def adopt_first_run(self) -> None:
        """Wait for the initial backup, and note that it holds what was written first."""
        self.stage.namespace.wait_phase(f"backupconfiguration/{self.name}", "Ready", within=120)
        mine = f"{self.name}-{SESSION}-"
        found: list[str] = []

        def is_there() -> bool:
            found[:] = [
                item["metadata"]["name"]
                for item in self.stage.namespace.items("backupsessions")
                if item["metadata"]["name"].startswith(mine)
            ]
            return bool(found)

        eventually(is_there, what=f"{self.name} has its initial backup")
        for name in found:
            self.stage.written[f"{self.stage.namespace.name}/{name}"] = self._written
            # Later ones count on from here: the order of their names is the order of their times.
            self._second = int(name.rpartition("-")[2])
        self.stage.wait_for("backupsessions", *found)


@dataclass
class Stage:
    """Where a scenario plays."""

    cluster: local.LocalCluster
    operator: KeptOperator
    namespace: Namespace
    bucket: Bucket
    repositories: Repositories
    listener: Listener
    written: dict[str, str] = field(default_factory=dict)
    brought_back: dict[str, str] = field(default_factory=dict)
    """RestoreSession that succeeded → fingerprint of its target."""

    _lanes: dict[str, Lane] = field(default_factory=dict)
    _proven: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """This machine, as pods see it."""
        return self.cluster.host_address

    @property
    def s3_port(self) -> int:
        """Where the S3 server listens on the node."""
        return int(self.bucket.endpoint.rpartition(":")[2])

    def lane(self, name: str, *, word: str = "first", **changes: Any) -> Lane:
        """Make a lane and wait for its first backup; `changes` as for `configure`."""
        lane = self.configure(name, word=word, **changes)
        lane.adopt_first_run()
        return lane

    def configure(
        self,
        name: str,
        *,
        word: str = "first",
        storage: str = "s3",
        env: Mapping[str, str] | None = None,
        tasks: Sequence[Object] = ({"name": "logical-backup"},),
        **session: Any,
    ) -> Lane:
        """Make, or change, the volumes and the configuration of a lane."""
        claims = (manifests.claim(name), manifests.claim(f"{name}-back"))
        self.namespace.apply(*claims)
        lane = self._lanes.setdefault(name, Lane(self, name))
        eventually(lambda: bool(self.volume_of(f"{name}-back")), what=f"{name}-back is bound")
        lane.write(word)
        template = {
            "env": [{"name": k, "value": v} for k, v in {**QUICK, **(env or {})}.items()],
            "securityContext": {"runAsUser": 0, "runAsGroup": 0},
        }
        configuration = manifests.configuration(
            name,
            claim_name=name,
            storage=storage,
            directory=f"/{name}",
            session=SESSION,
            **{
                "addon": {
                    "name": "pvc-addon",
                    "tasks": list(tasks),
                    "jobTemplate": {"spec": template},
                },
                "sessionHistoryLimit": 1_000,
                **session,
            },
        )
        configuration["spec"]["backends"][0]["retentionPolicy"] = {"name": "keep"}
        self.namespace.apply(configuration)
        return lane

    def volume_of(self, claim: str) -> str:
        """The name of the volume that is bound to a claim, empty when none is."""
        found = self.namespace.get("pvc", claim)
        return str(found["spec"].get("volumeName") or "")

    def folder_of(self, claim: str) -> Path:
        """The volume's folder on this machine."""
        path = self.namespace.cluster(
            "get", "pv", self.volume_of(claim), "-o", "jsonpath={.spec.hostPath.path}"
        )
        return self.cluster.instance.volumes / Path(path).name

    def add_storage(self, manifest: Object, root: str) -> None:
        """Make a BackupStorage, and wait for it; bare restic finds its Repositories at `root`."""
        name = manifest["metadata"]["name"]
        self.repositories.roots[name] = root
        self.namespace.apply(manifest)
        self.namespace.wait_phase(f"backupstorage/{name}", "Ready", within=120)

    def patiently(self, verb: str, document: Object) -> None:
        """`kubectl create` or `apply`, again while the API server is away."""

        def done() -> bool:
            kubectl = self.namespace.cluster
            answer = kubectl.run(
                "-n", self.namespace.name, verb, "-f", "-", stdin=json.dumps(document)
            )
            return answer.returncode == 0 or "AlreadyExists" in answer.stderr

        eventually(done, within=120, what=f"{verb} {document['metadata']['name']}")

    def note_restores(self, lanes: Mapping[str, Lane]) -> None:
        """Keep the fingerprints of what these RestoreSessions have brought back."""
        phases = self.wait_for("restoresessions", *lanes)
        for name, lane in lanes.items():
            if phases[name] == "Succeeded":
                key = f"{self.namespace.name}/{name}"
                self.brought_back[key] = content.fingerprint(lane.target)

    def wait_for(self, kind: str, *names: str, within: float = 240) -> dict[str, str]:
        """Wait until all of these have ended, also through an API server that is away."""
        phases: dict[str, str] = {}

        def ended() -> bool:
            with suppress(KubectlFailed):
                found = self.namespace.items(kind)
                phases.update(
                    {
                        item["metadata"]["name"]: phase_of(item)
                        for item in found
                        if item["metadata"]["name"] in names
                    }
                )
            return len(phases) == len(names) and set(phases.values()) <= FINAL

        try:
            eventually(ended, within=within, every=0.5, what=f"{kind} {names} end")
        except Failed as error:
            raise Failed(f"{error}: {phases}\n{self.operator.log.read_text()[-4000:]}") from None
        return phases

    def back_up(self, lane: Lane, word: str = "", **spec: Any) -> str:
        """A backup that has to succeed; the session's name."""
        if word:
            lane.write(word)
        name = lane.begin(**spec)
        phases = self.wait_for("backupsessions", name)
        if phases[name] != "Succeeded":
            raise Failed(f"{name} is {phases[name]}: {self.errors_of(name)}")
        return name

    def snapshots_of(self, session: str) -> list[Object]:
        """The Snapshots that a session has made."""
        found = self.namespace.items("snapshots.storage.kubestash.com")
        return [item for item in found if item["spec"]["backupSession"] == session]

    def errors_of(self, session: str) -> str:
        """What the components of a session say about their failure, and its conditions."""
        parts = [
            str(part.get("error", ""))
            for item in self.snapshots_of(session)
            for part in ((item.get("status") or {}).get("components") or {}).values()
        ]
        conditions = self.namespace.get("backupsession", session)["status"].get("conditions", [])
        return "\n".join([*parts, *(str(entry.get("message", "")) for entry in conditions)])

    def evidence(self, *, calm: bool = True) -> Evidence:
        """Everything that is there now.

        After a calm round everything is restored again, and no lock may be left. Between faults a
        lock may wait for the next run, and what was restored once is not restored again.
        """
        objects = self._objects()
        restored = self.repositories.restored(objects, {} if calm else self._proven)
        self._proven.update(restored)
        return Evidence(
            objects=objects,
            calls=_calls(self.cluster.audit_log, self.namespace.name),
            written=dict(self.written),
            restored=restored,
            brought_back=dict(self.brought_back),
            locks=self.repositories.locks(objects) if calm else (),
            damage=self.repositories.damage(objects) if calm else {},
            texts=self._texts(objects),
            secrets=_secrets(self.repositories),
            keep=KEEP,
        )

    def check(self, *, calm: bool = True) -> None:
        """Raises Failed with everything that is wrong; `calm` as for `evidence`."""
        if found := violations(self.evidence(calm=calm)):
            raise Failed(f"{describe(found)}\n{self.operator.log.read_text()[-6000:]}")

    def _objects(self) -> list[Object]:
        found: list[Object] = []

        def listed() -> bool:
            with suppress(KubectlFailed):
                text = self.namespace.kubectl("get", ",".join(_KINDS), "-o", "json", within=60)
                found.extend(json.loads(text)["items"])
            return bool(found)

        eventually(listed, within=120, what="everything can be listed")
        return found

    def _texts(self, objects: Sequence[Object]) -> dict[str, str]:
        texts = {"log of the operator": self.operator.log.read_text()}
        pods = self.cluster.instance.folder / "shadow/var/upper/log/pods"
        for log in pods.glob(f"{self.namespace.name}_*/*/*.log"):
            texts[f"log of {log.parents[1].name}"] = log.read_text(errors="replace")
        for item in objects:
            texts[f"{item['kind']} {key_of(item)}"] = json.dumps(item)
        texts["command lines"] = "\n".join(self.listener.heard)
        return texts


def _secrets(repositories: Repositories) -> dict[str, str]:
    environment = repositories.environment
    return {
        "password of the repositories": environment["RESTIC_PASSWORD"],
        "key of the bucket": environment["AWS_SECRET_ACCESS_KEY"],
    }


def _calls(log: Path, namespace: str) -> list[Call]:
    """What the API server was asked for in a namespace, and how it answered."""
    calls = []
    with log.open(errors="replace") as lines:
        for line in lines:
            if f'"{namespace}"' not in line or '"jobs"' not in line:
                continue
            with suppress(ValueError):  # a line that was cut off when its writer was killed
                entry = json.loads(line)
                about = entry.get("objectRef") or {}
                if about.get("namespace") == namespace and not about.get("subresource"):
                    code = int((entry.get("responseStatus") or {}).get("code") or 0)
                    resource, name = about.get("resource", ""), about.get("name", "")
                    calls.append(Call(entry["verb"], resource, namespace, name, code))
    return calls


@contextmanager
def stage(name: str) -> Iterator[Stage]:
    """Raise a stage, and clear it away afterwards, whatever has happened on it."""
    folder = Path(tempfile.mkdtemp(prefix="kubestash-stage-"))
    try:
        cluster = local.up(name, has_audit_log=True, has_s3=True, owner=ProcessId.of_this())
        cluster.load(product_image.archive())
        built = _build(cluster, folder)
        try:
            yield built
        finally:
            built.listener.stop()
            built.operator.stop()
    finally:
        local.down(name)
        with suppress(OSError):
            content.clear(folder)
            folder.rmdir()


def _build(cluster: local.LocalCluster, folder: Path) -> Stage:
    plugin = Plugin(cluster.kubeconfig)
    plugin("install", "--image", product_image.image_name())
    context = cluster.kubectl("config", "current-context").strip()
    flags = ("--start-deadline", "60s", "--allow-context", context, "--identity", "kept")
    operator = KeptOperator(plugin, folder / "operator.log", flags)
    operator.start()
    namespace = Namespace(Cluster(cluster).namespace("stage"), cluster.kubectl, plugin)
    password = f"canary-{secrets.token_hex(12)}"
    bucket = Bucket(cluster.s3_endpoint, BUCKET, ACCESS_KEY, SECRET_KEY)
    environment = {
        "RESTIC_PASSWORD": password,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    root = f"s3:{bucket.endpoint}/{bucket.name}/{namespace.name}"
    built = Stage(
        cluster,
        operator,
        namespace,
        bucket,
        Repositories({"s3": root}, environment),
        Listener([password]),
    )
    namespace.apply(
        manifests.encryption_secret(password),
        bucket.secret(),
        bucket.storage("s3", prefix=namespace.name),
        manifests.retention("keep", last=KEEP),
    )
    namespace.wait_phase("backupstorage/s3", "Ready", within=120)
    return built
