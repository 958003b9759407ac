"""Which container image is meant by a short name?

The rules of a bare name are those of the container tools
(https://distribution.github.io/reference/): without a registry it is Docker Hub's, without a
namespace there it is `library`, without a tag it is `latest`.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import UsageError

DEFAULT_REGISTRY = "docker.io"


class Image(NamedTuple):
    """An image in three parts, as the variables of a Function name them."""

    registry: str
    """Host, and the path down to the last `/`."""

    repository: str
    tag: str
    """What follows the repository: a tag, or `tag@sha256:…`."""

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}:{self.tag}"

    @classmethod
    def parse(cls, text: str) -> Image:
        """The image that a user means by this text. Raises UsageError when it cannot be one."""
        path, at, digest = text.strip().partition("@")
        head, slash, last = path.rpartition("/")
        repository, _, tag = last.partition(":")
        if not repository or any(character.isspace() for character in text.strip()):
            raise UsageError(f"{text!r} is not an image: it has no repository name.")
        registry = head if slash and _is_host(head.split("/")[0]) else _hub(head)
        return cls(registry, repository, f"{tag or 'latest'}{at}{digest}")


def _is_host(first: str) -> bool:
    return first == "localhost" or "." in first or ":" in first


def _hub(namespace: str) -> str:
    return f"{DEFAULT_REGISTRY}/{namespace or 'library'}"
