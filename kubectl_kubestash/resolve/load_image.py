"""How does an image that nobody can pull come to the nodes of a development cluster?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .image import Image

_NO_REGISTRY = "docker.io/library"


def is_built_here(image: Image) -> bool:
    """Whether nobody can pull it, because it names no registry of its own."""
    return image.registry == _NO_REGISTRY


def load_command(image: Image, context: str, text: str = "") -> str:
    """The command that copies an image to the nodes of this kind of cluster.

    `context` is the name of the kubeconfig's context, by which kind, k3d and minikube are known;
    `text` is what the user calls the image.
    """
    name = text or str(image)
    if context.startswith("kind-"):
        return f"kind load docker-image {name} --name {context.removeprefix('kind-')}"
    if context.startswith("k3d-"):
        return f"k3d image import {name} --cluster {context.removeprefix('k3d-')}"
    if context.startswith("minikube"):
        return f"minikube image load {name} --profile {context}"
    return f"docker save {image} | ctr -n k8s.io images import -   (each node)"
