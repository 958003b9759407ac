"""Keeps the certificate of the webhook, and what the API server trusts, as they should be.

Every replica does the same: it looks at the Secret, makes what is missing or due, and writes it
only if nobody else was faster; then all show what the Secret holds. An authority is told to the
API server before a certificate of it is shown.
"""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...api.resources import SECRET, ObjectKey
from ...errors import AlreadyExists, ClusterError, Conflict
from ...resolve.admission.configurations import CONFIGURATIONS, NAME
from ...resolve.manifest import manifest
from ..certificate import context_of
from . import terms as held
from .terms import Terms

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from ...kube.client import Client, Object

    Document = dict[str, Any]
    Smith = Callable[[Document], Document]

_LOG = logging.getLogger(__name__)
EVERY = 20.0
"""Seconds between two looks."""
_AFTER_TROUBLE = 3.0
_HEARD_WITHIN = 2.0
"""Seconds until all API servers know of a change; until then the old certificate is shown."""
_MADE_WITHIN = 60.0
_TRIES = 5


class Keeper:
    """Looks after one Secret and both webhook configurations, from `start` to `stop`."""

    def __init__(
        self,
        client: Client,
        secret: ObjectKey,
        names: Sequence[str],
        *,
        terms: Terms | None = None,
        every: float = EVERY,
        smith: Smith | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._secret = secret
        self._names = list(names)
        self._terms = terms or Terms()
        self._every = every
        self._smith = smith or _in_another_process
        self._now = now
        self._data: dict[str, bytes] = {}
        self._due = datetime.min.replace(tzinfo=UTC)
        self._context: ssl.SSLContext | None = None
        self._trouble = "nothing has been done yet"
        self._is_told = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook certificate", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is shown stays."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def context(self) -> ssl.SSLContext:
        """For the next connection. Raises OSError while there is no certificate."""
        if self._context is None:
            raise OSError("there is no certificate yet")
        return self._context

    @property
    def trouble(self) -> str:
        """Why nobody can be served yet; empty from the first success on."""
        return "" if self._is_told else self._trouble

    def look(self) -> None:
        """Bring Secret, configurations and what is shown together, once.

        Raises ClusterError, and OSError when no certificate can be made.
        """
        for _ in range(_TRIES):
            secret = self._client.find(SECRET, self._secret)
            data = _data_of(secret)
            if data == self._data and self._now() < self._due:
                break
            if self._take_over(secret, data):
                break
        self._tell(self._data.get(held.CA, b""))
        self._is_told = self._context is not None

    def _take_over(self, secret: Object | None, data: dict[str, bytes]) -> bool:
        """Show what the Secret holds, completed; False when another one has just changed it."""
        found = self._smith(
            {
                "data": _encoded(data),
                "names": self._names,
                "terms": self._terms.document(),
                "trusted": base64.b64encode(self._data.get(held.CA, b"")).decode(),
            }
        )
        wanted = {name: base64.b64decode(value) for name, value in found["data"].items()}
        if found["isNewAuthority"]:
            self._tell(wanted[held.CA])
            if self._context is not None:
                self._stopping.wait(_HEARD_WITHIN)
        if wanted != data and not self._keep(secret, wanted):
            return False
        self._context = context_of(wanted[held.KEY] + wanted[held.CERTIFICATE])
        self._data, self._due = wanted, datetime.fromisoformat(found["due"])
        return True

    def _keep(self, secret: Object | None, data: dict[str, bytes]) -> bool:
        try:
            if secret is None:
                body = manifest(SECRET, self._secret, type="Opaque", data=_encoded(data))
                self._client.create(SECRET, body)
            else:
                version = str(secret["metadata"]["resourceVersion"])
                changes = {"data": _encoded(data)}
                self._client.patch(SECRET, self._secret, changes, resource_version=version)
        except (AlreadyExists, Conflict):
            return False
        _LOG.info("the certificate of the webhook was renewed")
        return True

    def _tell(self, authorities: bytes) -> None:
        """Let the API server trust these, and no others."""
        bundle = base64.b64encode(authorities).decode()
        for resource in CONFIGURATIONS:
            there = self._client.find(resource, ObjectKey("", NAME))
            webhooks = (there or {}).get("webhooks") or []
            if all(each["clientConfig"].get("caBundle") == bundle for each in webhooks):
                continue
            for each in webhooks:
                each["clientConfig"]["caBundle"] = bundle
            assert there is not None
            version = str(there["metadata"]["resourceVersion"])
            key, changes = ObjectKey("", NAME), {"webhooks": webhooks}
            self._client.patch(resource, key, changes, resource_version=version)

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._every
            try:
                self.look()
            except (ClusterError, OSError, subprocess.SubprocessError) as error:
                self._trouble, pause = str(error), _AFTER_TROUBLE
                _LOG.warning("the certificate of the webhook: %s", error)
            left = (self._due - self._now()).total_seconds()
            self._stopping.wait(max(0.1, min(pause, left)) if left > 0 else pause)


def _data_of(secret: Object | None) -> dict[str, bytes]:
    data = (secret or {}).get("data") or {}
    names = (held.CA, held.CA_KEY, held.CERTIFICATE, held.KEY)
    return {name: base64.b64decode(data[name]) for name in names if data.get(name)}


def _encoded(data: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(value).decode() for name, value in data.items()}


def _in_another_process(document: Document) -> Document:
    done = subprocess.run(
        [sys.executable, "-P", "-m", f"{__package__}.authority"],
        input=json.dumps(document).encode(),
        capture_output=True,
        check=True,
        timeout=_MADE_WITHIN,
    )
    answer: Document = json.loads(done.stdout)
    return answer
