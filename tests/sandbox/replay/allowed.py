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

    request: str
    field: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether this difference is meant."""
        is_request = re.search(self.request, difference.request)
        return bool(is_request and re.fullmatch(self.field, difference.field))


ALLOWED = (
    Allowed(
        r"^GET /version",
        r"\.(compiler|emulationM..or|gitCommit|gitVersion|goVersion|minCompatibilityM..or)",
        "the sandbox is no build of Go, and its version says who it is",
    ),
    Allowed(
        r"/(backupsessionsofnobody|things)\b",
        r"\.|media type",
        "a path that nobody serves is refused in JSON, not as plain text",
    ),
    Allowed(
        r"^(GET|POST|PATCH|DELETE) /api/v1/namespaces(/[a-z0-9-]+)?(\?|$| )",
        r".*",
        "a deleted namespace goes at once; here nobody finishes it on the real one",
    ),
    Allowed(
        r"^POST /api/v1/namespaces/[^/]+/configmaps|^POST /apis/batch/v1/",
        r"\.data|\.spec\.template\.metadata\.annotations",
        "an empty map stays, where Go leaves it out",
    ),
    Allowed(
        r"^DELETE /api/v1/namespaces/[^/]+/configmaps",
        r"\.details\.kind|\.message",
        "a precondition that does not hold names the resource, not the kind",
    ),
    Allowed(
        r"customresourcedefinitions",
        r".*\.(conversion|categories)",
        "only one version of a kind is served, so nothing is converted",
    ),
    Allowed(
        r"/statefulsets",
        r"\.spec\.volumeClaimTemplates\[\d+\]\.(apiVersion|kind|status)",
        "templates of claims are kept as they are sent",
    ),
)


def unexplained(found: list[Difference]) -> list[Difference]:
    """Those that no entry covers."""
    return [each for each in found if not any(entry.covers(each) for entry in ALLOWED)]
