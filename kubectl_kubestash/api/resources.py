"""Where each kind lives in the Kubernetes API. Plain data: all that `get` needs, no pydantic.

Group, version, plural and short names as served by KubeStash's CustomResourceDefinitions and by
Kubernetes itself (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris).
"""

from __future__ import annotations

from typing import NamedTuple


class ObjectKey(NamedTuple):
    """Namespace and name of an object; the namespace is empty for cluster-scoped kinds."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Resource(NamedTuple):
    """The address of one kind."""

    group: str
    """Empty for the core group."""
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    has_status: bool = False
    """Whether /status is a subresource, so that a patch of the object leaves the status alone."""

    @property
    def api_version(self) -> str:
        """`group/version`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        """The kind in lower case, as kubectl prints it."""
        return self.kind.lower()

    @property
    def full_name(self) -> str:
        """`singular.group`, the form that no other group's kind can be mistaken for."""
        return f"{self.singular}.{self.group}" if self.group else self.singular

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection, an object, or a subresource of it."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        parts = [root]
        if namespace and self.namespaced:
            parts += ["namespaces", namespace]
        parts += [part for part in (self.plural, name, subresource) if part]
        return "/".join(parts)


CORE_GROUP = "core.kubestash.com"
STORAGE_GROUP = "storage.kubestash.com"
ADDONS_GROUP = "addons.kubestash.com"
VERSION = "v1alpha1"
_ALL = ("kubestash", "appscode", "all")
_NOT_ALL = ("kubestash", "appscode")

BACKUP_STORAGE = Resource(
    STORAGE_GROUP, VERSION, "BackupStorage", "backupstorages", categories=_ALL, has_status=True
)
REPOSITORY = Resource(
    STORAGE_GROUP, VERSION, "Repository", "repositories", True, ("repo",), _ALL, has_status=True
)
SNAPSHOT = Resource(
    STORAGE_GROUP, VERSION, "Snapshot", "snapshots", categories=_NOT_ALL, has_status=True
)
RETENTION_POLICY = Resource(
    STORAGE_GROUP, VERSION, "RetentionPolicy", "retentionpolicies", categories=_NOT_ALL
)
BACKUP_CONFIGURATION = Resource(
    CORE_GROUP, VERSION, "BackupConfiguration", "backupconfigurations", True, ("bc",), _ALL, True
)
BACKUP_SESSION = Resource(
    CORE_GROUP, VERSION, "BackupSession", "backupsessions", categories=_ALL, has_status=True
)
RESTORE_SESSION = Resource(
    CORE_GROUP, VERSION, "RestoreSession", "restoresessions", True, ("restore",), _ALL, True
)
BACKUP_BATCH = Resource(
    CORE_GROUP, VERSION, "BackupBatch", "backupbatches", categories=_ALL, has_status=True
)
BACKUP_BLUEPRINT = Resource(
    CORE_GROUP, VERSION, "BackupBlueprint", "backupblueprints", categories=_ALL
)
BACKUP_VERIFIER = Resource(CORE_GROUP, VERSION, "BackupVerifier", "backupverifier", categories=_ALL)
BACKUP_VERIFICATION_SESSION = Resource(
    CORE_GROUP,
    VERSION,
    "BackupVerificationSession",
    "backupverificationsession",
    categories=_ALL,
    has_status=True,
)
HOOK_TEMPLATE = Resource(CORE_GROUP, VERSION, "HookTemplate", "hooktemplates", categories=_ALL)
ADDON = Resource(ADDONS_GROUP, VERSION, "Addon", "addons", False, categories=_ALL)
FUNCTION = Resource(ADDONS_GROUP, VERSION, "Function", "functions", False, ("fn",), _ALL)

OURS = (
    BACKUP_STORAGE,
    REPOSITORY,
    SNAPSHOT,
    RETENTION_POLICY,
    BACKUP_CONFIGURATION,
    BACKUP_BATCH,
    BACKUP_SESSION,
    RESTORE_SESSION,
    BACKUP_BLUEPRINT,
    HOOK_TEMPLATE,
    BACKUP_VERIFIER,
    BACKUP_VERIFICATION_SESSION,
    ADDON,
    FUNCTION,
)
"""The kinds whose CustomResourceDefinitions we install."""

APP_BINDING = Resource("appcatalog.appscode.com", VERSION, "AppBinding", "appbindings")

CONFIG_MAP = Resource("", "v1", "ConfigMap", "configmaps", True, ("cm",))
EVENT = Resource("", "v1", "Event", "events", True, ("ev",))
NAMESPACE = Resource("", "v1", "Namespace", "namespaces", False, ("ns",), has_status=True)
NODE = Resource("", "v1", "Node", "nodes", False, ("no",), has_status=True)
PERSISTENT_VOLUME_CLAIM = Resource(
    "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", True, ("pvc",), has_status=True
)
POD = Resource("", "v1", "Pod", "pods", True, ("po",), has_status=True)
SECRET = Resource("", "v1", "Secret", "secrets")
SERVICE_ACCOUNT = Resource("", "v1", "ServiceAccount", "serviceaccounts", True, ("sa",))
DEPLOYMENT = Resource("apps", "v1", "Deployment", "deployments", True, ("deploy",), has_status=True)
JOB = Resource("batch", "v1", "Job", "jobs", has_status=True)
CRON_JOB = Resource("batch", "v1", "CronJob", "cronjobs", True, ("cj",), has_status=True)
LEASE = Resource("coordination.k8s.io", "v1", "Lease", "leases")
STORAGE_CLASS = Resource("storage.k8s.io", "v1", "StorageClass", "storageclasses", False, ("sc",))
_RBAC = "rbac.authorization.k8s.io"
ROLE = Resource(_RBAC, "v1", "Role", "roles")
ROLE_BINDING = Resource(_RBAC, "v1", "RoleBinding", "rolebindings")
CLUSTER_ROLE = Resource(_RBAC, "v1", "ClusterRole", "clusterroles", False)
CUSTOM_RESOURCE_DEFINITION = Resource(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    False,
    ("crd",),
    has_status=True,
)


def ours_by_word(word: str) -> Resource | None:
    """The KubeStash kind that a user means: plural, singular, short name, kind, `plural.group`.

    `sessions`, `session` and `configurations` are accepted for the two kinds people type most.
    """
    typed = word.lower()
    for resource in OURS:
        words = {resource.plural, resource.singular, *resource.short_names}
        words |= {f"{name}.{resource.group}" for name in words}
        if typed in words:
            return resource
    return {
        "session": BACKUP_SESSION,
        "sessions": BACKUP_SESSION,
        "configuration": BACKUP_CONFIGURATION,
        "configurations": BACKUP_CONFIGURATION,
        "storage": BACKUP_STORAGE,
        "storages": BACKUP_STORAGE,
    }.get(typed)
