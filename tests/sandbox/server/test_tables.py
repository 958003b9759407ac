"""What `kubectl get` shows of Kubernetes' own kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from kubectl_kubestash.sandbox.server.kinds import Kinds
from kubectl_kubestash.sandbox.server.tables import age, at, table

if TYPE_CHECKING:
    from .world import Object


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return Kinds()


def row(kinds: Kinds, resource: str, obj: Object) -> dict[str, Any]:
    """The cells of one object by the names of their columns."""
    kind = kinds.stored(resource)
    call = SimpleNamespace(kind=kind, query={"includeObject": "None"})
    moment = datetime.now(UTC).isoformat()
    found = {"metadata": {"name": "x", "creationTimestamp": moment}, **obj}
    made = table(cast("Any", call), [found], {})
    titles = [one["name"] for one in made["columnDefinitions"]]
    return dict(zip(titles, made["rows"][0]["cells"], strict=True))


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(seconds=-5), "0s"),
        (timedelta(seconds=110), "110s"),
        (timedelta(minutes=5), "5m"),
        (timedelta(hours=5), "5h"),
        (timedelta(days=100), "100d"),
    ],
)
def test_an_age_is_told_in_one_unit(ago: timedelta, shown: str) -> None:
    assert age((datetime.now(UTC) - ago).isoformat()) == shown


def test_a_path_leads_through_lists() -> None:
    obj = {"status": {"parts": [{"a": 1}, {"a": 2}], "x.y": 3}}
    assert at(obj, ".status.parts[1].a") == 2
    assert at(obj, ".status.parts[7].a") is None
    assert at(obj, ".spec.nope") is None


def test_a_pod_says_where_it_is_and_what_it_waits_for(kinds: Kinds) -> None:
    waiting = [{"name": "c", "state": {"waiting": {"reason": "ErrImagePull"}}}]
    found = row(kinds, "pods", {"status": {"phase": "Pending", "containerStatuses": waiting}})
    shown = {"Name": "x", "Status": "Pending", "Reason": "ErrImagePull", "Age": "0s"}
    assert found == shown


def test_every_kind_has_at_least_name_and_age(kinds: Kinds) -> None:
    listed = [kind for kind in kinds if kind.is_stored]
    assert len(listed) > 20
    for kind in listed:
        cells = [*row(kinds, kind.resource, {}).items()]
        assert (cells[0], cells[-1]) == (("Name", "x"), ("Age", "0s"))
