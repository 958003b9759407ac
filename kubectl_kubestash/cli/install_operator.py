"""`install --operator`: what is applied, and what must be right before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..api.resources import DEPLOYMENT, NAMESPACE, ObjectKey
from ..errors import AlreadyExists, ClusterError, Refused, UsageError
from ..resolve.image import Image
from ..resolve.operator_manifests import OperatorSettings, operator_manifests
from ..resolve.operator_role import OPERATOR
from . import bundle, diagnostics, guards, load_image
from .help_page import PROGRAM

if TYPE_CHECKING:
    from ..api.resources import Resource
    from ..kube.client import Client, Object

DEFAULT_NAMESPACE = "kubestash"
_GONE_WITHIN = 120.0


def documents(settings: OperatorSettings) -> list[Object]:
    """The operator's objects, marked as ours, in the order in which they can be applied."""
    if settings.replicas < 1:
        raise UsageError("--replicas must be 1 or more")
    return [bundle.marked(document) for document in operator_manifests(settings)]


def installed(client: Client) -> Object | None:
    """The operator's Deployment that `install` has made, in whatever namespace."""
    found = [
        each
        for each in client.list(DEPLOYMENT)
        if guards.is_ours(each) and each["metadata"]["name"] == OPERATOR
    ]
    return found[0] if found else None


def refuse_elsewhere(there: Object | None, namespace: str) -> None:
    """Raises Refused when it is installed in another namespace."""
    home = there["metadata"]["namespace"] if there else namespace
    if home != namespace:
        raise Refused(
            f"the operator is installed in namespace {home}",
            f"add --namespace {home}, or remove it first: {PROGRAM} uninstall",
        )


def image_of(deployment: Object | None) -> str:
    """The image that the operator runs from now, or empty."""
    if deployment is None:
        return ""
    containers = deployment["spec"]["template"]["spec"]["containers"]
    return str(next((each["image"] for each in containers if each["name"] == "operator"), ""))


def choose_image(asked: str, there: Object | None) -> str:
    """What was asked for; else ours, but where another was chosen before, that one stays.

    An image that somebody has copied to a registry must not be replaced by one that no node has.
    """
    present = image_of(there)
    if asked or not present:
        return asked or load_image.DEFAULT
    ours = Image.parse(load_image.DEFAULT)
    if Image.parse(present)._replace(tag="") == ours._replace(tag=""):
        return load_image.DEFAULT
    if present != load_image.DEFAULT:
        diagnostics.note(f"the operator's image stays {present}; another: --image")
    return present


def prepare(client: Client, wanted: list[Object], there: Object | None) -> list[Object]:
    """Those of the documents that are to be applied; what cannot be changed is removed before.

    A namespace that somebody else has made stays theirs. A Deployment whose selector is another
    is made anew, with the labels and annotations that others have put on it.
    """
    documents = []
    for document in wanted:
        if document["kind"] == NAMESPACE.kind and not _make_namespace(client, document):
            continue
        if document["kind"] == DEPLOYMENT.kind and there is not None:
            document = _replaced(client, document, there)  # noqa: PLW2901 - the same, completed
        documents.append(document)
    return documents


def _make_namespace(client: Client, document: Object) -> bool:
    """Whether it is ours to apply. One that is just going is waited for."""
    key = ObjectKey("", document["metadata"]["name"])
    found = client.find(NAMESPACE, key)
    if found is not None and found["metadata"].get("deletionTimestamp"):
        diagnostics.note(f"waiting until the old namespace {key.name} is gone")
        _wait_until_gone(client, NAMESPACE, key)
        found = None
    if found is None:
        try:
            found = client.create(NAMESPACE, document)
        except AlreadyExists:
            found = client.get(NAMESPACE, key)
    return guards.is_ours(found)


def _replaced(client: Client, document: Object, there: Object) -> Object:
    if there["spec"]["selector"] == document["spec"]["selector"]:
        return document
    metadata = there["metadata"]
    key = ObjectKey(metadata["namespace"], metadata["name"])
    client.delete(DEPLOYMENT, key, uid=metadata["uid"], propagation="Foreground")
    _wait_until_gone(client, DEPLOYMENT, key)
    kept = {
        field: {**(metadata.get(field) or {}), **(document["metadata"].get(field) or {})}
        for field in ("labels", "annotations")
    }
    return {**document, "metadata": {**document["metadata"], **kept}}


def _wait_until_gone(client: Client, resource: Resource, key: ObjectKey) -> None:
    end = time.monotonic() + _GONE_WITHIN
    while client.find(resource, key) is not None:
        if time.monotonic() > end:
            raise ClusterError(
                f"{resource.kind} {key} is still being removed", f"{PROGRAM} install --operator"
            )
        time.sleep(0.5)
