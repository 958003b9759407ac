"""What does the operator consist of in a cluster?

A Deployment of two, one of which works while the other stands by; its ServiceAccount and rights;
Services for its metrics and its webhook. It satisfies the `restricted` level of
https://kubernetes.io/docs/concepts/security/pod-security-standards/.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..api.resources import (
    DEPLOYMENT,
    NAMESPACE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    ObjectKey,
    Resource,
)
from .admission.configurations import webhook_configurations
from .manifest import Object, manifest
from .operator_role import (
    OPERATOR,
    WEBHOOK_ROLE,
    lease_rules,
    operator_cluster_roles,
    webhook_rules,
)

_RBAC = "rbac.authorization.k8s.io"
ROLE = Resource(_RBAC, "v1", "Role", "roles")
SERVICE = Resource("", "v1", "Service", "services")
CLUSTER_ROLE_BINDING = Resource(_RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", False)
POD_DISRUPTION_BUDGET = Resource(
    "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", has_status=True
)

LEASE = ObjectKey("kube-system", "kubestash-operator")
"""The one Lease of all operators of a cluster, wherever they run."""

LEASE_ROLE = f"{OPERATOR}-lease"
METRICS_SERVICE = f"{OPERATOR}-metrics"
WEBHOOK_SERVICE = f"{OPERATOR}-webhook"
WEBHOOK_SECRET = f"{OPERATOR}-webhook"
"""Where the operator keeps the certificate of the webhook, in its own namespace."""

SELECTOR = {"app.kubernetes.io/name": "kubectl-kubestash", "app.kubernetes.io/component": OPERATOR}
"""Labels of its Pods. A Deployment's selector can never be changed, so neither may these."""

HEALTH_PORT, METRICS_PORT, WEBHOOK_PORT = 8081, 8443, 9443
_GRACE = 60
"""Seconds: it finishes what it does within 20, then gives the Lease back."""


@dataclass(frozen=True, kw_only=True)
class OperatorSettings:
    """What `install --operator` lets people choose."""

    image: str
    namespace: str = "kubestash"
    replicas: int = 2
    allow_cross_namespace: bool = False


def operator_manifests(settings: OperatorSettings) -> list[Object]:
    """Everything, in the order in which it can be applied.

    The namespace first, then what Pods need, Pods, and last what makes the API server ask them.
    """
    account = ObjectKey(settings.namespace, OPERATOR)
    objects = [
        manifest(NAMESPACE, ObjectKey("", settings.namespace)),
        manifest(SERVICE_ACCOUNT, account, automountServiceAccountToken=False),
        *operator_cluster_roles(),
        _bound(CLUSTER_ROLE_BINDING, ObjectKey("", OPERATOR), "ClusterRole", account),
        manifest(ROLE, ObjectKey(LEASE.namespace, LEASE_ROLE), rules=lease_rules(LEASE.name)),
        _bound(ROLE_BINDING, ObjectKey(LEASE.namespace, LEASE_ROLE), "Role", account),
        *_webhook_role(account),
        _service(ObjectKey(settings.namespace, METRICS_SERVICE), "metrics", METRICS_PORT),
        _service(ObjectKey(settings.namespace, WEBHOOK_SERVICE), "webhook", 443),
    ]
    if settings.replicas > 1:
        objects.append(_budget(settings.namespace))
    # The API server asks from then on: what is applied before need not wait for a Pod.
    return [*objects, _deployment(settings), *_webhook_configurations(account)]


def _bound(resource: Resource, key: ObjectKey, role_kind: str, account: ObjectKey) -> Object:
    return manifest(
        resource,
        key,
        roleRef={"apiGroup": _RBAC, "kind": role_kind, "name": key.name},
        subjects=[{"kind": "ServiceAccount", "name": account.name, "namespace": account.namespace}],
    )


def _service(key: ObjectKey, name: str, number: int) -> Object:
    port = {"name": name, "port": number, "targetPort": name, "protocol": "TCP"}
    spec = {"selector": dict(SELECTOR), "ports": [port]}
    return manifest(SERVICE, key, labels=SELECTOR, spec=spec)


def _webhook_role(account: ObjectKey) -> list[Object]:
    key = ObjectKey(account.namespace, WEBHOOK_ROLE)
    return [
        manifest(ROLE, key, rules=webhook_rules(WEBHOOK_SECRET)),
        _bound(ROLE_BINDING, key, "Role", account),
    ]


def _webhook_configurations(account: ObjectKey) -> list[Object]:
    def reached_at(path: str) -> Object:
        service = {"namespace": account.namespace, "name": WEBHOOK_SERVICE, "port": 443}
        return {"service": {**service, "path": path}}

    user = f"system:serviceaccount:{account.namespace}:{account.name}"
    return webhook_configurations(reached_at, account=user)


def _budget(namespace: str) -> Object:
    return manifest(
        POD_DISRUPTION_BUDGET,
        ObjectKey(namespace, OPERATOR),
        spec={"maxUnavailable": 1, "selector": {"matchLabels": dict(SELECTOR)}},
    )


def _deployment(settings: OperatorSettings) -> Object:
    return manifest(
        DEPLOYMENT,
        ObjectKey(settings.namespace, OPERATOR),
        labels=SELECTOR,
        spec={
            "replicas": settings.replicas,
            "revisionHistoryLimit": 3,
            "progressDeadlineSeconds": 300,
            "selector": {"matchLabels": dict(SELECTOR)},
            # No old one goes before a new one is ready: a bad image stops nothing.
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
            "template": {"metadata": {"labels": dict(SELECTOR)}, "spec": _pod(settings)},
        },
    )


def _pod(settings: OperatorSettings) -> Object:
    return {
        "serviceAccountName": OPERATOR,
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _GRACE,
        # Which user it is says the image: 65534. A platform may put another in its place.
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": dict(SELECTOR)},
            }
        ],
        "containers": [_container(settings)],
        "volumes": [{"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}}],
    }


def _container(settings: OperatorSettings) -> Object:
    leave = (
        "--allow-cross-namespace"
        if settings.allow_cross_namespace
        else ("--no-allow-cross-namespace")
    )
    return {
        "name": "operator",
        "image": settings.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["kubectl-kubestash"],
        "args": [
            "controller",
            "run",
            f"--image={settings.image}",
            leave,
            f"--health-bind-address=:{HEALTH_PORT}",
            f"--metrics-bind-address=:{METRICS_PORT}",
            f"--webhook-bind-address=:{WEBHOOK_PORT}",
        ],
        # Else each thread keeps memory of its own that it has freed.
        "env": [{"name": "MALLOC_ARENA_MAX", "value": "2"}],
        "ports": [
            {"name": "health", "containerPort": HEALTH_PORT, "protocol": "TCP"},
            {"name": "metrics", "containerPort": METRICS_PORT, "protocol": "TCP"},
            {"name": "webhook", "containerPort": WEBHOOK_PORT, "protocol": "TCP"},
        ],
        "livenessProbe": _probe("/healthz", period=20),
        "readinessProbe": _probe("/readyz", period=5),
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - in the container
    }


def _probe(path: str, *, period: int) -> Object:
    return {
        "httpGet": {"path": path, "port": "health", "scheme": "HTTP"},
        "initialDelaySeconds": 1,
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": 3,
    }
