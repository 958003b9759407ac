"""What `install --operator` applies, without a cluster."""

from __future__ import annotations

from typing import Any

from kubectl_kubestash.resolve.operator_manifests import (
    LEASE,
    OperatorSettings,
    operator_manifests,
)


def _objects(**settings: Any) -> dict[str, dict[str, Any]]:
    found = operator_manifests(OperatorSettings(image="img:1", namespace="tools", **settings))
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in found}


def test_the_namespace_comes_first_and_pods_before_what_asks_them() -> None:
    kinds = [each["kind"] for each in operator_manifests(OperatorSettings(image="img:1"))]

    last = ["Deployment", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
    assert kinds[0] == "Namespace"
    assert kinds[-3:] == last
    assert kinds.index("ServiceAccount") < kinds.index("ClusterRoleBinding")


def test_a_container_has_no_more_rights_on_its_node_than_it_needs() -> None:
    pod = _objects()["Deployment/kubestash-operator"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert "runtimeClassName" not in pod
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"]["cpu"]


def test_the_selector_finds_the_pods_of_deployment_service_and_budget() -> None:
    objects = _objects()
    deployment = objects["Deployment/kubestash-operator"]["spec"]
    marks = deployment["template"]["metadata"]["labels"]

    assert deployment["selector"]["matchLabels"].items() <= marks.items()
    service = objects["Service/kubestash-operator-metrics"]["spec"]
    assert service["selector"].items() <= marks.items()
    budget = objects["PodDisruptionBudget/kubestash-operator"]["spec"]
    assert budget["selector"]["matchLabels"].items() <= marks.items()


def test_one_alone_has_no_budget_because_it_could_never_be_moved() -> None:
    assert "PodDisruptionBudget/kubestash-operator" not in _objects(replicas=1)


def test_the_lease_is_where_every_operator_of_the_cluster_looks() -> None:
    role = _objects()["Role/kubestash-operator-lease"]
    named = [rule for rule in role["rules"] if "resourceNames" in rule]

    assert role["metadata"]["namespace"] == LEASE.namespace == "kube-system"
    assert [rule["resourceNames"] for rule in named] == [[LEASE.name]]
    assert all("delete" not in rule["verbs"] for rule in role["rules"])


def test_all_rights_go_to_the_one_account_of_the_operator() -> None:
    bindings = [each for each in _objects().values() if each["kind"].endswith("RoleBinding")]

    assert len(bindings) == 3
    for binding in bindings:
        assert binding["subjects"] == [
            {"kind": "ServiceAccount", "name": "kubestash-operator", "namespace": "tools"}
        ]


def test_other_namespaces_may_be_referred_to_only_when_that_was_said() -> None:
    def arguments(**settings: Any) -> list[str]:
        pod = _objects(**settings)["Deployment/kubestash-operator"]["spec"]["template"]["spec"]
        return list(pod["containers"][0]["args"])

    assert "--no-allow-cross-namespace" in arguments()
    assert "--allow-cross-namespace" in arguments(allow_cross_namespace=True)
