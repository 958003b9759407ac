"""What every reconciler has at hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..api.resources import LEASE
from .rights import Rights

_LONGEST_PATIENCE = timedelta(minutes=5)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api.resources import ObjectKey
    from ..kube.client import Client, Object
    from ..resolve.image import Image
    from .events import Events
    from .store import Store
    from .writer import Writer


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What whoever starts the operator decides."""

    image: Image
    lease: ObjectKey
    """The operator's Lease; what can be told nowhere else is told beside it."""
    namespace: str = ""
    """Only this namespace is looked after; all when empty."""
    allow_cross_namespace: bool = True
    default_deadline: timedelta = timedelta(hours=24)
    """Limit of a run that names none."""
    start_deadline: timedelta = timedelta(minutes=10)
    """A Job whose container has not started by then has failed."""
    poll: timedelta = timedelta(seconds=10)
    """How often things are looked at that no watch tells about."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """The cluster, the clock, and where to tell what happens."""

    client: Client
    """For reads that must not come from a cache."""
    store: Store
    writer: Writer
    events: Events
    settings: Settings
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    """A new ULID."""
    note: Callable[[str], None]
    """One line for the person who watches the operator."""
    rights: Rights = field(default_factory=Rights)
    """What the Jobs of each object may do."""
    kept: Counter[str] = field(default_factory=Counter)
    """How many objects of each kind went without the data that was to go with them."""

    @property
    def home(self) -> Object:
        """The operator's Lease, as far as an Event about it needs it."""
        return {
            "apiVersion": LEASE.api_version,
            "kind": LEASE.kind,
            "metadata": self.settings.lease._asdict(),
        }

    def patience(self, raw: Object) -> timedelta:
        """How long to wait before something is looked for again that no watch tells about.

        What has been missing for long is looked for less often: a tenth of the object's age, five
        minutes at most.
        """
        created = datetime.fromisoformat(str(raw["metadata"]["creationTimestamp"]))
        return max(self.settings.poll, min((self.now() - created) / 10, _LONGEST_PATIENCE))

    def note_phase(self, raw: Object, before: str, after: str, detail: str = "") -> None:
        """Tell that an object has reached another phase."""
        before = before or "Pending"
        if before == after:
            return
        name = f"{raw['kind']}/{raw['metadata']['name']}"
        self.note(f"{name}  {before} → {after}  {detail}".rstrip())
