"""Is a request worth another try, and when? Pure.

https://kubernetes.io/docs/concepts/cluster-administration/flow-control/ and, for what may be
repeated at all, https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods
"""

from __future__ import annotations

MAX_TRIES = 10
"""Of a request that the server put off."""
MAX_PAUSE = 30.0
"""Seconds; a server that asks for more gets this."""
MAX_WAIT = 120.0
"""Seconds of pauses, all together."""
_SERVER_ERROR_TRIES = 3
_FORBIDDEN_TRIES = 6
_PUT_OFF = {429, 503}


def pause_after(
    code: int,
    *,
    retry_after: str | None,
    is_repeatable: bool,
    tries: int,
    waited: float,
    awaits_rights: bool = False,
) -> float | None:
    """Seconds until the next try, before jitter; None when the answer stands.

    429 and 503 with Retry-After say that nothing was done, whatever the method was. Any other
    error of the server is worth another try only for a read. With `awaits_rights` a 403 is asked
    again for a quarter of a minute: a server that has just started, or one of several, may not have
    heard yet of a right that was given (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
    """
    put_off = code in _PUT_OFF and retry_after is not None
    if put_off and tries < MAX_TRIES:
        pause = min(_seconds(retry_after or ""), MAX_PAUSE)
    elif code >= 500 and code != 501 and is_repeatable and tries < _SERVER_ERROR_TRIES:
        pause = 0.2 * 2**tries
    elif code == 403 and awaits_rights and tries < _FORBIDDEN_TRIES:
        pause = 0.25 * 2**tries
    else:
        return None
    return pause if waited + pause <= MAX_WAIT else None


def _seconds(header: str) -> float:
    # A date is possible by RFC 9110; no API server sends one.
    return float(header) if header.strip().isdigit() else 1.0
