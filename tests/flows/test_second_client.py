"""Others agree with us: kubectl about the objects, bare restic about the repository."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.tools import restic

if TYPE_CHECKING:
    from pathlib import Path

    from .bucket import Bucket
    from .conftest import Backed

pytestmark = pytest.mark.cluster


def test_kubectl_gets_describes_waits_explains_and_shows_logs(backed_by_s3: Backed) -> None:
    namespace = backed_by_s3.namespace
    name = namespace.kubestash("backup", "now", "files", "-o", "name").strip().rpartition("/")[2]

    namespace.kubectl(
        "wait",
        f"backupsession/{name}",
        "--for=jsonpath={.status.phase}=Succeeded",
        "--timeout=120s",
    )

    table = namespace.kubectl("get", "backupsessions").splitlines()
    assert table[0].split() == [
        "NAME",
        "INVOKER-TYPE",
        "INVOKER-NAME",
        "PHASE",
        "DURATION",
        "AGE",
    ]
    assert any(line.startswith(name) and "Succeeded" in line for line in table)
    assert "BackupExecutorEnsured" in namespace.kubectl("describe", "backupsession", name)
    explained = namespace.kubectl("explain", "backupconfiguration.spec.sessions.scheduler")
    assert "schedule" in explained
    assert "<empty>" not in explained
    assert "snapshot" in namespace.kubectl("logs", f"job/{name}", "--all-containers").lower()


def test_bare_restic_lists_and_restores_our_repository(
    backed_by_s3: Backed, bucket: Bucket, tmp_path: Path
) -> None:
    namespace = backed_by_s3.namespace
    namespace.kubestash("backup", "now", "files", "--wait")
    (snapshot, *_) = namespace.items("snapshots.storage.kubestash.com")
    component = snapshot["status"]["components"]["dump"]
    storage = namespace.get("backupstorage", "s3")["spec"]["storage"]["s3"]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "RESTIC_PASSWORD": "correct horse battery staple",
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
        "RESTIC_REPOSITORY": (
            f"s3:{storage['endpoint']}/{storage['bucket']}/{storage['prefix']}"
            f"/files/{component['path']}"
        ),
    }

    def run(*arguments: str) -> str:
        return subprocess.run(
            [restic(), "--no-cache", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    listed = {entry["id"] for entry in json.loads(run("snapshots", "--json"))}
    recorded = component["resticStats"][0]["summary"]["id"]
    assert recorded in listed
    run("restore", f"{recorded}:/kubestash-data", "--target", str(tmp_path / "back"))
    assert (tmp_path / "back" / "text" / "1.log").read_text().startswith("monday line 1")
    assert run("list", "locks", "--no-lock").strip() == ""
