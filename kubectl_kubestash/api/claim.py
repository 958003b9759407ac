"""Which pod works on a component."""

from __future__ import annotations

from .meta import KubeModel


class Claim(KubeModel):
    """The pod that works on a component. A Job may start two pods; only this one may write."""

    pod: str = ""
    """Name of the pod."""

    uid: str = ""
    """UID of the pod, which tells it from a namesake made later."""

    node: str = ""
    """The node that the pod runs on."""
