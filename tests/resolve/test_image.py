from __future__ import annotations

import pytest

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.resolve.image import Image


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("kubectl-kubestash:0.1.0", ("docker.io/library", "kubectl-kubestash", "0.1.0")),
        ("kubectl-kubestash", ("docker.io/library", "kubectl-kubestash", "latest")),
        ("team/tool:1", ("docker.io/team", "tool", "1")),
        ("registry.test/team/tool:1", ("registry.test/team", "tool", "1")),
        ("localhost/tool", ("localhost", "tool", "latest")),
        ("localhost:5000/tool:1", ("localhost:5000", "tool", "1")),
        ("node:5000/a/b/tool", ("node:5000/a/b", "tool", "latest")),
        ("registry.test/tool:1@sha256:ab", ("registry.test", "tool", "1@sha256:ab")),
    ],
)
def test_an_image_is_told_apart(text: str, parts: tuple[str, str, str]) -> None:
    image = Image.parse(text)
    assert tuple(image) == parts
    assert str(image) == f"{parts[0]}/{parts[1]}:{parts[2]}"
    assert Image.parse(str(image)) == image


@pytest.mark.parametrize("text", ["", " ", ":1", "team/", "a b", "registry.test/:1"])
def test_what_has_no_repository_is_no_image(text: str) -> None:
    with pytest.raises(UsageError, match="not an image"):
        Image.parse(text)
