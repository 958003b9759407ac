"""Which operator works now? Who holds the Lease that all of them share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..api.resources import LEASE
from ..resolve.operator_manifests import LEASE as OPERATOR_LEASE
from ..views.fields import at, text, time_of

if TYPE_CHECKING:
    from ..gather.reader import Reader


def running_operator(client: Reader) -> str:
    """Who holds the operators' Lease now, or empty."""
    lease = client.find(LEASE, OPERATOR_LEASE) or {}
    holder = text(lease, "spec", "holderIdentity")
    renewed = time_of(at(lease, "spec", "renewTime"))
    duration = timedelta(seconds=int(at(lease, "spec", "leaseDurationSeconds") or 15))
    is_fresh = renewed is not None and datetime.now(UTC) - renewed < 2 * duration
    return holder if is_fresh else ""
