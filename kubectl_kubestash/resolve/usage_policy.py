"""May objects of this namespace use that storage or policy?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.storage.usage_policy import UsagePolicy


def admits(
    policy: UsagePolicy | None, *, owner_namespace: str, namespace: Mapping[str, Any]
) -> bool:
    """Whether the owner of this policy, in `owner_namespace`, may be used from `namespace`."""
    raise NotImplementedError
