"""Which AppBinding is the target?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.app_binding import AppBinding
from ..api.resources import APP_BINDING
from ..resolve.app_binding import is_app_binding

if TYPE_CHECKING:
    from ..api.meta import TypedObjectReference
    from .workload import Selecting


def find_app_binding(
    client: Selecting, target: TypedObjectReference | None, home: str
) -> AppBinding | None:
    """The target as an AppBinding; None when it is none, or is not there."""
    if target is None or not is_app_binding(target):
        return None
    raw = client.find(APP_BINDING, target.key(home))
    return None if raw is None else AppBinding.model_validate(raw)
