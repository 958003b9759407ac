"""Whether a failed run is tried again."""

from __future__ import annotations

from typing import Annotated

from .markers import SERVER_DEFAULT, Int32, Minimum
from .meta import KubeModel


class RetryConfig(KubeModel):
    """Whether a failed run is tried again."""

    max_retry: Annotated[Int32, SERVER_DEFAULT, Minimum(1)] = 1
    """How many more runs there may be after a failed one. Default: 1."""

    delay: str = ""
    """How long to wait before the next one, such as `10m`; not at all when empty."""
