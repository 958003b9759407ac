"""How long a review takes at the webhook, when fifty callers ask at the same time."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kubectl_kubestash.api.resources import (
    ADDON,
    BACKUP_CONFIGURATION,
    BACKUP_SESSION,
    BACKUP_STORAGE,
    FUNCTION,
    NAMESPACE,
    REPOSITORY,
    RESTORE_SESSION,
    RETENTION_POLICY,
    ObjectKey,
    Resource,
)
from kubectl_kubestash.catalog import documents
from kubectl_kubestash.resolve.admission.routes import MUTATE, ROUTES, VALIDATE
from kubectl_kubestash.resolve.manifest import manifest

from .control_plane import api_server, connect, each, login
from .figure import Bar, Figure, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.cluster.api_server import ApiServer

CALLERS, REVIEWS, ROUNDS = 50, 60, 5
"""Callers, reviews of each in a round, rounds; before them one that warms up."""
OBJECTS = 300
"""Repositories and BackupConfigurations in the cluster, each."""
BAR = Bar(5)
HOME = "shop"
Object = dict[str, Any]


class Round(NamedTuple):
    """What was measured in one round; times in milliseconds."""

    worked: list[float]
    """At the server, from taking a request up to handing over its answer."""
    waited: list[float]
    """The same, with the wait for those that came at the same moment."""
    seen: list[float]
    """By the callers, who take processor time from the same two cores."""
    seconds: float
    cpu: float


def measure() -> Figure:
    """Reviews of all kinds in turns, over connections that stay open."""
    with api_server() as server, tempfile.TemporaryDirectory() as home:
        _fill(server)
        with _program(server, Path(home)) as program:
            port = int(_ask(program, "port"))
            rounds = [_round(program, port) for _ in range(ROUNDS + 1)][1:]
    count = CALLERS * REVIEWS
    return Figure(
        f"{count} reviews of five kinds by {CALLERS} callers at a time, {OBJECTS} Repositories",
        [
            _percentile("at the server", [each.worked for each in rounds], 99, BAR),
            _percentile("at the server", [each.worked for each in rounds], 50),
            _percentile("and the wait for others", [each.waited for each in rounds], 99),
            _percentile("as a caller sees it", [each.seen for each in rounds], 99),
            Result("reviews", "1/s", [count / each.seconds for each in rounds]),
            Result("CPU of a review", "ms", [1000 * each.cpu / count for each in rounds]),
        ],
    )


def _percentile(
    name: str, rounds: Sequence[Sequence[float]], percent: int, bar: Bar | None = None
) -> Result:
    found = [sorted(each)[len(each) * percent // 100] for each in rounds]
    return Result(f"{name}, {percent} of 100", "ms", found, bar)


def _fill(server: ApiServer) -> None:
    client = connect(server, "bench")
    client.create(NAMESPACE, manifest(NAMESPACE, ObjectKey("", HOME)))
    for body in documents():
        client.apply(ADDON if body["kind"] == ADDON.kind else FUNCTION, body)
    client.create(BACKUP_STORAGE, _storage("s3", default=True))
    client.create(RETENTION_POLICY, _policy("keep", default=True))

    def make(number: int) -> None:
        client.create(REPOSITORY, _repository(number))
        client.create(BACKUP_CONFIGURATION, _configuration(f"files-{number}", number))

    each(make, range(OBJECTS))


def _thing(resource: Resource, name: str, **spec: Any) -> Object:
    return manifest(resource, ObjectKey(HOME, name), spec=spec)


def _storage(name: str, **spec: Any) -> Object:
    s3 = {"endpoint": "https://s3.example", "bucket": name, "secretName": "keys", "region": "r"}
    return _thing(BACKUP_STORAGE, name, storage={"provider": "s3", "s3": s3}, **spec)


def _policy(name: str, **spec: Any) -> Object:
    return _thing(RETENTION_POLICY, name, successfulSnapshots={"last": 5}, **spec)


def _repository(number: int) -> Object:
    target = {"kind": "PersistentVolumeClaim", "name": "data", "namespace": HOME}
    reference = {"name": "s3", "namespace": HOME}
    spec: Object = {"appRef": target, "storageRef": reference, "path": f"/files/{number}"}
    spec["encryptionSecret"] = {"name": "encryption", "namespace": HOME}
    return _thing(REPOSITORY, f"r-{number}", **spec)


def _configuration(name: str, number: int, **spec: Any) -> Object:
    repository = {
        "name": f"r-{number}",
        "backend": "s3",
        "directory": f"/files/{number}",
        "encryptionSecret": {"name": "encryption", "namespace": HOME},
    }
    session = {
        "name": "daily",
        "scheduler": {"schedule": f"{number % 60} 3 * * *", "jobTemplate": {}},
        "repositories": [repository],
        "addon": {"name": "pvc-addon", "tasks": [{"name": "logical-backup"}]},
    }
    whole = {
        "target": {"kind": "PersistentVolumeClaim", "name": "data", "namespace": HOME},
        "backends": [{"name": "s3", "storageRef": {"name": "s3", "namespace": HOME}}],
        "sessions": [session],
        **spec,
    }
    return _thing(BACKUP_CONFIGURATION, name, **whole)


def _bodies(number: int) -> list[bytes]:
    """Requests of one caller, whole, in the order in which it sends them."""
    invoker = {"apiGroup": BACKUP_CONFIGURATION.group, "kind": BACKUP_CONFIGURATION.kind}
    addon = {"name": "pvc-addon", "tasks": [{"name": "logical-backup-restore"}]}
    source = {"repository": f"r-{number}", "snapshot": "latest"}
    run = {"session": "daily", "invoker": invoker | {"name": f"files-{number}"}}
    return [
        _request(MUTATE, BACKUP_CONFIGURATION, _configuration("new", number)),
        _request(VALIDATE, BACKUP_CONFIGURATION, _configuration("new", number)),
        _request(VALIDATE, BACKUP_STORAGE, _storage(f"other-{number}")),
        _request(MUTATE, RETENTION_POLICY, _policy("other")),
        _request(VALIDATE, BACKUP_SESSION, _thing(BACKUP_SESSION, "run", **run)),
        _request(
            VALIDATE,
            RESTORE_SESSION,
            _thing(RESTORE_SESSION, "back", dataSource=source, addon=addon),
        ),
    ]


def _request(verb: str, resource: Resource, raw: Object) -> bytes:
    path = next(each.path for each in ROUTES if (each.verb, each.resource) == (verb, resource))
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    metadata = {"uid": "6c3d9f5e-1111-4222-8333-944445555666", "generation": 1}
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": kind,
        "resource": {"group": resource.group, "version": resource.version, "resource": "x"},
        "operation": "CREATE",
        "namespace": HOME,
        "userInfo": {"username": "kubernetes-admin", "groups": ["system:authenticated"]},
        "object": {**raw, "metadata": raw["metadata"] | metadata},
    }
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    body = json.dumps(review).encode()
    head = (
        f"POST {path}?timeout=10s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: kube-apiserver\r\n"
        f"Content-Length: {len(body)}\r\nAccept: application/json, */*\r\n"
        "Content-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def _program(server: ApiServer, home: Path) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "bench.webhook_program", HOME]
    program = subprocess.Popen(
        argv,
        env=login(server, home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def _ask(program: subprocess.Popen[str], question: str) -> Any:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{question}\n")
    program.stdin.flush()
    return json.loads(program.stdout.readline())


def _round(program: subprocess.Popen[str], port: int) -> Round:
    before = float(_ask(program, "times")["cpu"])
    together = threading.Barrier(CALLERS + 1)
    with ThreadPoolExecutor(CALLERS) as pool:
        found = [pool.submit(_call, port, number, together) for number in range(CALLERS)]
        together.wait()
        began = time.perf_counter()
        seen = [value for each in found for value in each.result()]
        seconds = time.perf_counter() - began
    said = _ask(program, "times")
    waited, worked = zip(*said["times"], strict=True)
    cpu = float(said["cpu"]) - before
    return Round(_milliseconds(worked), _milliseconds(waited), _milliseconds(seen), seconds, cpu)


def _milliseconds(values: Sequence[float]) -> list[float]:
    return [1000 * value for value in values]


def _call(port: int, number: int, together: threading.Barrier) -> list[float]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    requests, seen = _bodies(number), []
    plain = socket.create_connection(("127.0.0.1", port), timeout=60)
    with context.wrap_socket(plain) as sock:
        together.wait()
        for turn in range(REVIEWS):
            began = time.perf_counter()
            sock.sendall(requests[(turn + number) % len(requests)])
            answer = sock.recv(65536)
            seen.append(time.perf_counter() - began)
            if not answer.startswith(b"HTTP/1.1 200 ") or b'"allowed":true' not in answer:
                raise AssertionError(answer.decode())
    return seen
