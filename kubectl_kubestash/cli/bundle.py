"""What `install` puts into a cluster: kinds, roles, Functions, Addons."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..resolve.image import Image
from .guards import INSTALLED_BY, INSTALLER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..kube.client import Object

CRDS = Path(__file__).resolve().parents[2] / "crds"
"""Beside the package, in a checkout and in an installed wheel alike."""

OPTIONAL = Path(__file__).resolve().parents[1] / "api" / "optional"
"""Kinds of others."""

_IMAGE_VARIABLES = "${imageRegistry}/${imageRepo}:${imageTag}"


def crds() -> list[Object]:
    """The CustomResourceDefinitions of all our kinds."""
    found = [document for path in sorted(CRDS.glob("*.yaml")) for document in read_yaml(path)]
    if not found:
        raise UsageError(f"there are no CustomResourceDefinitions in {CRDS}")
    return [marked(document) for document in found]


def app_binding() -> Object:
    """The CustomResourceDefinition of AppBinding. Without our mark: it is KubeDB's, and stays."""
    return read_yaml(OPTIONAL / "appcatalog.appscode.com_appbindings.yaml")[0]


def roles() -> list[Object]:
    """The ClusterRoles that Jobs are bound to."""
    from ..resolve.access import cluster_roles  # noqa: PLC0415 - not for --help

    return [marked(role) for role in cluster_roles()]


def catalogue(image: str = "") -> list[Object]:
    """Functions, then Addons. With an image, Functions name it instead of asking for ours."""
    from ..catalog import documents  # noqa: PLC0415 - reads files

    return [_with_image(marked(document), image) for document in documents()]


def read_yaml(path: Path) -> list[Object]:
    """All documents of a file. Raises UsageError for what is no YAML."""
    return parse_yaml(path.read_text(encoding="utf-8"), str(path))


def parse_yaml(text: str, name: str) -> list[Object]:
    """All documents of a text; Lists are unfolded. Raises UsageError that names the source."""
    import yaml  # noqa: PLC0415 - 20 ms that only readers of manifests pay

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = [document for document in yaml.load_all(text, loader) if document]
    except yaml.YAMLError as error:
        raise UsageError(f"{name} is not YAML: {error}") from None
    found: list[Object] = []
    for document in documents:
        if not isinstance(document, dict) or not document.get("kind"):
            raise UsageError(f"{name} holds something that is no Kubernetes object")
        nested = document.get("items") if document["kind"] == "List" else None
        found += nested if nested is not None else [document]
    return found


def marked(document: Mapping[str, Any]) -> Object:
    """A copy with the label of everything that `install` makes."""
    copy = deepcopy(dict(document))
    copy["metadata"].setdefault("labels", {})[INSTALLED_BY] = INSTALLER
    return copy


def _with_image(document: Object, image: str) -> Object:
    if image and document["kind"] == "Function":
        templated = str(document["spec"].get("image", ""))
        document["spec"]["image"] = templated.replace(_IMAGE_VARIABLES, str(Image.parse(image)))
    return document
