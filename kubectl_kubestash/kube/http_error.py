"""The one error of our HTTP."""

from __future__ import annotations


class HttpError(OSError):
    """What came is no whole answer of HTTP/1.1, or what was to be sent is no request."""
