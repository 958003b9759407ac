"""The webhook as one thing: start, stop, how is it?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .caches import Caches
from .reviewer import Reviewer
from .server import ReviewServer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ...kube.client import Client
    from .keeper import Keeper

_LINGERS = 3.0
"""Seconds. So long the API server may still send reviews to a Pod that is going."""


class Webhook:
    """Answers reviews, whether this replica leads or stands by, with the certificate of a keeper.

    `on_review` is told of each answer, as `ReviewServer` says. Raises OSError when it cannot
    listen.
    """

    def __init__(
        self,
        client: Client,
        address: tuple[str, int],
        keeper: Keeper,
        *,
        allow_cross_namespace: bool = True,
        on_review: Callable[[float, float], None] = lambda _waited, _worked: None,
    ) -> None:
        self._caches = Caches(client)
        self._keeper = keeper
        reviewer = Reviewer(self._caches.store, allow_cross_namespace=allow_cross_namespace)
        self._server = ReviewServer(address, reviewer.reply, tls=self._context, on_review=on_review)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def start(self) -> None:
        """Begin; returns at once. Nobody is answered before all is known."""
        self._caches.start()
        self._keeper.start()
        self._server.start()

    def stop(self) -> None:
        """Answer what is still on its way, then end."""
        time.sleep(_LINGERS if not self.unready() else 0)
        self._server.stop()
        self._keeper.stop()
        self._caches.stop()

    def unready(self) -> str:
        """Why reviews cannot be answered yet; else empty."""
        if unfilled := self._caches.unfilled():
            return f"the webhook waits for the list of {unfilled}"
        return f"the webhook has no certificate: {why}" if (why := self._keeper.trouble) else ""

    def trouble(self) -> str:
        """What only a new start can mend; else empty."""
        if not self._server.is_alive:
            return "the webhook does not answer"
        return self._caches.trouble()

    def _context(self) -> ssl.SSLContext:
        if unready := self.unready():
            raise OSError(unready)
        return self._keeper.context()
