"""The parts that every description has: head, references, conditions, events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .fields import (
    NONE,
    at,
    created,
    items,
    mapping,
    moment,
    name_of,
    namespace_of,
    reference,
    since,
    text,
    texts,
    time_of,
)
from .section import Section, present

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .fields import Raw

MAX_EVENTS = 15


@dataclass(frozen=True, kw_only=True)
class Related:
    """What else a description needs; each kind uses what it knows of."""

    now: datetime
    events: Sequence[Raw] = ()
    snapshots: Sequence[Raw] = ()
    backup_sessions: Sequence[Raw] = ()
    configurations: Sequence[Raw] = ()
    functions: Sequence[Raw] = ()
    addons: Sequence[Raw] = ()


def head(item: Raw, now: datetime, *fields: tuple[str, str]) -> Section:
    """Name, namespace, labels and age, then what matters most about this kind."""
    labels = [f"{k}={v}" for k, v in sorted(mapping(item, "metadata", "labels").items())]
    deleted = at(item, "metadata", "deletionTimestamp")
    return Section(
        fields=present(
            [
                ("Name", name_of(item)),
                ("Namespace", namespace_of(item)),
                ("Labels", ", ".join(labels)),
                ("Created", moment(at(item, "metadata", "creationTimestamp"), now)),
                ("Deleted", moment(deleted, now) if deleted else ""),
                *fields,
            ]
        )
    )


def phase_with_reason(item: Raw) -> str:
    """The phase, and the message of the first condition that is not as it should be."""
    phase = text(item, "status", "phase") or "not seen by an operator yet"
    if phase in {"Ready", "Succeeded", "Running"}:
        return phase
    wrong = [
        entry for entry in items(item, "status", "conditions") if entry.get("status") == "False"
    ]
    message = text(wrong[0], "message") or text(wrong[0], "reason") if wrong else ""
    return f"{phase}: {message}" if message else phase


def conditions(item: Raw, now: datetime, *path: str, title: str = "Conditions") -> Section:
    """All conditions with their ages and messages."""
    rows = tuple(
        (
            text(entry, "type"),
            text(entry, "status"),
            since(time_of(entry.get("lastTransitionTime")), now),
            text(entry, "message") or text(entry, "reason"),
        )
        for entry in items(item, *(path or ("status", "conditions")))
    )
    return Section(title, columns=("TYPE", "STATUS", "SINCE", "MESSAGE"), rows=rows)


def events(found: Sequence[Raw], now: datetime) -> Section:
    """The latest events, oldest first."""
    ordered = sorted(found, key=_event_time)[-MAX_EVENTS:]
    rows = tuple(
        (
            since(time_of(_event_time(event)) or created(event), now) + _times(event),
            text(event, "type"),
            text(event, "reason"),
            text(event, "message"),
        )
        for event in ordered
    )
    return Section("Events", columns=("AGE", "TYPE", "REASON", "MESSAGE"), rows=rows)


def usage(item: Raw) -> str:
    """Who may use a storage, a policy or a template."""
    allowed = mapping(item, "spec", "usagePolicy", "allowedNamespaces")
    who = text(allowed, "from") or "Same"
    if who == "Selector":
        return f"namespaces with {_selector(mapping(allowed, 'selector'))}"
    return {"All": "all namespaces", "Same": "its own namespace only"}.get(who, who)


def _selector(selector: Raw) -> str:
    """Labels as `kubectl get -l` takes them."""
    terms = [f"{key}={value}" for key, value in mapping(selector, "matchLabels").items()]
    for entry in items(selector, "matchExpressions"):
        key, values = text(entry, "key"), ",".join(texts(entry, "values"))
        words = {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})"}
        words |= {"Exists": key, "DoesNotExist": f"!{key}"}
        terms.append(words.get(text(entry, "operator"), key))
    return ", ".join(terms) or "any labels"


def refer(ref: object, home: str = "") -> str:
    """A reference as text; empty when there is none, so that the field is left out."""
    shown = reference(ref, home)
    return "" if shown == NONE else shown


def _event_time(event: Raw) -> str:
    return (
        text(event, "lastTimestamp")
        or text(event, "series", "lastObservedTime")
        or text(event, "eventTime")
        or text(event, "firstTimestamp")
    )


def _times(event: Raw) -> str:
    count = text(event, "count") or text(event, "series", "count") or "1"
    return f" (x{count})" if count != "1" else ""
