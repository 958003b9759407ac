"""A PostgreSQL in a pod, with a certificate of its own, and the objects that back it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cluster import postgres_image
from tests.cluster.keys import Keys

if TYPE_CHECKING:
    from pathlib import Path

    from .manifests import Manifest
    from .world import Namespace

NAME, PASSWORD = "postgres", "canary-of-the-flow"
PORT = 5432
TARGET = {"apiGroup": "appcatalog.appscode.com", "kind": "AppBinding"}


@dataclass(frozen=True)
class Postgres:
    """The server `postgres` of a namespace; its Service has that name, too."""

    namespace: Namespace
    authority: str
    """Who has signed its certificate, in PEM."""

    @classmethod
    def start(cls, namespace: Namespace, keys: Path) -> Postgres:
        """Start it and wait until it answers."""
        made = Keys(keys)
        made.folder.mkdir()
        made.issue_for_server("server", f"{NAME}.{namespace.name}.svc")
        namespace.apply(_secret("postgres-keys", made, "server"), _service(), _pod("postgres-keys"))
        namespace.wait(f"pod/{NAME}", "condition=Ready", within=120)
        return cls(namespace, made.certificate("ca").read_text())

    def sql(self, text: str, *, database: str = "postgres") -> str:
        """What psql prints for these commands."""
        flags = ("-h", "/tmp", "-U", "postgres", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database)
        command = ("env", f"PGPASSWORD={PASSWORD}", "psql", *flags, "-f", "-")
        return self.namespace.kubectl("exec", "-i", NAME, "--", *command, stdin=text).strip()

    def kill(self) -> None:
        """The pod is gone at once."""
        self.namespace.kubectl("delete", "pod", NAME, "--grace-period=0", "--force", within=60)


def _secret(name: str, keys: Keys, server: str) -> Manifest:
    data = {
        "tls.crt": keys.certificate(server).read_text(),
        "tls.key": keys.key(server).read_text(),
    }
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


def _service() -> Manifest:
    spec = {"selector": {"app": NAME}, "ports": [{"port": PORT}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": NAME}, "spec": spec}


def _pod(secret: str) -> Manifest:
    settings = ["ssl=on", "ssl_cert_file=/keys/tls.crt", "ssl_key_file=/keys/tls.key"]
    container = {
        "name": NAME,
        "image": postgres_image.NAME,
        "imagePullPolicy": "IfNotPresent",
        "args": [word for setting in settings for word in ("-c", setting)],
        "env": [{"name": "POSTGRES_PASSWORD", "value": PASSWORD}],
        "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 1},
        "volumeMounts": [{"name": "keys", "mountPath": "/keys"}],
    }
    spec = {
        "containers": [container],
        # PostgreSQL wants its key to be its own, or root's and not everybody's.
        "securityContext": {"fsGroup": postgres_image.GROUP},
        "volumes": [{"name": "keys", "secret": {"secretName": secret, "defaultMode": 0o440}}],
        "terminationGracePeriodSeconds": 0,
    }
    metadata = {"name": NAME, "labels": {"app": NAME}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def login(name: str, username: str, password: str) -> Manifest:
    data = {"username": username, "password": password}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


def app_binding(name: str, secret: str, **client: Any) -> Manifest:
    """The server by its Service."""
    service = {"name": NAME, "scheme": "postgresql", "port": PORT}
    config = {"service": service, **client}
    return {
        "apiVersion": "appcatalog.appscode.com/v1alpha1",
        "kind": "AppBinding",
        "metadata": {"name": name},
        "spec": {"type": "postgres", "clientConfig": config, "secret": {"name": secret}},
    }


def backs_up(configuration: Manifest, binding: str, **params: str) -> Manifest:
    """The configuration, made for a database."""
    spec = configuration["spec"]
    spec["target"] = {**TARGET, "name": binding}
    for session in spec["sessions"]:
        task = {"name": "logical-backup", "params": params}
        session["addon"] = {"name": "postgres-addon", "tasks": [task]}
    return configuration
