"""Where the sandbox answers otherwise than a real API server, and why that may stay.

docs/sandbox.md shows this list; a test compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .comparison import Difference


class Allowed(NamedTuple):
    """Differences whose request and field match, and the reason."""

    title: str
    request: str
    field: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether this difference is meant."""
        is_request = re.search(self.request, difference.request)
        return bool(is_request and re.fullmatch(self.field, difference.field))


ALLOWED = (
    Allowed(
        "`GET /version`",
        r"^GET /version",
        r"\.(compiler|emulationM..or|gitCommit|gitVersion|goVersion|minCompatibilityM..or)",
        "the sandbox is no build of Go, and its version says who it is",
    ),
    Allowed(
        "a resource that nobody serves",
        r"/(backupsessionsofnobody|things)\b",
        r"\.|media type",
        "a path that nobody serves is refused in JSON, not as plain text",
    ),
    Allowed(
        "namespaces",
        r"^(GET|POST|PATCH|DELETE) /api/v1/namespaces(/[a-z0-9-]+)?(\?|$| )",
        r".*",
        "a deleted namespace goes at once; here nobody finishes it on the real one",
    ),
    Allowed(
        "an empty map or list in a new object",
        r"^POST ",
        r"\.data|\.spec\.template\.(metadata\.annotations|spec\.volumes)|\.metadata\.generation",
        "an empty value stays, where Go leaves it out",
    ),
    Allowed(
        "deleting with a precondition that does not hold",
        r"^DELETE /api/v1/namespaces/[^/]+/configmaps",
        r"\.details\.kind|\.message",
        "a precondition that does not hold names the resource, not the kind",
    ),
    Allowed(
        "CustomResourceDefinitions",
        r"customresourcedefinitions",
        r".*\.(conversion|categories)|.*\.status\..*",
        "only one version of a kind is served, so nothing is converted, and no name is refused",
    ),
    Allowed(
        "lists of Kubernetes' own kinds",
        r"^GET /",
        r"\.items\[\d+\]\.(apiVersion|kind)",
        "each item says what it is",
    ),
    Allowed(
        "StatefulSets",
        r"/statefulsets",
        r"\.spec\.volumeClaimTemplates\[\d+\]\.(apiVersion|kind|status)",
        "templates of claims are kept as they are sent",
    ),
    Allowed(
        "server-side apply of what was applied otherwise before",
        r"^PATCH /apis/(apps|batch)/v1/.*(apply-patch|json-patch)",
        r"status code|\.metadata\.(generation|annotations\.kubectl.*last-applied-configuration)",
        "there are no managed fields, so nothing conflicts and nothing is taken over",
    ),
    Allowed(
        "reviews of who may do what, and tokens",
        r"reviews|/token",
        r"\.spec\.(namespace|audiences|boundObjectRef|expirationSeconds)|\.metadata\.name.*",
        "everybody may do everything, and there is one token for all",
    ),
    Allowed(
        "tables of Kubernetes' own kinds",
        r"^GET /(api|apis/(apps|batch|(apiext|coord|rbac|storage)[a-z.]*8s\.io))/v1/.*Table",
        r"\.(columnDefinitions|rows).*",
        "they show a name, an age and a field or two",
    ),
    Allowed(
        "EndpointSlices, HorizontalPodAutoscalers, ReplicationControllers",
        r"/(endpointslices|horizontalpodautoscalers|replicationcontrollers)",
        r"status code",
        "kinds that nothing here acts on are not served",
    ),
    Allowed(
        "DaemonSets",
        r"/daemonsets",
        r".*deprecated.daemonset.template.generation",
        "an annotation that is deprecated is left out",
    ),
    Allowed(
        "deleting a Pod",
        r"^DELETE /api/v1/namespaces/[^/]+/pods/",
        r"\.metadata\.(generation|deletionGracePeriodSeconds)",
        "a Pod that goes at once counts no last generation",
    ),
    Allowed(
        "Pods and what has a template of them",
        r"^(GET|POST|PATCH|DELETE) /(api/v1/.*/pods|apis/(apps|batch)/v1/)",
        r".*\.(imagePullPolicy|serviceAccount|resources\.requests.*|qosClass)",
        "what follows from other fields and nobody here reads is not filled in",
    ),
    Allowed(
        "Services",
        r"/services",
        r"\.spec\.(clusterIPs?|ipFamil.*|ports.*)",
        "a Service is a name for 127.0.0.1, and has no address",
    ),
    Allowed(
        "the log of a Pod that no node has taken",
        r"/pods/[^/]+/log",
        r"status code",
        "it is refused as that of a container that waits, where a real one answers nothing",
    ),
    Allowed(
        "`GET /openapi/v2`",
        r"^GET /openapi/v2",
        r"status code",
        "kubectl takes version 3 where there is no other",
    ),
    Allowed(
        "`GET /api/v1`",
        r"^GET /api/v1( |$|\?)",
        r"\.apiVersion",
        "the list of resources says its own version, as all other lists do",
    ),
)


def unexplained(found: list[Difference]) -> list[Difference]:
    """Those that no entry covers."""
    return [each for each in found if not any(entry.covers(each) for entry in ALLOWED)]
