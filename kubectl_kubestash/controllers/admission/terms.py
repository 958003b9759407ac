"""What is in the Secret of the webhook, and for how long it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CA, CA_KEY, CERTIFICATE, KEY = "ca.crt", "ca.key", "tls.crt", "tls.key"
"""Keys of the Secret. `ca.crt` holds the newest authority first."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """For how long what holds. All renew when a third of the time is left."""

    authority: timedelta = timedelta(days=2 * 365)
    certificate: timedelta = timedelta(days=90)
    overlap: timedelta = timedelta(hours=1)
    """How long the authority before the newest one stays trusted."""

    def document(self) -> dict[str, float]:
        """As JSON: seconds."""
        return {name: span.total_seconds() for name, span in vars(self).items()}

    @classmethod
    def of(cls, document: Mapping[str, float]) -> Terms:
        """What `document` gave."""
        return cls(**{name: timedelta(seconds=value) for name, value in document.items()})
