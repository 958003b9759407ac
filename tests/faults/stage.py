"""Where a scenario plays: a cluster of its own, an operator that is kept running, lanes."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cluster.kubectl import KubectlFailed
from tests.flows import manifests
from tests.waiting import Failed, eventually

from . import content, gathering
from .checker import FINAL, describe, violations
from .evidence import Evidence, phase_of
from .lane import SESSION, Lane

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.cluster import cluster as local
    from tests.flows.bucket import Bucket
    from tests.flows.world import Namespace

    from .evidence import Object
    from .kept_operator import KeptOperator
    from .listener import Listener
    from .repositories import Repositories

KEEP = 2
QUICK = {
    "KUBESTASH_POLL_INTERVAL": "1",
    "KUBESTASH_LOCK_TIMEOUT": "90",
    "KUBESTASH_LOCK_WATCH": "5",
    "KUBESTASH_STALL_TIMEOUT": "60",
}
"""Settings of the runner with which nothing that we wait for takes long."""

_KINDS = (
    *("backupsessions", "restoresessions", "snapshots.storage.kubestash.com"),
    *("backupconfigurations", "repositories", "backupstorages", "jobs", "pods", "events"),
    *("leases", "serviceaccounts", "rolebindings", "cronjobs", "configmaps"),
)


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

    def limit_memory(self, name: str, quantity: str) -> None:
        """Let the Jobs of a lane have this much memory."""
        path = "/spec/sessions/0/addon/jobTemplate/spec/resources"
        patch = [{"op": "add", "path": path, "value": {"limits": {"memory": quantity}}}]
        self.namespace.kubectl(
            "patch", "backupconfiguration", name, "--type=json", "-p", json.dumps(patch)
        )

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
        objects = self.objects()
        restored = self.repositories.restored(objects, {} if calm else self._proven)
        self._proven.update(restored)
        return Evidence(
            objects=objects,
            calls=gathering.calls(self.cluster.audit_log, self.namespace.name),
            written=dict(self.written),
            restored=restored,
            brought_back=dict(self.brought_back),
            locks=self.repositories.locks(objects) if calm else (),
            damage=self.repositories.damage(objects) if calm else {},
            texts=gathering.texts(self, objects),
            secrets=gathering.secrets_of(self.repositories),
            keep=KEEP,
        )

    def check(self, *, calm: bool = True) -> None:
        """Raises Failed with everything that is wrong; `calm` as for `evidence`."""
        if found := violations(self.evidence(calm=calm)):
            raise Failed(f"{describe(found)}\n{self.operator.log.read_text()[-6000:]}")

    def objects(self) -> list[Object]:
        """Everything of ours in the namespace, also through an API server that is away."""
        found: list[Object] = []

        def listed() -> bool:
            with suppress(KubectlFailed):
                text = self.namespace.kubectl("get", ",".join(_KINDS), "-o", "json", within=60)
                found.extend(json.loads(text)["items"])
            return bool(found)

        eventually(listed, within=120, what="everything can be listed")
        return found
