"""Which namespaces may refer to an object."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .embedded import LabelSelector
from .markers import SERVER_DEFAULT
from .meta import KubeModel, OpenEnum


class NamespacesFrom(OpenEnum):
    """How the admitted namespaces are told."""

    ALL = "All"
    SELECTOR = "Selector"
    SAME = "Same"


class AllowedNamespaces(KubeModel):
    """A set of namespaces."""

    from_: Annotated[NamespacesFrom, SERVER_DEFAULT] = Field(
        default=NamespacesFrom.SAME, alias="from"
    )
    """`All` admits every namespace, `Same` only that of the object, `Selector` those whose labels
    match the selector. Default: Same."""

    selector: LabelSelector | None = None
    """Matched against the labels of a Namespace; used with `Selector` only. The namespace of the
    object itself has to match, too."""


class UsagePolicy(KubeModel):
    """Who may refer to an object."""

    allowed_namespaces: AllowedNamespaces | None = None
    """The namespaces whose objects may refer to this one."""
