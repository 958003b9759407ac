"""Which HookTemplates do hooks name, and which of them are there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.core.hook_template import HookTemplate
from ..resolve.validation.hooks import hook_template_keys
from .reader import find

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.resources import ObjectKey
    from ..resolve.validation.hooks import FieldHook
    from .reader import Reader


def hook_templates(
    reader: Reader, hooks: Iterable[FieldHook], home: str
) -> dict[ObjectKey, HookTemplate | None]:
    """The HookTemplates of these hooks of namespace `home`; None for those that are not there."""
    keys = hook_template_keys((hook for _, hook in hooks), home)
    return {key: find(reader, HookTemplate, key) for key in keys}
