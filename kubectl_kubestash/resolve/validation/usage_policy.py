"""Does a usage policy say whom it admits?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api.usage_policy import UsagePolicy


def usage_policy_findings(owner: str, policy: UsagePolicy | None) -> Iterator[Finding]:
    """Objections to `spec.usagePolicy`."""
    allowed = policy.allowed_namespaces if policy else None
    field = "spec.usagePolicy.allowedNamespaces"
    if allowed is None:
        return
    if not allowed.from_.is_known:
        message = f"{owner}: {field}.from: {allowed.from_!r} is none of All, Selector and Same."
        yield Finding("InvalidUsagePolicy", message, f"{field}.from")
    if allowed.from_ == "Selector" and allowed.selector is None:
        message = f"{owner}: {field}.selector: `from: Selector` needs a selector."
        yield Finding("SelectorMissing", message, f"{field}.selector")
