"""A cluster with something to see: a night of good and bad backups, and one that is running."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.flows import manifests
from tests.flows.volume import Volume
from tests.flows.world import Namespace, Operator, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.kubectl import Kubectl

_SLOW = {"limits": {"cpu": "150m"}}
"""So slow that its progress can be seen."""
_SIZES = {"orders": 24, "media": 64, "mail": 12}
"""Mebibytes of each volume."""
_FILMS = 400
"""Mebibytes that `media` grows by before its last backup."""


@contextmanager
def operated(kubectl: Kubectl, image: str, folder: Path) -> Iterator[Plugin]:
    """Install, with an operator at work on this machine as long as somebody looks."""
    plugin = Plugin(kubectl.kubeconfig)
    plugin("install", "--image", image)
    context = kubectl("config", "current-context").strip()
    words = ("--start-deadline", "30m", "--allow-context", context)
    operator = Operator(plugin, folder / "operator.log", words)
    operator.start()
    try:
        yield plugin
    finally:
        operator.stop()


def played(kubectl: Kubectl, plugin: Plugin) -> Namespace:
    """A shop whose backups have run for a while; returns its namespace."""
    shop = _namespace("shop", kubectl, plugin)
    volumes = _volumes(shop)
    shop.apply(manifests.encryption_secret(), manifests.retention("keep-3"), manifests.claim("nas"))
    where = ("--provider", "local", "--pvc", "nas", "--run-as-user", "0", "--usable-from", "All")
    shop.kubestash("create", "storage", "nas", *where)
    shop.wait_phase("backupstorage/nas", "Ready", within=120)
    for name in _SIZES:
        shop.apply(_configuration(name))
    for name in _SIZES:
        shop.kubestash("backup", "wait", f"{name}@latest", "--timeout", "5m", within=320)
    _backs_up(shop, "orders")
    _loses_its_password(shop)
    _restores(shop)
    films = ("if=/dev/urandom", "of=/data/films", "bs=1M", f"count={_FILMS}")
    volumes["media"].run("dd", *films, "status=none")
    shop.kubestash("backup", "now", "media")
    return shop


def _namespace(name: str, kubectl: Kubectl, plugin: Plugin) -> Namespace:
    kubectl("create", "namespace", name)
    kubectl.wait_for("-n", name, "get", "serviceaccount", "default", within=60)
    return Namespace(name, kubectl, plugin)


def _volumes(shop: Namespace) -> dict[str, Volume]:
    made = {name: Volume.make(shop, name) for name in _SIZES}
    for name, volume in made.items():
        volume.write(name, mebibytes=_SIZES[name])
    return made


def _configuration(name: str) -> dict[str, Any]:
    made = manifests.configuration(
        name, claim_name=name, storage="nas", directory=f"/{name}", session="nightly"
    )
    session = made["spec"]["sessions"][0]
    session["scheduler"] = {"schedule": "0 2 * * *", "jobTemplate": {}}
    session["sessionHistoryLimit"] = 10
    if name == "media":
        spec = session["addon"]["jobTemplate"]["spec"]
        spec["resources"] = _SLOW
    return made


def _backs_up(shop: Namespace, name: str) -> None:
    shop.kubestash("backup", "now", name, "--wait", "--timeout", "5m", within=320)


def _loses_its_password(shop: Namespace) -> None:
    """Somebody has changed the Secret that `mail` is encrypted with."""
    shop.apply(manifests.encryption_secret("a new one"))
    shop.try_kubestash("backup", "now", "mail", "--wait", "--timeout", "5m", within=320)
    shop.apply(manifests.encryption_secret())


def _restores(shop: Namespace) -> None:
    copy = Volume.make(shop, "orders-copy")
    shop.apply(manifests.restore("orders-back", claim_name="orders-copy", repository="orders-repo"))
    shop.wait_phase("restoresession/orders-back", "Succeeded", within=300)
    copy.destroy()
