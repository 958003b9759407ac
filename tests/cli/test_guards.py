from __future__ import annotations

from typing import Any

import pytest

from kubectl_kubestash.cli import catalogue_owner, guards
from kubectl_kubestash.errors import Refused
from kubectl_kubestash.resolve.image import Image
from kubectl_kubestash.resolve.load_image import is_built_here, load_command


@pytest.mark.parametrize(
    "context",
    ["kind-dev", "k3d-x", "minikube", "docker-desktop", "microk8s", "kubestash-sandbox"],
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


def applied_by(*managers: str, field: str = "f:spec") -> dict[str, Any]:
    """An object of our catalogue with entries of the server about who has set what."""
    entries = [{"manager": manager, "fieldsV1": {field: {}}} for manager in managers]
    labels = {"app.kubernetes.io/part-of": "kubectl-kubestash"}
    return {"metadata": {"name": "a", "labels": labels, "managedFields": entries}}


def test_an_object_is_in_other_hands_when_somebody_else_has_set_a_part_of_its_spec() -> None:
    ours = applied_by("kubectl-kubestash")
    labelled = applied_by("kubectl-label", field="f:metadata")
    changed = applied_by("kubectl-kubestash", "helm")

    assert [catalogue_owner.in_other_hands(each) for each in (ours, labelled, changed)] == [
        *("", "", "helm")
    ]
    assert catalogue_owner.is_ours_alone(ours)
    assert not catalogue_owner.is_ours_alone(changed)
    assert not catalogue_owner.is_ours_alone({"metadata": {"name": "a"}})
