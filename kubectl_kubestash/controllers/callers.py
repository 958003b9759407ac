"""Who asks for the metrics, and may they?

The API server knows: a bearer token is shown to it in a TokenReview, and whoever it belongs to must
be allowed to get the path, by a SubjectAccessReview
(https://kubernetes.io/docs/reference/access-authn-authz/authorization/#review-your-request-attributes).
An answer holds for some seconds, so that scraping costs next to nothing and a right that was taken
away is soon noticed. Questions go one at a time: a flood of bad tokens must not become one for the
API server.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api.resources import Resource
from ..errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..kube.client import Client

_LOG = logging.getLogger(__name__)
_TOKEN_REVIEW = Resource("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", False)
_ACCESS_REVIEW = Resource(
    "authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", False
)
_KEPT_FOR = 10.0
_REMEMBERED = 256
_LONGEST_TOKEN = 16 * 1024


class Verdict(NamedTuple):
    """An HTTP status: 200, 401 who are you, 403 you may not, 503 nobody knows; and a word."""

    code: int
    says: str


_UNKNOWN = Verdict(401, "a bearer token that this cluster knows is needed")


class Callers:
    """Judges those who want to get one path. Safe between threads."""

    def __init__(
        self,
        client: Client,
        path: str,
        *,
        kept_for: float = _KEPT_FOR,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._path = path
        self._kept_for = kept_for
        self._clock = clock
        self._asking = threading.Lock()
        self._known: OrderedDict[str, tuple[Verdict, float]] = OrderedDict()

    def judge(self, authorization: str) -> Verdict:
        """The verdict on who sends this Authorization header."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
            return _UNKNOWN
        digest = hashlib.sha256(token.encode()).hexdigest()
        with self._asking:
            verdict, until = self._known.get(digest, (_UNKNOWN, 0.0))
            if self._clock() < until:
                return verdict
            verdict = self._ask(token)
            self._known[digest] = (verdict, self._clock() + self._kept_for)
            self._known.move_to_end(digest)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return verdict

    def _ask(self, token: str) -> Verdict:
        try:
            user = self._user_of(token)
            if user is None:
                return _UNKNOWN
            if self._may(user):
                return Verdict(200, "")
        except ClusterError as error:
            _LOG.warning("nobody can say who asks for %s: %s", self._path, error.message)
            return Verdict(503, "the API server could not be asked who you are")
        return Verdict(403, f"{user.get('username', '')} may not get {self._path}")

    def _user_of(self, token: str) -> dict[str, Any] | None:
        answer = self._client.review(_TOKEN_REVIEW, _body(_TOKEN_REVIEW, {"token": token}))
        status = answer.get("status") or {}
        return (status.get("user") or {}) if status.get("authenticated") is True else None

    def _may(self, user: dict[str, Any]) -> bool:
        spec = {
            "user": user.get("username", ""),
            "uid": user.get("uid", ""),
            "groups": user.get("groups") or [],
            "extra": user.get("extra") or {},
            "nonResourceAttributes": {"path": self._path, "verb": "get"},
        }
        answer = self._client.review(_ACCESS_REVIEW, _body(_ACCESS_REVIEW, spec))
        return (answer.get("status") or {}).get("allowed") is True


def _body(resource: Resource, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": resource.api_version, "kind": resource.kind, "spec": spec}
