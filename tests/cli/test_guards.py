from __future__ import annotations

import pytest

from kubectl_kubestash.cli import guards
from kubectl_kubestash.errors import Refused
from kubectl_kubestash.resolve.image import Image
from kubectl_kubestash.resolve.load_image import is_built_here, load_command


@pytest.mark.parametrize(
    "context", ["kind-dev", "k3d-x", "minikube", "docker-desktop", "rancher-desktop", "microk8s"]
)
def test_a_cluster_on_the_own_machine_needs_no_leave(context: str) -> None:
    guards.refuse_context(context, "")
    assert guards.is_development(context)


@pytest.mark.parametrize("context", ["production", "gke_acme_eu_main", "", "my-kind"])
def test_any_other_context_must_be_allowed_by_name(context: str) -> None:
    with pytest.raises(Refused, match="does not look like a development cluster"):
        guards.refuse_context(context, "other")


def test_a_context_that_was_allowed_by_name_is_fine() -> None:
    guards.refuse_context("production", "production")
    assert not guards.is_development("production")


@pytest.mark.parametrize(
    ("context", "command"),
    [
        ("kind-dev", "kind load docker-image k:1 --name dev"),
        ("k3d-dev", "k3d image import k:1 --cluster dev"),
        ("minikube", "minikube image load k:1 --profile minikube"),
        (
            "gke_x",
            "docker save docker.io/library/k:1 | ctr -n k8s.io images import -   (each node)",
        ),
    ],
)
def test_the_command_that_loads_an_image_fits_the_kind_of_cluster(
    context: str, command: str
) -> None:
    assert load_command(Image.parse("k:1"), context, "k:1") == command


@pytest.mark.parametrize(
    ("image", "expected"), [("k:1", True), ("registry.example.com/team/k:1", False)]
)
def test_only_an_image_of_no_registry_must_be_loaded(image: str, expected: bool) -> None:
    assert is_built_here(Image.parse(image)) is expected
