"""What is a namespace like, for policies that admit by name and labels?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.resources import NAMESPACE, ObjectKey

if TYPE_CHECKING:
    from .reader import Reader


def namespace_of(reader: Reader, name: str) -> dict[str, Any]:
    """The raw Namespace; one without labels where it is not there."""
    return reader.find(NAMESPACE, ObjectKey("", name)) or {"metadata": {"name": name}}
