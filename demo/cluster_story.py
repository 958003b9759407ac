"""The story: install, fill a volume, back it up, lose it, get it back, compare."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .comparison import compare

if TYPE_CHECKING:
    from .teller import Teller

_HERE = Path(__file__).parent
NAMESPACE = "demo"


@dataclass(frozen=True)
class Storage:
    """An S3 bucket that pods can reach."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str


@dataclass(frozen=True)
class Outcome:
    """What the last five lines tell."""

    files: int
    size: int
    backup_seconds: float
    restore_seconds: float


def prepare(teller: Teller, image: str) -> None:
    """Install, and start an application with a volume."""
    teller.chapter("Install: kinds, addons, roles")
    teller.run(f"kubectl kubestash install --image {image}")
    teller.chapter("An application with a volume")
    teller.run(f"kubectl create namespace {NAMESPACE}")
    manifest = (_HERE / "cluster-volume.yaml").read_text().replace("IMAGE", image)
    teller.run(f"kubectl apply -n {NAMESPACE} -f -", stdin=manifest)
    ready = "--for=condition=Ready pod/application --timeout=120s"
    teller.run(f"kubectl wait -n {NAMESPACE} {ready}")
    _shell(teller, "echo The first of many > /data/first")


def tell(teller: Teller, storage: Storage) -> Outcome:
    """Back up, lose, restore, compare. The operator must be running. Raises Broken."""
    _configure(teller, storage)
    _wait_for_initial_backup(teller)
    teller.chapter("The application writes 200 MB of mixed files")
    _in_the_pod(teller, "fill.py")
    print(_shell(teller, "du -sh /data; find /data | wc -l"), end="")
    before = _in_the_pod(teller, "fingerprint.py")
    teller.chapter("What can be set, and what it does")
    teller.run("kubectl kubestash describe addon pvc-addon")
    teller.chapter("Back up now")
    backup_seconds = _timed(teller, f"kubectl kubestash backup now files -n {NAMESPACE} --follow")
    teller.run(f"kubectl kubestash describe session @latest -n {NAMESPACE}")
    teller.run(f"kubectl kubestash get snapshots -n {NAMESPACE}")
    teller.chapter("Disaster: everything in the volume is deleted")
    print(_shell(teller, "find /data -mindepth 1 -delete; find /data -mindepth 1 | wc -l"), end="")
    teller.chapter("Restore")
    restore = f"kubectl kubestash restore now --repo files-repo -n {NAMESPACE} --yes --follow"
    restore_seconds = _timed(teller, restore)
    teller.chapter("Compare: names, contents, owners, modes, links, times")
    after = _in_the_pod(teller, "fingerprint.py")
    compare("files", before, after)
    *files, total = after.splitlines()
    print(f"{len(files)} entries, {int(total):,} bytes: all the same")
    return Outcome(len(files), int(total), backup_seconds, restore_seconds)


def _configure(teller: Teller, storage: Storage) -> None:
    teller.chapter("Where backups go, what is backed up, how long it is kept")
    here = f"-n {NAMESPACE}"
    keys = f"AWS_ACCESS_KEY_ID={storage.access_key}\nAWS_SECRET_ACCESS_KEY={storage.secret_key}\n"
    secret = f"kubectl create secret generic s3-secret {here} --from-env-file=/dev/stdin"
    teller.run(secret, stdin=keys)
    place = f"--provider s3 --endpoint {storage.endpoint} --bucket {storage.bucket}"
    create = "kubectl kubestash create"
    teller.run(f"{create} encryption-secret encrypt-secret {here}")
    teller.run(f"{create} storage s3 {here} {place} --prefix demo --secret s3-secret")
    teller.run(f"{create} retention keep-five {here} --last 5")
    what = "--target pvc/data --storage s3 --retention keep-five"
    how = "--encryption-secret encrypt-secret --schedule '0 2 * * *'"
    # Files of many owners can be read by root alone.
    teller.run(f"{create} backupconfig files {here} {what} {how} --run-as-user 0")


def _wait_for_initial_backup(teller: Teller) -> None:
    teller.chapter("The operator makes a first backup by itself")
    teller.run(f"kubectl kubestash backup wait files@latest -n {NAMESPACE} --timeout 3m")


def _in_the_pod(teller: Teller, program: str) -> str:
    line = f"kubectl exec -i -n {NAMESPACE} application -- python3 - /data"
    return teller.run(line, stdin=(_HERE / program).read_text(), quiet=True)


def _shell(teller: Teller, line: str) -> str:
    return teller.run(f"kubectl exec -i -n {NAMESPACE} application -- sh -euc '{line}'", quiet=True)


def _timed(teller: Teller, line: str) -> float:
    began = time.monotonic()
    teller.run(line)
    return time.monotonic() - began
