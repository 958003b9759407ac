"""What the watch delivers, seen through what we have written ourselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from kubectl_kubestash.api.core.backup_session import BackupSession
from kubectl_kubestash.api.resources import BACKUP_SESSION, ObjectKey
from kubectl_kubestash.controllers.indexes import INDEXES
from kubectl_kubestash.controllers.store import Store
from kubectl_kubestash.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kubectl_kubestash.api.resources import Resource
    from kubectl_kubestash.kube.client import Object
    from kubectl_kubestash.kube.informer import Informer

KEY = ObjectKey("demo", "run")


class Seen:
    """What a watch has delivered so far."""

    def __init__(self) -> None:
        self.objects: dict[ObjectKey, Object] = {}

    def get(self, key: ObjectKey) -> Object | None:
        return self.objects.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self.objects

    def each(self) -> Iterator[Object]:
        return iter(list(self.objects.values()))

    def each_by_index(self, name: str, value: str) -> Iterator[Object]:
        values = INDEXES[BACKUP_SESSION][name]
        return (entry for entry in self.each() if value in values(entry))

    def by_index(self, name: str, value: str) -> list[Object]:
        return list(self.each_by_index(name, value))


def a_session(version: int, invoker: str = "files", **spec: Any) -> Object:
    return {
        "metadata": {"namespace": "demo", "name": "run", "resourceVersion": str(version)},
        "spec": {"invoker": {"kind": "BackupConfiguration", "name": invoker}, **spec},
    }


class Case:
    def __init__(self) -> None:
        self.seen, self.now = Seen(), 0.0
        informers = {BACKUP_SESSION: self.seen}
        self.store = Store(
            cast("Mapping[Resource, Informer]", informers), INDEXES, clock=lambda: self.now
        )

    def deliver(self, raw: Object) -> None:
        self.seen.objects[KEY] = raw
        self.store.caught_up(BACKUP_SESSION, raw)

    def found(self) -> Object | None:
        by_key = self.store.find(BACKUP_SESSION, KEY)
        listed = self.store.list(BACKUP_SESSION, "demo")
        assert listed == ([] if by_key is None else [by_key])
        return by_key


@pytest.fixture
def case() -> Case:
    return Case()


def test_what_we_wrote_is_seen_before_the_watch_delivers_it(case: Case) -> None:
    case.store.remember(BACKUP_SESSION, a_session(5))

    assert case.found() == a_session(5)


def test_an_older_version_from_the_watch_does_not_take_our_write_back(case: Case) -> None:
    case.deliver(a_session(4))
    case.store.remember(BACKUP_SESSION, a_session(10))
    case.deliver(a_session(9))

    assert case.found() == a_session(10)


def test_a_newer_version_from_the_watch_wins(case: Case) -> None:
    case.store.remember(BACKUP_SESSION, a_session(10))
    case.deliver(a_session(11))

    assert case.found() == a_session(11)


def test_what_we_deleted_is_gone_although_the_watch_still_has_it(case: Case) -> None:
    case.deliver(a_session(4))
    case.store.remember_deleted(BACKUP_SESSION, a_session(4))

    assert case.found() is None


def test_a_new_object_of_a_deleted_name_is_seen(case: Case) -> None:
    case.store.remember_deleted(BACKUP_SESSION, a_session(4))
    case.deliver(a_session(12))

    assert case.found() == a_session(12)


def test_a_write_that_the_watch_never_delivers_is_forgotten_after_a_while(case: Case) -> None:
    case.store.remember(BACKUP_SESSION, a_session(5))

    case.now += 31

    assert case.found() is None


def test_only_versions_that_we_wrote_are_echoes(case: Case) -> None:
    for version in (5, 9):
        case.store.remember(BACKUP_SESSION, a_session(version))

    echoes = [case.store.is_echo(BACKUP_SESSION, a_session(version)) for version in (5, 7, 9, 10)]

    assert echoes == [True, False, True, False]


def test_what_was_written_before_the_watch_caught_up_is_forgotten(case: Case) -> None:
    case.store.remember(BACKUP_SESSION, a_session(5))
    case.deliver(a_session(5))
    case.store.remember(BACKUP_SESSION, a_session(9))

    assert not case.store.is_echo(BACKUP_SESSION, a_session(5))


def test_an_index_follows_our_writes(case: Case) -> None:
    case.deliver(a_session(4, invoker="old"))
    case.store.remember(BACKUP_SESSION, a_session(5, invoker="new"))

    assert case.store.by_index(BACKUP_SESSION, "invoker", "demo/old") == []
    assert case.store.by_index(BACKUP_SESSION, "invoker", "demo/new") == [
        a_session(5, invoker="new")
    ]


def test_a_view_is_parsed_once_for_each_version(case: Case) -> None:
    case.deliver(a_session(4))
    first = case.store.view(BackupSession, KEY)
    again = case.store.view(BackupSession, KEY)
    case.deliver(a_session(5))

    assert first is again
    assert case.store.view(BackupSession, KEY) is not first


def test_an_object_that_cannot_be_read_is_named_with_its_field(case: Case) -> None:
    case.deliver(a_session(4, retryLeft="many"))

    with pytest.raises(Unsupported, match=r"demo/run cannot be read: spec\.retryLeft"):
        case.store.view(BackupSession, KEY)
    assert case.store.views(BackupSession) == []
