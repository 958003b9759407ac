"""Is our image on the nodes of a development cluster? If not, which command brings it there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import __version__
from ..api.resources import NODE
from ..errors import ClusterError
from ..resolve.image import Image
from ..resolve.load_image import is_built_here, load_command
from . import diagnostics

if TYPE_CHECKING:
    from ..kube.client import Client

DEFAULT = f"kubectl-kubestash:{__version__}"


def warn_if_missing(client: Client, text: str, context: str) -> None:
    """Say which command loads the image, where no node has it and it is not published."""
    image = Image.parse(text)
    if is_built_here(image) and not on_a_node(client, image):
        diagnostics.warn(
            f"no node has the image {text} yet; load it: {load_command(image, context, text)}"
        )


def on_a_node(client: Client, image: Image) -> bool:
    """Whether some node says that it has the image; also True when nodes cannot be read.

    A kubelet names at most fifty of its images, so False is not the last word.
    """
    try:
        nodes = client.list(NODE)
    except ClusterError:
        return True
    names = {
        name
        for node in nodes
        for entry in node.get("status", {}).get("images", ())
        for name in entry.get("names") or ()
    }
    short = f"{image.repository}:{image.tag}"
    return any(name == str(image) or name.endswith(f"/{short}") for name in names) or short in names
